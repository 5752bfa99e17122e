#include "hashed_evaluator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static void hashed_evaluate(void *self, int32_t n, ludus_leaf *leaves)
{
    const ludus_game *game = self;
    for (int32_t i = 0; i < n; i++) {
        ludus_rng rng;
        float sum = 0.0f;
        ludus_leaf *leaf = &leaves[i];
        ludus_rng_init(&rng, 1, ludus_game_hash(game, leaf->pos));
        for (int32_t k = 0; k < leaf->num_legal; k++) {
            leaf->priors[k] = 0.05f + ludus_rng_float(&rng);
            sum += leaf->priors[k];
        }
        for (int32_t k = 0; k < leaf->num_legal; k++) {
            leaf->priors[k] /= sum;
        }
        const float win = ludus_rng_float(&rng);
        leaf->wdl[0] = 0.8f * win;
        leaf->wdl[1] = 0.2f;
        leaf->wdl[2] = 0.8f - 0.8f * win;
    }
}

static void hashed_destroy(void *self)
{
    (void)self;
}

static const ludus_evaluator_ops hashed_ops = {"hashed", hashed_evaluate, hashed_destroy};

void bench_open(bench *b, const char *name)
{
    ludus_error error;
    memset(b, 0, sizeof *b);
    if (ludus_game_open(&b->game, name, &error)) {
        fail_msg("%s", error.text);
    }
    assert_true(b->game.spec.state_bytes <= STATE_BYTES);
    assert_true(b->game.spec.max_legal <= MAX_LEGAL);
    b->evaluator = (ludus_evaluator){.ops = &hashed_ops, .self = &b->game, .max_batch = 64};
    ludus_game_init(&b->game, b->pos);
    ludus_rng_init(&b->rng, 9, 0);
}

void bench_close(bench *b)
{
    ludus_game_close(&b->game);
}

void bench_play(bench *b, const char *moves)
{
    char text[64], *rest = NULL;
    ludus_error error;
    ludus_move move;
    snprintf(text, sizeof text, "%s", moves);
    for (char *word = strtok_r(text, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        if (ludus_game_parse_move(&b->game, b->pos, word, &move, &error)) {
            fail_msg("%s", error.text);
        }
        ludus_game_play(&b->game, b->pos, move);
    }
}

ludus_mcts *bench_tree(const bench *b, const ludus_mcts_config *config)
{
    ludus_mcts *tree;
    ludus_error error;
    if (ludus_mcts_create(&tree, &b->game, config, &error)) {
        fail_msg("%s", error.text);
    }
    return tree;
}

ludus_mcts_config bench_config(void)
{
    ludus_mcts_config c = ludus_mcts_config_default();
    c.enable_solver = false;
    c.noise_share = 0.0f;
    c.max_nodes = 5000;
    return c;
}
