#include "selfplay/sum_tree.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#define FAN 16
#define MAX_LEVELS 8 // 16^8 = LUDUS_SUM_TREE_MAX

static const char magic[8] = "LUDUSSUM";

// Nodes over the level below (the leaves, for level 0), padded to whole groups of FAN.
typedef struct level {
    int64_t count; // nodes, without padding
    double *sum;
} level;

struct ludus_sum_tree {
    int64_t capacity;
    float max;
    float *leaf;
    int32_t num_levels; // the last one has one node
    level levels[MAX_LEVELS];
};

static int64_t groups_of(int64_t count)
{
    return (count + FAN - 1) / FAN;
}

ludus_status ludus_sum_tree_create(ludus_sum_tree **out, int64_t capacity, ludus_error *error)
{
    assert(capacity >= 1 && capacity <= LUDUS_SUM_TREE_MAX);
    *out = NULL;
    ludus_sum_tree *tree = ludus_alloc(1, sizeof *tree);
    bool failed = tree == NULL;
    if (!failed) {
        tree->capacity = capacity;
        tree->max = 1.0f;
        tree->leaf = ludus_alloc((size_t)groups_of(capacity) * FAN, sizeof *tree->leaf);
        failed = tree->leaf == NULL;
    }
    int64_t below = capacity;
    while (!failed && (tree->num_levels == 0 || below > 1)) {
        level *l = &tree->levels[tree->num_levels++];
        below = groups_of(below);
        l->count = below;
        const size_t padded = (size_t)groups_of(below) * FAN;
        l->sum = ludus_alloc(padded, sizeof *l->sum);
        failed = l->sum == NULL;
    }
    if (failed) {
        ludus_sum_tree_destroy(tree);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "priorities of %" PRId64 " items: out of memory",
                          capacity);
    }
    *out = tree;
    return LUDUS_OK;
}

void ludus_sum_tree_destroy(ludus_sum_tree *tree)
{
    if (tree == NULL) {
        return;
    }
    for (int32_t k = 0; k < tree->num_levels; k++) {
        ludus_free(tree->levels[k].sum);
    }
    ludus_free(tree->leaf);
    ludus_free(tree);
}

// ---- Priorities ------------------------------------------------------------------------------

static double child_sum(const ludus_sum_tree *tree, int32_t k, int64_t child)
{
    return k == 0 ? (double)tree->leaf[child] : tree->levels[k - 1].sum[child];
}

// Recomputes one node of a level from its FAN children.
static void refresh_node(ludus_sum_tree *tree, int32_t k, int64_t node)
{
    double sum = 0.0;
    for (int64_t i = node * FAN; i < (node + 1) * FAN; i++) {
        sum += child_sum(tree, k, i);
    }
    tree->levels[k].sum[node] = sum;
}

void ludus_sum_tree_set(ludus_sum_tree *tree, int64_t leaf, float priority)
{
    assert(leaf >= 0 && leaf < tree->capacity);
    assert(isfinite(priority) && priority >= 0.0f);
    tree->leaf[leaf] = priority;
    tree->max = priority > tree->max ? priority : tree->max;
    int64_t node = leaf;
    for (int32_t k = 0; k < tree->num_levels; k++) {
        node /= FAN;
        refresh_node(tree, k, node);
    }
}

float ludus_sum_tree_get(const ludus_sum_tree *tree, int64_t leaf)
{
    assert(leaf >= 0 && leaf < tree->capacity);
    return tree->leaf[leaf];
}

double ludus_sum_tree_total(const ludus_sum_tree *tree)
{
    return tree->levels[tree->num_levels - 1].sum[0];
}

float ludus_sum_tree_max(const ludus_sum_tree *tree)
{
    return tree->max;
}

float ludus_priority(float td_error, float alpha, float epsilon)
{
    return powf(fabsf(td_error) + epsilon, alpha);
}

// ---- Drawing ---------------------------------------------------------------------------------

int64_t ludus_sum_tree_find(const ludus_sum_tree *tree, double mass)
{
    assert(mass >= 0.0 && ludus_sum_tree_total(tree) > 0.0);
    int64_t node = 0;
    for (int32_t k = tree->num_levels - 1; k >= 0; k--) {
        // The last child with a share stands in when rounding leaves some mass behind them all.
        int64_t chosen = -1;
        for (int64_t i = node * FAN; i < (node + 1) * FAN; i++) {
            const double sum = child_sum(tree, k, i);
            if (sum <= 0.0) {
                continue;
            }
            chosen = i;
            if (mass < sum) {
                break;
            }
            mass -= sum;
        }
        assert(chosen >= 0);
        node = chosen;
    }
    return node;
}

void ludus_sum_tree_sample(const ludus_sum_tree *tree, ludus_rng *rng, int32_t n, float beta,
                           int64_t *leaves, float *weights)
{
    const double stretch = ludus_sum_tree_total(tree) / n;
    float least = INFINITY;
    for (int32_t i = 0; i < n; i++) {
        leaves[i] = ludus_sum_tree_find(tree, (i + ludus_rng_double(rng)) * stretch);
        least = fminf(least, tree->leaf[leaves[i]]);
    }
    for (int32_t i = 0; weights != NULL && i < n; i++) {
        weights[i] = powf(least / tree->leaf[leaves[i]], beta);
    }
}

// ---- Checkpoints: magic, u64 capacity, u32 max (float bits), u32 per leaf, u64 hash -------------

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float value_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void ludus_sum_tree_save(const ludus_sum_tree *tree, ludus_buffer *out)
{
    const size_t start = out->size;
    ludus_buffer_put(out, magic, sizeof magic);
    ludus_buffer_put_u64(out, (uint64_t)tree->capacity);
    ludus_buffer_put_u32(out, bits_of(tree->max));
    for (int64_t i = 0; i < tree->capacity; i++) {
        ludus_buffer_put_u32(out, bits_of(tree->leaf[i]));
    }
    if (!out->failed) {
        ludus_buffer_put_u64(out, ludus_hash64(out->data + start, out->size - start, 0));
    }
}

static bool is_priority(float value)
{
    return isfinite(value) && value >= 0.0f;
}

// The bytes of all leaves, or NULL when anything is wrong.
static const uint8_t *check_saved(const ludus_sum_tree *tree, ludus_cursor *in, float *max)
{
    const uint8_t *name = ludus_cursor_skip(in, sizeof magic);
    const uint64_t capacity = ludus_cursor_u64(in);
    *max = value_of(ludus_cursor_u32(in));
    if (name == NULL || memcmp(name, magic, sizeof magic) != 0 || in->failed ||
        capacity != (uint64_t)tree->capacity || !is_priority(*max)) {
        return NULL;
    }
    const size_t size = (size_t)capacity * 4;
    const uint8_t *leaves = ludus_cursor_skip(in, size);
    const uint64_t hash = ludus_cursor_u64(in);
    if (in->failed || ludus_hash64(name, sizeof magic + 12 + size, 0) != hash) {
        return NULL;
    }
    for (size_t i = 0; i < size; i += 4) {
        if (!is_priority(value_of(ludus_load_u32(leaves + i)))) {
            return NULL;
        }
    }
    return leaves;
}

ludus_status ludus_sum_tree_load(ludus_sum_tree *tree, ludus_cursor *in, ludus_error *error)
{
    float max;
    const uint8_t *leaves = check_saved(tree, in, &max);
    if (leaves == NULL) {
        return ludus_fail(error, LUDUS_ERR_FORMAT,
                          "priorities: damaged, or not of %" PRId64 " items", tree->capacity);
    }
    tree->max = max;
    for (int64_t i = 0; i < tree->capacity; i++) {
        tree->leaf[i] = value_of(ludus_load_u32(leaves + 4 * i));
    }
    for (int32_t k = 0; k < tree->num_levels; k++) {
        for (int64_t node = 0; node < tree->levels[k].count; node++) {
            refresh_node(tree, k, node);
        }
    }
    return LUDUS_OK;
}
