// A head's loss and the gradient of its logits, in one shard.

#include "nets/loss.h"
#include "nets/trainer_lane.h"

static ludus_loss_kind loss_kind(const ludus_lane *l, int32_t head)
{
    const ludus_loss_kind asked = l->config->loss[head];
    if (asked != LUDUS_LOSS_AUTO) {
        return asked;
    }
    const ludus_head_desc *d = &l->net->desc.heads[head];
    switch (d->kind) {
    case LUDUS_HEAD_SCALARS:
        return LUDUS_LOSS_MSE;
    case LUDUS_HEAD_Q:
        return d->atoms > 1 ? LUDUS_LOSS_CROSS_ENTROPY : LUDUS_LOSS_HUBER;
    default:
        return LUDUS_LOSS_CROSS_ENTROPY;
    }
}

static double q_loss(const ludus_loss_rows *rows, const ludus_loss_actions *a, ludus_loss_kind kind)
{
    if (kind == LUDUS_LOSS_QUANTILE) {
        return ludus_loss_q_quantile(rows, a);
    }
    if (a->atoms > 1) {
        return ludus_loss_q_categorical(rows, a);
    }
    return ludus_loss_q_scalar(rows, a, kind == LUDUS_LOSS_HUBER);
}

static double plain_loss(const ludus_loss_rows *rows, ludus_loss_kind kind, bool is_planes)
{
    switch (kind) {
    case LUDUS_LOSS_MSE:
        return ludus_loss_mse(rows);
    case LUDUS_LOSS_HUBER:
        return ludus_loss_huber(rows);
    default:
        return is_planes ? ludus_loss_sigmoid(rows) : ludus_loss_cross_entropy(rows);
    }
}

void ludus_lane_loss(ludus_lane *l, int32_t node, const ludus_batch *batch, int32_t shard,
                     ludus_lane_shard *out, float *td_error)
{
    const ludus_node *n = &l->net->graph.nodes[node];
    const ludus_head_desc *head = &l->net->desc.heads[n->head];
    const size_t rows_n = (size_t)l->rows, first = (size_t)shard * rows_n;
    const size_t outputs = (size_t)n->h * (size_t)n->w * (size_t)n->c;
    const bool is_q = head->kind == LUDUS_HEAD_Q;
    const size_t target_k = is_q ? (size_t)head->atoms : outputs;
    ludus_loss_rows rows = {
        .n = rows_n,
        .k = outputs,
        .logits = l->values[node],
        .target = batch->target[n->head] + first * target_k,
        .weight = batch->weight != NULL ? batch->weight + first : NULL,
        .scale = head->loss_weight / (float)l->config->batch,
        .dlogits = l->gradients[node],
    };
    const ludus_loss_kind kind = loss_kind(l, n->head);
    if (is_q) {
        const ludus_loss_actions actions = {
            .atoms = (size_t)head->atoms,
            .action = batch->action + first,
            .td_error = td_error != NULL ? td_error + first : NULL,
        };
        out->loss[n->head] = q_loss(&rows, &actions, kind);
    } else {
        if (head->kind == LUDUS_HEAD_PLANES) {
            ludus_plan_load_output(n, l->rows, rows.target, l->scratch);
            rows.target = l->scratch;
        }
        out->loss[n->head] = plain_loss(&rows, kind, head->kind == LUDUS_HEAD_PLANES);
    }
    l->has_gradient[node] = true;
}
