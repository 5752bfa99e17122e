// Makes agents/connect4_labels.c:
//
//     label_connect4 SEED TABLE_MIB > agents/connect4_labels.c
//
// Positions: for each ply random games (uniform moves) until the ply's share of distinct
// unfinished positions is found; the first plies have few positions and take longest, so their
// share is smaller. They are solved from the last ply to the first, so that the early ones find
// much of their tree in the table. The shipped file has seed 1. The scores do not depend on
// TABLE_MIB.

#include "agents/connect4_solver.h"
#include "agents/connect4_labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WANTED 2000
#define MAX_PLY 40

typedef struct sample {
    ludus_connect4_position pos;
    char moves[MAX_PLY + 1];
    int32_t score[LUDUS_CONNECT4_COLUMNS];
} sample;

// A random game to `plies`; false when it ends before or there.
static bool play_random(ludus_rng *rng, int32_t plies, sample *s)
{
    memset(s, 0, sizeof(*s));
    for (int32_t ply = 0; ply < plies; ply++) {
        uint64_t cells = ludus_connect4_landing(&s->pos);
        for (uint32_t skip = ludus_rng_below(rng, (uint32_t)__builtin_popcountll(cells)); skip > 0;
             skip--) {
            cells &= cells - 1;
        }
        s->moves[ply] = (char)('1' + __builtin_ctzll(cells) / 7);
        ludus_connect4_drop(&s->pos, cells & (0 - cells));
        if (ludus_connect4_has_four(s->pos.own ^ s->pos.all)) {
            return false;
        }
    }
    return true;
}

static bool is_new(const sample *samples, int32_t count, const sample *s)
{
    for (int32_t i = 0; i < count; i++) {
        if (samples[i].pos.own == s->pos.own && samples[i].pos.all == s->pos.all) {
            return false;
        }
    }
    return true;
}

// Positions of the first plies; the others share the rest evenly.
static const int32_t first_shares[] = {1, 1, 2, 4, 24};
#define NUM_FIRST ((int32_t)(sizeof(first_shares) / sizeof(first_shares[0])))

// Tries after which a ply is taken to have no more positions to offer.
#define MAX_TRIES 2000000

static int32_t draw_samples(uint64_t seed, sample *samples)
{
    int32_t count = 0;
    for (int32_t ply = 0; ply <= MAX_PLY; ply++) {
        ludus_rng rng;
        ludus_rng_init(&rng, seed, (uint64_t)ply);
        const int32_t rest = (WANTED - count) / (MAX_PLY + 1 - ply);
        const int32_t goal = count + (ply < NUM_FIRST ? first_shares[ply] : rest);
        for (int32_t tries = 0; count < goal && tries < MAX_TRIES; tries++) {
            if (play_random(&rng, ply, &samples[count]) &&
                is_new(samples, count, &samples[count])) {
                count++;
            }
        }
    }
    return count;
}

static void print_sample(const sample *s)
{
    printf("    {\"%s\", {", s->moves);
    for (int32_t column = 0; column < LUDUS_CONNECT4_COLUMNS; column++) {
        const int32_t score = s->score[column];
        if (score == INT32_MIN) {
            printf("FULL");
        } else {
            printf("%d", (int)score);
        }
        printf(column < LUDUS_CONNECT4_COLUMNS - 1 ? ", " : "}},\n");
    }
}

static void print_table(const sample *samples, int32_t count, unsigned long seed)
{
    printf("// Made by tests/tools/label_connect4.c, seed %lu. Do not edit.\n\n", seed);
    printf("#include \"agents/connect4_labels.h\"\n\n");
    printf("#define FULL LUDUS_CONNECT4_NO_MOVE\n\n// clang-format off\n");
    printf("static const ludus_connect4_label labels[] = {\n");
    for (int32_t i = 0; i < count; i++) {
        print_sample(&samples[i]);
    }
    printf("};\n// clang-format on\n\n");
    printf("const ludus_connect4_label *ludus_connect4_labels(size_t *count)\n{\n");
    printf("    *count = sizeof(labels) / sizeof(labels[0]);\n    return labels;\n}\n");
}

static void solve_samples(ludus_connect4_solver *solver, sample *samples, int32_t count)
{
    const double start = ludus_clock();
    for (int32_t i = count - 1; i >= 0; i--) {
        ludus_connect4_scores(solver, &samples[i].pos, samples[i].score);
        fprintf(stderr, "%d left, ply %d, %.1f s, %.0f million nodes\n", (int)i,
                (int)strlen(samples[i].moves), ludus_clock() - start,
                (double)ludus_connect4_solver_nodes(solver) * 1e-6);
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: label_connect4 SEED TABLE_MIB > agents/connect4_labels.c\n");
        return 2;
    }
    const unsigned long seed = strtoul(argv[1], NULL, 10);
    const size_t bytes = (size_t)strtoul(argv[2], NULL, 10) << 20;
    ludus_connect4_solver *solver = NULL;
    sample *samples = ludus_alloc(WANTED + 1, sizeof(*samples));
    if (samples == NULL || ludus_connect4_solver_create(&solver, bytes) != LUDUS_OK) {
        fprintf(stderr, "label_connect4: no memory\n");
        ludus_free(samples);
        return 1;
    }
    const int32_t count = draw_samples(seed, samples);
    solve_samples(solver, samples, count);
    print_table(samples, count, seed);
    ludus_connect4_solver_destroy(solver);
    ludus_free(samples);
    return 0;
}
