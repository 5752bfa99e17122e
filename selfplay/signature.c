#include "selfplay/signature.h"

#include "agents/mcts.h"

#include <math.h>

#define PERFT_DEPTH 3
#define SIMULATIONS 300
#define NET_ROWS 4

// A random game from the start, its positions' hashes folded into *hash; stops after `plies`.
static void random_game(const ludus_game *game, uint64_t seed, int32_t plies, void *pos,
                        ludus_move *legal, uint64_t *hash)
{
    ludus_rng rng;
    ludus_rng_init(&rng, seed, 0);
    ludus_game_init(game, pos);
    for (int32_t i = 0; i < plies && ludus_game_outcome(game, pos) == LUDUS_ONGOING; i++) {
        const int32_t n = ludus_game_legal(game, pos, legal);
        ludus_game_play(game, pos, legal[ludus_rng_below(&rng, (uint32_t)n)]);
        const uint64_t key = ludus_game_hash(game, pos);
        *hash = ludus_hash64(&key, sizeof(key), *hash);
    }
}

static ludus_status sign_search(const ludus_game *game, ludus_root_kind root, const void *pos,
                                uint64_t *hash, ludus_error *error)
{
    ludus_mcts *tree = NULL;
    ludus_evaluator evaluator = {0};
    ludus_rng rng;
    ludus_mcts_config config = ludus_mcts_config_default();
    config.root = (int32_t)root;
    config.simulations = SIMULATIONS;
    ludus_rng_init(&rng, 7, 0);
    ludus_mcts_move *moves = ludus_alloc((size_t)game->spec.max_legal, sizeof(*moves));
    ludus_status status = moves ? LUDUS_OK : ludus_fail(error, LUDUS_ERR_NOMEM, "no memory");
    status = status ? status : ludus_mcts_create(&tree, game, &config, error);
    if (!status && ludus_evaluator_uniform(&evaluator, game, 1)) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "no memory");
    }
    if (!status) {
        ludus_mcts_run(tree, pos, SIMULATIONS, true, &rng, &evaluator, 1);
        const int32_t n = ludus_mcts_moves(tree, moves);
        for (int32_t i = 0; i < n; i++) {
            const int32_t counts[2] = {moves[i].move, moves[i].visits};
            *hash = ludus_hash64(counts, sizeof(counts), *hash);
        }
    }
    ludus_evaluator_destroy(&evaluator);
    ludus_mcts_destroy(tree);
    ludus_free(moves);
    return status;
}

static ludus_status sign_game(const char *name, ludus_signature *out, ludus_error *error)
{
    ludus_game game;
    ludus_status status = ludus_game_open(&game, name, error);
    if (status) {
        return status;
    }
    void *pos = ludus_alloc(1, game.spec.state_bytes);
    ludus_move *legal = ludus_alloc((size_t)game.spec.max_legal, sizeof(*legal));
    if (!pos || !legal) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "no memory");
    } else {
        ludus_game_init(&game, pos);
        const uint64_t nodes = ludus_game_perft(&game, pos, PERFT_DEPTH, 1);
        out->games = ludus_hash64(&nodes, sizeof(nodes), out->games);
        random_game(&game, 1, game.spec.max_plies, pos, legal, &out->games);
        random_game(&game, 2, 4, pos, legal, &out->games); // no game ends that early
        status = sign_search(&game, LUDUS_ROOT_PUCT, pos, &out->search, error);
        status = status ? status : sign_search(&game, LUDUS_ROOT_GUMBEL, pos, &out->search, error);
    }
    ludus_free(legal);
    ludus_free(pos);
    ludus_game_close(&game);
    return status;
}

static ludus_status fold_outputs(const ludus_net *net, const float *in, uint64_t *hash,
                                 ludus_error *error)
{
    ludus_net_exec *exec = NULL;
    float *out[LUDUS_NET_MAX_HEADS] = {NULL};
    const ludus_exec_config config = {.max_batch = NET_ROWS, .precision = LUDUS_PRECISION_F32};
    const int32_t heads = ludus_net_describe(net)->num_heads;
    ludus_status status = ludus_net_exec_create(&exec, net, &config, error);
    for (int32_t h = 0; !status && h < heads; h++) {
        out[h] = ludus_alloc(NET_ROWS * ludus_net_head_outputs(net, h), sizeof(float));
        status = out[h] ? LUDUS_OK : ludus_fail(error, LUDUS_ERR_NOMEM, "no memory");
    }
    if (!status) {
        ludus_net_forward(exec, NET_ROWS, in, out);
    }
    for (int32_t h = 0; h < heads; h++) {
        const size_t count = NET_ROWS * ludus_net_head_outputs(net, h);
        for (size_t i = 0; !status && i < count; i++) {
            const int64_t rounded = llround(1000.0 * (double)out[h][i]);
            *hash = ludus_hash64(&rounded, sizeof(rounded), *hash);
        }
        ludus_free(out[h]);
    }
    ludus_net_exec_destroy(exec);
    return status;
}

static ludus_status sign_net(uint64_t *hash, ludus_error *error)
{
    ludus_game game;
    ludus_net *net = NULL;
    ludus_status status = ludus_game_open(&game, "connect4", error);
    if (status) {
        return status;
    }
    ludus_net_desc desc = ludus_net_desc_default();
    desc.channels = 16;
    desc.blocks = 2;
    ludus_net_desc_for_game(&desc, &game, NULL, NULL);
    const size_t planes = ludus_game_plane_count(&game);
    float *in = ludus_alloc(NET_ROWS * planes, sizeof(*in));
    void *pos = ludus_alloc(1, game.spec.state_bytes);
    ludus_move *legal = ludus_alloc((size_t)game.spec.max_legal, sizeof(*legal));
    status = ludus_net_create(&net, &desc, 1, error);
    if (!status && (!in || !pos || !legal)) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "no memory");
    }
    for (int32_t i = 0; !status && i < NET_ROWS; i++) {
        random_game(&game, (uint64_t)i, 2 * i, pos, legal, hash);
        ludus_game_encode(&game, pos, 0, in + (size_t)i * planes);
    }
    status = status ? status : fold_outputs(net, in, hash, error);
    ludus_net_destroy(net);
    ludus_free(legal);
    ludus_free(pos);
    ludus_free(in);
    ludus_game_close(&game);
    return status;
}

ludus_status ludus_signature_compute(ludus_signature *out, ludus_error *error)
{
    size_t count;
    const ludus_game_ops *const *families = ludus_game_families(&count);
    ludus_signature signature = {0};
    ludus_status status = LUDUS_OK;
    for (size_t i = 0; !status && i < count; i++) {
        status = sign_game(families[i]->family, &signature, error);
    }
    status = status ? status : sign_net(&signature.net, error);
    if (!status) {
        const uint64_t parts[3] = {signature.games, signature.search, signature.net};
        signature.all = ludus_hash64(parts, sizeof(parts), 0);
        *out = signature;
    }
    return status;
}
