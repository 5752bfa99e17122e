#include "agents/evaluator.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "nets/softmax.h"

#define CALIBRATION_ROWS 256
#define CALIBRATION_SEED 8u

void ludus_evaluate(ludus_evaluator *evaluator, int32_t n, ludus_leaf *leaves)
{
    assert(n >= 1 && n <= evaluator->max_batch);
    const double start = ludus_clock();
    evaluator->ops->evaluate(evaluator->self, n, leaves);
    evaluator->seconds += ludus_clock() - start;
    evaluator->rows += (uint64_t)n;
}

void ludus_evaluator_destroy(ludus_evaluator *evaluator)
{
    if (evaluator->ops != NULL) {
        evaluator->ops->destroy(evaluator->self);
    }
    memset(evaluator, 0, sizeof *evaluator);
}

bool ludus_precision_parse(const char *text, int32_t *out)
{
    for (int32_t i = 0; i < LUDUS_NUM_PRECISIONS; i++) {
        if (strcasecmp(text, ludus_precision_name((ludus_precision)i)) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

// ---- Net -------------------------------------------------------------------------------------

typedef struct net_evaluator {
    ludus_game game;
    ludus_net_exec *exec;
    ludus_exec_config config; // calibration rows excepted: those are the caller's, for creation
    bool calibrates_itself;   // int8 ranges from positions of random games
    int32_t policy_head, value_head;
    int32_t ownership_head, score_head, length_head; // -1 = the net has none
    size_t planes;                                   // floats per row
    float *in;                                       // [batch, planes]
    float *policy;                                   // [batch, num_moves]
    float *value;                                    // [batch, 3]
    float *ownership;                                // [batch, cells]
    float *score;                                    // [batch]
    float *length;                                   // [batch]
    ludus_move *permute;                             // [num_symmetries, num_moves]
} net_evaluator;

static void net_evaluate(void *self, int32_t n, ludus_leaf *leaves)
{
    net_evaluator *e = self;
    const size_t num_moves = (size_t)e->game.spec.num_moves;
    float *out[LUDUS_NET_MAX_HEADS] = {0};
    out[e->policy_head] = e->policy;
    out[e->value_head] = e->value;
    for (int32_t i = 0; i < n; i++) {
        ludus_game_encode(&e->game, leaves[i].pos, leaves[i].sym, e->in + (size_t)i * e->planes);
    }
    ludus_net_forward(e->exec, n, e->in, out);
    for (int32_t i = 0; i < n; i++) {
        ludus_leaf *leaf = &leaves[i];
        const float *logits = e->policy + (size_t)i * num_moves;
        const ludus_move *permute = e->permute + (size_t)leaf->sym * num_moves;
        for (int32_t k = 0; k < leaf->num_legal; k++) {
            leaf->priors[k] = logits[permute[leaf->legal[k]]];
        }
        ludus_softmax((size_t)leaf->num_legal, leaf->priors, leaf->priors);
        ludus_softmax(3, e->value + (size_t)i * 3, leaf->wdl);
    }
}

static void net_destroy(void *self)
{
    net_evaluator *e = self;
    ludus_net_exec_destroy(e->exec);
    ludus_free(e->in);
    ludus_free(e->policy);
    ludus_free(e->value);
    ludus_free(e->ownership);
    ludus_free(e->score);
    ludus_free(e->length);
    ludus_free(e->permute);
    ludus_free(e);
}

static const ludus_evaluator_ops net_ops = {"net", net_evaluate, net_destroy};

static size_t cells_of(const ludus_game *game)
{
    return (size_t)game->spec.board[0] * (size_t)game->spec.board[1];
}

static ludus_status create_arrays(net_evaluator *e, int32_t batch)
{
    const size_t rows = (size_t)batch, num_moves = (size_t)e->game.spec.num_moves;
    const size_t num_symmetries = (size_t)e->game.spec.num_symmetries;
    e->in = ludus_alloc(rows * e->planes, sizeof *e->in);
    e->policy = ludus_alloc(rows * num_moves, sizeof *e->policy);
    e->value = ludus_alloc(rows * 3, sizeof *e->value);
    e->ownership = ludus_alloc(rows * cells_of(&e->game), sizeof *e->ownership);
    e->score = ludus_alloc(rows, sizeof *e->score);
    e->length = ludus_alloc(rows, sizeof *e->length);
    e->permute = ludus_alloc(num_symmetries * num_moves, sizeof *e->permute);
    if (!e->in || !e->policy || !e->value || !e->ownership || !e->score || !e->length ||
        !e->permute) {
        return LUDUS_ERR_NOMEM;
    }
    for (size_t i = 0; i < num_symmetries; i++) {
        ludus_game_permute(&e->game, (int32_t)i, e->permute + i * num_moves);
    }
    return LUDUS_OK;
}

// Positions of random games, at every second ply.
static void fill_calibration(const net_evaluator *e, void *pos, ludus_move *moves, float *rows)
{
    ludus_rng rng;
    ludus_rng_init(&rng, CALIBRATION_SEED, 0);
    ludus_game_init(&e->game, pos);
    for (size_t row = 0; row < CALIBRATION_ROWS; row++) {
        for (int ply = 0; ply < 2; ply++) {
            const int32_t n = ludus_game_legal(&e->game, pos, moves);
            ludus_game_play(&e->game, pos, moves[ludus_rng_below(&rng, (uint32_t)n)]);
            if (ludus_game_outcome(&e->game, pos) != LUDUS_ONGOING) {
                ludus_game_init(&e->game, pos);
            }
        }
        ludus_game_encode(&e->game, pos, 0, rows + row * e->planes);
    }
}

static ludus_status create_calibrated(net_evaluator *e, const ludus_net *net, ludus_error *error)
{
    ludus_exec_config calibrated = e->config;
    float *rows = ludus_alloc(CALIBRATION_ROWS * e->planes, sizeof *rows);
    void *pos = ludus_alloc(1, e->game.spec.state_bytes);
    ludus_move *moves = ludus_alloc((size_t)e->game.spec.max_legal, sizeof *moves);
    ludus_status status;
    if (rows == NULL || pos == NULL || moves == NULL) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "evaluator: out of memory");
    } else {
        fill_calibration(e, pos, moves, rows);
        calibrated.calibration = rows;
        calibrated.calibration_rows = CALIBRATION_ROWS;
        status = ludus_net_exec_create(&e->exec, net, &calibrated, error);
    }
    ludus_free(rows);
    ludus_free(pos);
    ludus_free(moves);
    return status;
}

// The head of that name if it has so many outputs, else -1.
static int32_t find_output(const ludus_net *net, const char *name, size_t outputs)
{
    const int32_t head = ludus_net_find_head(net, name);
    return head >= 0 && ludus_net_head_outputs(net, head) == outputs ? head : -1;
}

ludus_status ludus_evaluator_net(ludus_evaluator *out, const ludus_game *game, const ludus_net *net,
                                 const ludus_exec_config *config, ludus_error *error)
{
    memset(out, 0, sizeof *out);
    ludus_status status = ludus_net_fits_game(net, game, error);
    if (status != LUDUS_OK) {
        return status;
    }
    net_evaluator *e = ludus_alloc(1, sizeof *e);
    if (e == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "evaluator: out of memory");
    }
    e->game = *game;
    e->config = *config;
    e->config.calibration = NULL;
    e->config.calibration_rows = 0;
    e->calibrates_itself = config->precision == LUDUS_PRECISION_INT8 && config->calibration == NULL;
    e->policy_head = ludus_net_find_head(net, "policy");
    e->value_head = ludus_net_find_head(net, "value");
    e->ownership_head = find_output(net, "ownership", cells_of(game));
    e->score_head = find_output(net, "score", 1);
    e->length_head = find_output(net, "moves_left", 1);
    e->planes = ludus_game_plane_count(game);
    if (create_arrays(e, config->max_batch) != LUDUS_OK) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "evaluator: out of memory");
    } else {
        status = e->calibrates_itself ? create_calibrated(e, net, error)
                                      : ludus_net_exec_create(&e->exec, net, config, error);
    }
    if (status != LUDUS_OK) {
        net_destroy(e);
        return status;
    }
    *out = (ludus_evaluator){.ops = &net_ops, .self = e, .max_batch = config->max_batch};
    return LUDUS_OK;
}

ludus_status ludus_evaluator_net_refresh(ludus_evaluator *evaluator, const ludus_net *net,
                                         ludus_error *error)
{
    assert(evaluator->ops == &net_ops);
    net_evaluator *e = evaluator->self;
    if (!e->calibrates_itself) {
        return ludus_net_exec_refresh(e->exec, net, error);
    }
    // Activations' ranges move with the weights. On failure the old ones go on.
    ludus_net_exec *old = e->exec;
    const ludus_status status = create_calibrated(e, net, error);
    if (status != LUDUS_OK) {
        e->exec = old;
        return status;
    }
    ludus_net_exec_destroy(old);
    return LUDUS_OK;
}

ludus_outlook_heads ludus_evaluator_outlook_heads(const ludus_evaluator *evaluator)
{
    if (evaluator->ops != &net_ops) {
        return (ludus_outlook_heads){.has_ownership = false};
    }
    const net_evaluator *e = evaluator->self;
    return (ludus_outlook_heads){.has_ownership = e->ownership_head >= 0,
                                 .has_score = e->score_head >= 0,
                                 .has_moves_left = e->length_head >= 0};
}

// Head outputs are read where the head exists.
static void read_outlook(const net_evaluator *e, size_t row, ludus_outlook *out)
{
    const size_t cells = cells_of(&e->game);
    for (size_t i = 0; e->ownership_head >= 0 && i < cells; i++) {
        out->ownership[i] = 1.0f / (1.0f + expf(-e->ownership[row * cells + i]));
    }
    if (e->score_head >= 0) {
        out->score = e->score[row] * LUDUS_SCORE_UNIT;
    }
    if (e->length_head >= 0) {
        out->moves_left = fmaxf(e->length[row] * LUDUS_LENGTH_UNIT, 0.0f);
    }
}

void ludus_evaluator_outlook(ludus_evaluator *evaluator, int32_t n, ludus_outlook *outlooks)
{
    assert(evaluator->ops == &net_ops && n >= 1 && n <= evaluator->max_batch);
    net_evaluator *e = evaluator->self;
    float *out[LUDUS_NET_MAX_HEADS] = {0};
    const int32_t heads[] = {e->ownership_head, e->score_head, e->length_head};
    float *const values[] = {e->ownership, e->score, e->length};
    for (int i = 0; i < 3; i++) {
        if (heads[i] >= 0) {
            out[heads[i]] = values[i];
        }
    }
    for (int32_t i = 0; i < n; i++) {
        ludus_game_encode(&e->game, outlooks[i].pos, 0, e->in + (size_t)i * e->planes);
    }
    ludus_net_forward(e->exec, n, e->in, out);
    for (int32_t i = 0; i < n; i++) {
        read_outlook(e, (size_t)i, &outlooks[i]);
    }
}

// ---- Uniform and rollout ---------------------------------------------------------------------

typedef struct plain_evaluator {
    ludus_game game;
    uint64_t seed;
    int32_t playouts;  // 0 = even chances
    uint8_t *pos;      // scratch
    ludus_move *moves; // [max_legal]
} plain_evaluator;

// Plays to the end with random moves; the outcome for the player to move at `pos`.
static ludus_outcome random_playout(plain_evaluator *e, const void *pos, ludus_rng *rng)
{
    const ludus_game *g = &e->game;
    if (g->ops->playout != NULL) {
        return g->ops->playout(g->ctx, pos, rng);
    }
    const int32_t side = ludus_game_to_move(g, pos);
    ludus_outcome outcome;
    memcpy(e->pos, pos, g->spec.state_bytes);
    while ((outcome = ludus_game_outcome(g, e->pos)) == LUDUS_ONGOING) {
        const int32_t n = ludus_game_legal(g, e->pos, e->moves);
        ludus_game_play(g, e->pos, e->moves[ludus_rng_below(rng, (uint32_t)n)]);
    }
    return ludus_game_to_move(g, e->pos) == side ? outcome : (ludus_outcome)-outcome;
}

static void plain_evaluate(void *self, int32_t n, ludus_leaf *leaves)
{
    plain_evaluator *e = self;
    for (int32_t i = 0; i < n; i++) {
        ludus_leaf *leaf = &leaves[i];
        for (int32_t k = 0; k < leaf->num_legal; k++) {
            leaf->priors[k] = 1.0f / (float)leaf->num_legal;
        }
        const float even[3] = {0.0f, 1.0f, 0.0f};
        memcpy(leaf->wdl, even, sizeof even);
        if (e->playouts == 0) {
            continue;
        }
        ludus_rng rng;
        ludus_rng_init(&rng, e->seed, ludus_game_hash(&e->game, leaf->pos));
        int32_t counts[3] = {0};
        for (int32_t p = 0; p < e->playouts; p++) {
            counts[1 - (int32_t)random_playout(e, leaf->pos, &rng)]++;
        }
        for (int k = 0; k < 3; k++) {
            leaf->wdl[k] = (float)counts[k] / (float)e->playouts;
        }
    }
}

static void plain_destroy(void *self)
{
    plain_evaluator *e = self;
    ludus_free(e->pos);
    ludus_free(e->moves);
    ludus_free(e);
}

static const ludus_evaluator_ops uniform_ops = {"uniform", plain_evaluate, plain_destroy};
static const ludus_evaluator_ops rollout_ops = {"rollout", plain_evaluate, plain_destroy};

static ludus_status create_plain(ludus_evaluator *out, const ludus_evaluator_ops *ops,
                                 const ludus_game *game, int32_t max_batch, int32_t playouts,
                                 uint64_t seed)
{
    memset(out, 0, sizeof *out);
    plain_evaluator *e = ludus_alloc(1, sizeof *e);
    if (e == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    e->game = *game;
    e->seed = seed;
    e->playouts = playouts;
    e->pos = ludus_alloc(1, game->spec.state_bytes);
    e->moves = ludus_alloc((size_t)game->spec.max_legal, sizeof *e->moves);
    if (e->pos == NULL || e->moves == NULL) {
        plain_destroy(e);
        return LUDUS_ERR_NOMEM;
    }
    *out = (ludus_evaluator){.ops = ops, .self = e, .max_batch = max_batch};
    return LUDUS_OK;
}

ludus_status ludus_evaluator_uniform(ludus_evaluator *out, const ludus_game *game,
                                     int32_t max_batch)
{
    return create_plain(out, &uniform_ops, game, max_batch, 0, 0);
}

ludus_status ludus_evaluator_rollout(ludus_evaluator *out, const ludus_game *game,
                                     int32_t max_batch, int32_t playouts, uint64_t seed)
{
    assert(playouts >= 1);
    return create_plain(out, &rollout_ops, game, max_batch, playouts, seed);
}
