#include "selfplay/match.h"

#include <stdatomic.h>
#include <string.h>

#define OPENING_TRIES 32 // draws of a new opening before a repeated one is accepted
#define MAX_PAIRS 10000000

// One pair's games, kept until all pairs before it are counted.
typedef struct match_pair {
    bool is_done;
    int32_t points;       // 0..4 half points of player[0]
    ludus_move *moves[2]; // owned
    int32_t plies[2];
    ludus_outcome outcome[2]; // for the player to move first
    int32_t forfeits[2];      // by player: games given up
} match_pair;

typedef struct match {
    const ludus_game *game;
    const ludus_match_config *config;
    ludus_match_progress *progress;
    ludus_match_game *on_game;
    void *user;
    ludus_move *openings; // [pairs, opening_plies]
    int32_t *lengths;     // [pairs] moves of each opening
    match_pair *pairs;    // [config->pairs]
    atomic_int next;      // pair to play; relaxed: only its uniqueness matters
    atomic_bool stop;     // no new games; relaxed: late news cost time, not correctness
    // Below: inside the critical section only.
    int32_t counted; // pairs reported
    int64_t total_plies;
    int32_t failed_pair; // first pair that failed, INT32_MAX for none
    bool has_failed;     // the match ended by `failure`
    ludus_error failure;
    ludus_match_result *result;
} match;

// What one thread plays with.
typedef struct match_worker {
    ludus_player player[2];
    void *pos;
} match_worker;

ludus_match_config ludus_match_config_default(void)
{
    return (ludus_match_config){.player = {"random", "random"},
                                .pairs = 100,
                                .opening_plies = 4,
                                .threads = 1,
                                .seed = 1,
                                .elo0 = 0,
                                .elo1 = 10,
                                .alpha = .05,
                                .beta = .05};
}

static ludus_status check_config(const ludus_match_config *config, ludus_error *error)
{
    if (config->pairs < 1 || config->pairs > MAX_PAIRS) {
        return ludus_fail(error, LUDUS_ERR_ARG, "pairs = %d: must be 1 .. %d", config->pairs,
                          MAX_PAIRS);
    }
    if (config->opening_plies < 0 || config->opening_plies > 1000) {
        return ludus_fail(error, LUDUS_ERR_ARG, "opening plies = %d: must be 0 .. 1000",
                          config->opening_plies);
    }
    if (config->threads < 1 || config->threads > 1024) {
        return ludus_fail(error, LUDUS_ERR_ARG, "threads = %d: must be 1 .. 1024", config->threads);
    }
    if (config->enable_sprt && (!(config->elo0 < config->elo1) || !(config->alpha > 0) ||
                                !(config->beta > 0) || !(config->alpha + config->beta < 1))) {
        return ludus_fail(error, LUDUS_ERR_ARG,
                          "sequential test: needs elo0 < elo1 and error rates above 0");
    }
    return LUDUS_OK;
}

// ---- Openings -----------------------------------------------------------------------------------

// Plays up to `plies` random moves from the start without ending the game; returns how many.
static int32_t random_opening(const ludus_game *game, ludus_rng *rng, int32_t plies, void *pos,
                              ludus_move *legal, ludus_move *out)
{
    for (int32_t length = plies;; length--) {
        for (int32_t attempt = 0; attempt < OPENING_TRIES; attempt++) {
            int32_t n = 0;
            ludus_game_init(game, pos);
            while (n < length && ludus_game_outcome(game, pos) == LUDUS_ONGOING) {
                const int32_t count = ludus_game_legal(game, pos, legal);
                out[n] = legal[ludus_rng_below(rng, (uint32_t)count)];
                ludus_game_play(game, pos, out[n++]);
            }
            if (ludus_game_outcome(game, pos) == LUDUS_ONGOING) {
                return n;
            }
        }
    }
}

// True when `key` was not in the table yet. The table has 2^k slots, never full; 0 is free.
static bool remember(uint64_t *table, size_t slots, uint64_t key)
{
    key = key ? key : 1;
    size_t at = (size_t)ludus_mix64(key) & (slots - 1);
    while (table[at] && table[at] != key) {
        at = (at + 1) & (slots - 1);
    }
    const bool is_new = table[at] == 0;
    table[at] = key;
    return is_new;
}

static ludus_status make_openings(match *m)
{
    const ludus_game *game = m->game;
    const int32_t plies = m->config->opening_plies;
    size_t slots = 64;
    while (slots < 2 * (size_t)m->config->pairs) {
        slots *= 2;
    }
    uint64_t *seen = ludus_alloc(slots, sizeof(*seen));
    void *pos = ludus_alloc(1, game->spec.state_bytes);
    ludus_move *legal = ludus_alloc((size_t)game->spec.max_legal, sizeof(*legal));
    ludus_status status = seen && pos && legal ? LUDUS_OK : LUDUS_ERR_NOMEM;
    int32_t tries = OPENING_TRIES;
    ludus_rng rng;
    ludus_rng_init(&rng, m->config->seed, 0);
    for (int32_t i = 0; !status && i < m->config->pairs; i++) {
        ludus_move *opening = m->openings + (size_t)i * (size_t)plies;
        bool is_new = false;
        for (int32_t attempt = 0; !is_new && attempt < tries; attempt++) {
            m->lengths[i] = random_opening(game, &rng, plies, pos, legal, opening);
            is_new = remember(seen, slots, ludus_game_hash(game, pos));
        }
        tries = is_new ? tries : 1; // few are left: repeats are accepted from here on
    }
    ludus_free(legal);
    ludus_free(pos);
    ludus_free(seen);
    return status;
}

// ---- One pair -----------------------------------------------------------------------------------

static void play_move(const match *m, match_worker *worker, match_pair *pair, int32_t game,
                      ludus_move move)
{
    for (int side = 0; side < 2; side++) {
        ludus_player_observe(&worker->player[side], worker->pos, move);
    }
    pair->moves[game][pair->plies[game]++] = move;
    ludus_game_play(m->game, worker->pos, move);
}

// Game 0: player[0] moves first; game 1: player[1] does. Leaves the first mover's outcome.
static ludus_status play_game(const match *m, match_worker *worker, int32_t index, int32_t game,
                              match_pair *pair, ludus_error *error)
{
    ludus_rng rng[2];
    void *pos = worker->pos;
    ludus_game_init(m->game, pos);
    for (int side = 0; side < 2; side++) {
        const uint64_t stream = ((uint64_t)index * 2 + (uint64_t)game) * 2 + (uint64_t)side + 1;
        ludus_rng_init(&rng[side], m->config->seed, stream);
        ludus_player_reset(&worker->player[side]);
    }
    const ludus_move *opening = m->openings + (size_t)index * (size_t)m->config->opening_plies;
    for (int32_t i = 0; i < m->lengths[index]; i++) {
        play_move(m, worker, pair, game, opening[i]);
    }
    while (ludus_game_outcome(m->game, pos) == LUDUS_ONGOING) {
        const int32_t to_move = ludus_game_to_move(m->game, pos);
        const int32_t side = to_move ^ game;
        ludus_move move = LUDUS_MOVE_NONE;
        const ludus_status status =
            ludus_player_choose(&worker->player[side], pos, &rng[side], &move, error);
        if (status == LUDUS_ERR_STATE) {
            pair->forfeits[side]++;
            pair->outcome[game] = to_move == 0 ? LUDUS_LOSS : LUDUS_WIN;
            return LUDUS_OK;
        }
        if (status) {
            return status;
        }
        play_move(m, worker, pair, game, move);
    }
    const int32_t outcome = (int32_t)ludus_game_outcome(m->game, pos); // of the player to move
    pair->outcome[game] =
        (ludus_outcome)(ludus_game_to_move(m->game, pos) == 0 ? outcome : -outcome);
    return LUDUS_OK;
}

static ludus_status play_pair(const match *m, match_worker *worker, int32_t index, match_pair *pair,
                              ludus_error *error)
{
    for (int32_t game = 0; game < 2; game++) {
        pair->moves[game] = ludus_alloc((size_t)m->game->spec.max_plies, sizeof(ludus_move));
        if (!pair->moves[game]) {
            return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for a game");
        }
        ludus_status status = play_game(m, worker, index, game, pair, error);
        if (status) {
            return status;
        }
    }
    pair->points = 2 + (int32_t)pair->outcome[0] - (int32_t)pair->outcome[1];
    return LUDUS_OK;
}

// ---- Counting, in pair order --------------------------------------------------------------------

static void free_pair(match_pair *pair)
{
    for (int game = 0; game < 2; game++) {
        ludus_free(pair->moves[game]);
        pair->moves[game] = NULL;
    }
}

static void count_pair(match *m, int32_t index)
{
    ludus_match_result *result = m->result;
    match_pair *pair = &m->pairs[index];
    for (int32_t game = 0; game < 2; game++) {
        const int32_t outcome = (int32_t)pair->outcome[game] * (game == 0 ? 1 : -1);
        result->wins += outcome > 0;
        result->draws += outcome == 0;
        result->losses += outcome < 0;
        m->total_plies += pair->plies[game];
        if (m->on_game) {
            m->on_game(index, game, pair->moves[game], pair->plies[game], pair->outcome[game],
                       m->user);
        }
    }
    for (int32_t player = 0; player < 2; player++) {
        result->forfeits[player] += pair->forfeits[player];
    }
    result->pentanomial[pair->points]++;
    ludus_match_statistics(m->config, result);
    result->plies = (double)m->total_plies / (2.0 * result->pairs);
    free_pair(pair);
    const bool go_on = !m->progress || m->progress(result, m->user);
    if (!go_on || result->sprt) {
        atomic_store_explicit(&m->stop, true, memory_order_relaxed);
    }
}

// After each pair, under the lock: counts what has become countable.
static void finish_pair(match *m, int32_t index, const match_pair *pair, const ludus_error *error)
{
    m->pairs[index] = *pair;
    m->pairs[index].is_done = true;
    if (error && index < m->failed_pair) {
        m->failed_pair = index;
        m->failure = *error;
    }
    while (m->counted < m->config->pairs && m->pairs[m->counted].is_done &&
           !atomic_load_explicit(&m->stop, memory_order_relaxed)) {
        if (m->counted == m->failed_pair) {
            m->has_failed = true;
            atomic_store_explicit(&m->stop, true, memory_order_relaxed);
            break;
        }
        count_pair(m, m->counted++);
    }
}

// ---- The team -----------------------------------------------------------------------------------

static ludus_status open_worker(const match *m, match_worker *worker, ludus_error *error)
{
    worker->pos = ludus_alloc(1, m->game->spec.state_bytes);
    if (!worker->pos) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for a match");
    }
    for (int side = 0; side < 2; side++) {
        ludus_status status =
            ludus_player_open(&worker->player[side], m->game, m->config->player[side], error);
        if (status) {
            return status;
        }
    }
    return LUDUS_OK;
}

static void close_worker(match_worker *worker)
{
    ludus_player_close(&worker->player[1]);
    ludus_player_close(&worker->player[0]);
    ludus_free(worker->pos);
}

static void run_worker(match *m)
{
    match_worker worker = {0};
    ludus_error error = {0};
    if (open_worker(m, &worker, &error)) {
#pragma omp critical(ludus_match)
        {
            m->failed_pair = -1;
            m->has_failed = true;
            m->failure = error;
            atomic_store_explicit(&m->stop, true, memory_order_relaxed);
        }
    }
    while (!atomic_load_explicit(&m->stop, memory_order_relaxed)) {
        const int32_t index = atomic_fetch_add_explicit(&m->next, 1, memory_order_relaxed);
        if (index >= m->config->pairs) {
            break;
        }
        match_pair pair = {0};
        const ludus_status status = play_pair(m, &worker, index, &pair, &error);
#pragma omp critical(ludus_match)
        finish_pair(m, index, &pair, status ? &error : NULL);
    }
    close_worker(&worker);
}

static ludus_status reserve(match *m, ludus_error *error)
{
    const size_t pairs = (size_t)m->config->pairs;
    m->openings = ludus_alloc(pairs * (size_t)m->config->opening_plies, sizeof(*m->openings));
    m->lengths = ludus_alloc(pairs, sizeof(*m->lengths));
    m->pairs = ludus_alloc(pairs, sizeof(*m->pairs));
    if (!m->openings || !m->lengths || !m->pairs || make_openings(m)) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for %d pairs", m->config->pairs);
    }
    return LUDUS_OK;
}

ludus_status ludus_match_run(const ludus_game *game, const ludus_match_config *config,
                             ludus_match_progress *progress, ludus_match_game *on_game, void *user,
                             ludus_match_result *result, ludus_error *error)
{
    match m = {.game = game,
               .config = config,
               .progress = progress,
               .on_game = on_game,
               .user = user,
               .failed_pair = INT32_MAX,
               .result = result};
    *result = (ludus_match_result){0};
    ludus_status status = check_config(config, error);
    if (status) {
        return status;
    }
    ludus_match_statistics(config, result);
    status = reserve(&m, error);
    if (!status) {
        const int threads = config->threads < config->pairs ? config->threads : config->pairs;
#pragma omp parallel num_threads(threads) default(none) shared(m)
        run_worker(&m);
        if (m.has_failed) {
            status = m.failure.status;
            if (error) {
                *error = m.failure;
            }
        }
    }
    for (int32_t i = 0; m.pairs && i < config->pairs; i++) {
        free_pair(&m.pairs[i]);
    }
    ludus_free(m.pairs);
    ludus_free(m.lengths);
    ludus_free(m.openings);
    return status;
}
