#include "selfplay/selfplay.h"

#include <assert.h>
#include <math.h>
#include <omp.h>
#include <string.h>

static const char *const precision_names[] = {"f32", "bf16", "int8", NULL};

const ludus_option ludus_selfplay_options[] = {
    LUDUS_OPTION_INT32(ludus_selfplay_config, "selfplay", "slots", slots, 1, 65536,
                       "games in flight, a multiple of batch"),
    LUDUS_OPTION_INT32(ludus_selfplay_config, "selfplay", "batch", batch, 1, 1024,
                       "positions per net evaluation"),
    LUDUS_OPTION_INT32(ludus_selfplay_config, "selfplay", "evaluations", evaluations, 1, 1e9,
                       "net evaluations per slot and iteration"),
    LUDUS_OPTION_INT32(ludus_selfplay_config, "selfplay", "fast_simulations", fast_simulations, 1,
                       1e6, "simulations of a fast move (playout cap randomisation)"),
    LUDUS_OPTION_FLOAT(ludus_selfplay_config, "selfplay", "full_share", full_share, 0, 1,
                       "share of moves searched with search.simulations"),
    LUDUS_OPTION_FLOAT(ludus_selfplay_config, "selfplay", "opening_share", opening_share, 0, 1,
                       "share of games that begin with random moves"),
    LUDUS_OPTION_INT32(ludus_selfplay_config, "selfplay", "opening_plies", opening_plies, 0, 10000,
                       "most random moves at the start of such a game"),
    LUDUS_OPTION_FLOAT(ludus_selfplay_config, "selfplay", "varied_share", varied_share, 0, 1,
                       "share of games with a varied start (Go: komi)"),
    LUDUS_OPTION_FLOAT(ludus_selfplay_config, "selfplay", "resign_value", resign_value, -1, 0,
                       "resign below this root value; -1 = never"),
    LUDUS_OPTION_ENUM(ludus_selfplay_config, "selfplay", "precision", precision, precision_names,
                      "of the workers' nets"),
    LUDUS_OPTION_FLOAT(ludus_selfplay_config, "selfplay", "resign_playout", resign_playout, 0, 1,
                       "share of games played to the end all the same"),
};
const size_t ludus_selfplay_num_options =
    sizeof(ludus_selfplay_options) / sizeof(ludus_selfplay_options[0]);

ludus_selfplay_config ludus_selfplay_config_default(void)
{
    return (ludus_selfplay_config){
        .slots = 128,
        .batch = 16,
        .evaluations = 1000,
        .fast_simulations = 16,
        .full_share = 1.0f,
        .opening_share = 0.0f,
        .opening_plies = 0,
        .precision = LUDUS_PRECISION_F32,
        .resign_value = -1.0f,
        .resign_playout = 0.1f,
    };
}

// One game in flight and the records it finished in this phase.
typedef struct slot {
    ludus_mcts *tree;
    uint8_t *pos;
    ludus_rng rng;
    ludus_record record;
    uint64_t next_number; // of the game after this one
    uint8_t low_values;   // consecutive root values below the resignation mark, per player
    bool is_playing;      // a game is under way
    bool may_resign;
    uint8_t gave_up; // players who would have resigned a game that is played on all the same
    // Within a phase only:
    bool is_searching;
    bool is_full;
    int64_t budget; // net evaluations left
    ludus_buffer finished;
    ludus_selfplay_stats stats;
} slot;

typedef struct worker {
    ludus_evaluator evaluator;
    ludus_leaf *leaves; // [batch]
    int32_t *owners;    // [batch] slot of each leaf
    ludus_move *moves;  // [max_legal]
    float *weights;     // [max_legal]
    double busy_seconds;
} worker;

struct ludus_selfplay {
    ludus_game game; // the caller's, by value: ops and ctx outlive us
    ludus_selfplay_config config;
    ludus_mcts_config search;
    uint64_t seed;
    int32_t threads;
    slot *slots;
    worker *workers;
};

// ---- One game ------------------------------------------------------------------------------

static void play_random_opening(const ludus_selfplay *sp, slot *s, ludus_move *moves)
{
    if (sp->config.opening_plies == 0 || ludus_rng_float(&s->rng) >= sp->config.opening_share) {
        return;
    }
    const uint32_t plies = 1 + ludus_rng_below(&s->rng, (uint32_t)sp->config.opening_plies);
    for (uint32_t i = 0; i < plies; i++) {
        const int32_t n = ludus_game_legal(&sp->game, s->pos, moves);
        const ludus_move move = moves[ludus_rng_below(&s->rng, (uint32_t)n)];
        // The game must still be open for the search: stop before a move that would end it.
        uint8_t *next = s->pos + sp->game.spec.state_bytes;
        memcpy(next, s->pos, sp->game.spec.state_bytes);
        ludus_game_play(&sp->game, next, move);
        if (ludus_game_outcome(&sp->game, next) != LUDUS_ONGOING) {
            return;
        }
        memcpy(s->pos, next, sp->game.spec.state_bytes);
        // A ply without a policy is an opening ply: the sampler never trains on it.
        const ludus_ply ply = {.move = move, .wdl = {0.0f, 1.0f, 0.0f}};
        ludus_record_add(&s->record, &ply);
    }
}

static void begin_game(const ludus_selfplay *sp, slot *s, uint64_t version, ludus_move *moves)
{
    ludus_rng_init(&s->rng, sp->seed, s->next_number);
    ludus_record_reset(&s->record, s->next_number, version);
    s->next_number += (uint64_t)sp->config.slots;
    s->record.is_varied = sp->config.varied_share > 0.0f && ludus_game_can_vary(&sp->game) &&
                          ludus_rng_float(&s->rng) < sp->config.varied_share;
    if (s->record.is_varied) {
        ludus_game_init_varied(&sp->game, s->pos, s->record.number);
    } else {
        ludus_game_init(&sp->game, s->pos);
    }
    ludus_mcts_reset(s->tree);
    s->low_values = 0;
    s->may_resign = ludus_rng_float(&s->rng) >= sp->config.resign_playout;
    s->gave_up = 0;
    s->is_playing = true;
    play_random_opening(sp, s, moves);
}

// What became of the players who would have resigned.
static void count_given_up(const ludus_selfplay *sp, slot *s, ludus_outcome for_mover)
{
    const int32_t mover = ludus_game_to_move(&sp->game, s->pos);
    for (int32_t side = 0; side < 2; side++) {
        if ((s->gave_up & 1u << side) != 0) {
            const ludus_outcome outcome = side == mover ? for_mover : (ludus_outcome)-for_mover;
            s->stats.played_on++;
            s->stats.false_resignations += outcome != LUDUS_LOSS;
        }
    }
}

static void finish_game(const ludus_selfplay *sp, slot *s, ludus_outcome for_mover, bool resigned)
{
    // The record wants the outcome for whoever moves in the initial position.
    uint8_t *start = s->pos + sp->game.spec.state_bytes;
    ludus_game_init(&sp->game, start);
    const bool same_side =
        ludus_game_to_move(&sp->game, start) == ludus_game_to_move(&sp->game, s->pos);
    s->record.outcome = same_side ? for_mover : (ludus_outcome)-for_mover;
    s->record.resigned = resigned;
    ludus_buffer_put_u64(&s->finished, s->record.number);
    const size_t size_at = s->finished.size;
    ludus_buffer_put_u32(&s->finished, 0);
    ludus_buffer_put_u32(&s->finished, (uint32_t)s->record.num_plies);
    ludus_record_encode(&s->record, &s->finished);
    if (!s->finished.failed) {
        ludus_store_u32(s->finished.data + size_at, (uint32_t)(s->finished.size - size_at - 8));
    }
    s->stats.games++;
    s->stats.plies += s->record.num_plies;
    s->stats.wins += s->record.outcome == LUDUS_WIN;
    s->stats.draws += s->record.outcome == LUDUS_DRAW;
    s->stats.resigned += resigned;
    count_given_up(sp, s, for_mover);
    s->is_playing = false;
}

static void begin_search(const ludus_selfplay *sp, slot *s)
{
    s->is_full = ludus_rng_float(&s->rng) < sp->config.full_share;
    const int32_t simulations = s->is_full ? sp->search.simulations : sp->config.fast_simulations;
    ludus_mcts_start(s->tree, s->pos, simulations, s->is_full, &s->rng);
    s->is_searching = true;
}

// Two low root values running, each on the player's own turns.
static bool wants_to_resign(const ludus_selfplay *sp, slot *s, float value)
{
    const int32_t side = ludus_game_to_move(&sp->game, s->pos);
    const uint8_t mask = (uint8_t)(1u << side);
    if (value >= sp->config.resign_value) {
        s->low_values = (uint8_t)(s->low_values & ~mask);
        return false;
    }
    const bool again = (s->low_values & mask) != 0;
    s->low_values |= mask;
    if (again && !s->may_resign) {
        s->gave_up |= mask;
    }
    return again && s->may_resign;
}

static void finish_search(const ludus_selfplay *sp, slot *s, worker *w)
{
    ludus_mcts_stats search;
    ludus_mcts_stats_get(s->tree, &search);
    s->stats.simulations += search.simulations;
    s->stats.moves++;
    s->budget--; // moves that need no net (all cached or proven) must still end the phase
    s->is_searching = false;
    if (wants_to_resign(sp, s, search.value)) {
        finish_game(sp, s, LUDUS_LOSS, true);
        return;
    }
    ludus_ply ply = {.is_target = s->is_full, .policy_moves = w->moves, .policy = w->weights};
    memcpy(ply.wdl, search.wdl, sizeof ply.wdl);
    ply.num_policy = ludus_game_legal(&sp->game, s->pos, w->moves);
    ludus_mcts_policy(s->tree, w->weights);
    ply.move = ludus_mcts_choose(s->tree, s->record.num_plies, &s->rng);
    ludus_record_add(&s->record, &ply);
    ludus_game_play(&sp->game, s->pos, ply.move);
    const ludus_outcome outcome = ludus_game_outcome(&sp->game, s->pos);
    if (outcome != LUDUS_ONGOING) {
        finish_game(sp, s, outcome, false);
    } else {
        ludus_mcts_advance(s->tree, ply.move);
    }
}

// Goes on until the slot needs an evaluation (true) or its budget is spent at a move's end (false).
static bool next_leaf(const ludus_selfplay *sp, slot *s, uint64_t version, worker *w,
                      ludus_leaf *leaf)
{
    for (;;) {
        if (s->is_searching) {
            if (!ludus_mcts_done(s->tree)) {
                if (ludus_mcts_gather(s->tree, leaf, 1) == 1) {
                    return true;
                }
                continue;
            }
            finish_search(sp, s, w);
        }
        if (s->budget <= 0) {
            return false;
        }
        if (!s->is_playing) {
            begin_game(sp, s, version, w->moves);
        }
        begin_search(sp, s);
    }
}

// ---- A group of slots on one thread ----------------------------------------------------------

static void run_group(const ludus_selfplay *sp, slot *group, uint64_t version, worker *w)
{
    const double start = ludus_clock();
    for (;;) {
        int32_t n = 0;
        for (int32_t i = 0; i < sp->config.batch; i++) {
            if (next_leaf(sp, &group[i], version, w, &w->leaves[n])) {
                w->owners[n++] = i;
            }
        }
        if (n == 0) {
            break;
        }
        ludus_evaluate(&w->evaluator, n, w->leaves);
        for (int32_t i = 0; i < n; i++) {
            slot *s = &group[w->owners[i]];
            ludus_mcts_apply(s->tree, &w->leaves[i], 1);
            s->budget--;
            s->stats.evaluations++;
        }
    }
    w->busy_seconds += ludus_clock() - start;
}

static ludus_status begin_phase(ludus_selfplay *sp, const ludus_net *net, ludus_error *error)
{
    for (int32_t i = 0; i < sp->threads; i++) {
        const ludus_status status =
            ludus_evaluator_net_refresh(&sp->workers[i].evaluator, net, error);
        if (status != LUDUS_OK) {
            return status;
        }
        sp->workers[i].evaluator.seconds = 0.0;
        sp->workers[i].busy_seconds = 0.0;
    }
    for (int32_t i = 0; i < sp->config.slots; i++) {
        slot *s = &sp->slots[i];
        ludus_mcts_reset(s->tree);
        ludus_mcts_clear_cache(s->tree);
        s->budget = sp->config.evaluations;
        s->is_searching = false;
        s->finished.size = 0;
        memset(&s->stats, 0, sizeof s->stats);
    }
    return LUDUS_OK;
}

static void sum_stats(const ludus_selfplay *sp, ludus_selfplay_stats *out)
{
    memset(out, 0, sizeof *out);
    for (int32_t i = 0; i < sp->config.slots; i++) {
        const ludus_selfplay_stats *s = &sp->slots[i].stats;
        out->games += s->games;
        out->plies += s->plies;
        out->moves += s->moves;
        out->simulations += s->simulations;
        out->evaluations += s->evaluations;
        out->wins += s->wins;
        out->draws += s->draws;
        out->resigned += s->resigned;
        out->played_on += s->played_on;
        out->false_resignations += s->false_resignations;
    }
    for (int32_t i = 0; i < sp->threads; i++) {
        out->worker_seconds += sp->workers[i].busy_seconds;
        out->net_seconds += sp->workers[i].evaluator.seconds;
    }
}

// Hands over the records of all slots in ascending game number: a merge of sorted lists.
static ludus_status deliver(ludus_selfplay *sp, ludus_selfplay_sink *sink, void *user,
                            ludus_error *error)
{
    const int32_t num_slots = sp->config.slots;
    size_t *at = ludus_alloc((size_t)num_slots, sizeof *at);
    if (at == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "self-play: out of memory");
    }
    ludus_status status = LUDUS_OK;
    while (status == LUDUS_OK) {
        int32_t first = -1;
        uint64_t first_number = UINT64_MAX;
        for (int32_t i = 0; i < num_slots; i++) {
            const ludus_buffer *b = &sp->slots[i].finished;
            if (at[i] < b->size && ludus_load_u64(b->data + at[i]) < first_number) {
                first_number = ludus_load_u64(b->data + at[i]);
                first = i;
            }
        }
        if (first < 0) {
            break;
        }
        const uint8_t *item = sp->slots[first].finished.data + at[first];
        const uint32_t size = ludus_load_u32(item + 8);
        status = sink(item + 16, size, (int32_t)ludus_load_u32(item + 12), user, error);
        at[first] += 16 + (size_t)size;
    }
    ludus_free(at);
    return status;
}

ludus_status ludus_selfplay_phase(ludus_selfplay *selfplay, const ludus_net *net, uint64_t version,
                                  ludus_selfplay_sink *sink, void *user,
                                  ludus_selfplay_stats *stats, ludus_error *error)
{
    const double start = ludus_clock();
    ludus_status status = begin_phase(selfplay, net, error);
    if (status != LUDUS_OK) {
        return status;
    }
    const int32_t batch = selfplay->config.batch;
    const int32_t num_groups = selfplay->config.slots / batch;
#pragma omp parallel for default(none) shared(selfplay, num_groups, batch, version)                \
    num_threads(selfplay->threads) schedule(dynamic, 1)
    for (int32_t g = 0; g < num_groups; g++) {
        run_group(selfplay, selfplay->slots + (ptrdiff_t)g * batch, version,
                  &selfplay->workers[omp_get_thread_num()]);
    }
    sum_stats(selfplay, stats);
    for (int32_t i = 0; i < selfplay->config.slots; i++) {
        if (selfplay->slots[i].finished.failed || selfplay->slots[i].record.body.failed) {
            return ludus_fail(error, LUDUS_ERR_NOMEM, "self-play: out of memory for records");
        }
    }
    status = deliver(selfplay, sink, user, error);
    stats->seconds = ludus_clock() - start;
    return status;
}

// ---- Life cycle ------------------------------------------------------------------------------

static ludus_status create_slot(const ludus_selfplay *sp, slot *s, int32_t index,
                                ludus_error *error)
{
    s->next_number = (uint64_t)index;
    // A second block is scratch for looking one move ahead.
    s->pos = ludus_alloc(2, sp->game.spec.state_bytes);
    if (s->pos == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "self-play: out of memory");
    }
    return ludus_mcts_create(&s->tree, &sp->game, &sp->search, error);
}

static ludus_status create_worker(const ludus_selfplay *sp, worker *w, const ludus_net *net,
                                  ludus_error *error)
{
    const size_t batch = (size_t)sp->config.batch;
    const size_t max_legal = (size_t)sp->game.spec.max_legal;
    w->leaves = ludus_alloc(batch, sizeof *w->leaves);
    w->owners = ludus_alloc(batch, sizeof *w->owners);
    w->moves = ludus_alloc(max_legal, sizeof *w->moves);
    w->weights = ludus_alloc(max_legal, sizeof *w->weights);
    if (!w->leaves || !w->owners || !w->moves || !w->weights) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "self-play: out of memory");
    }
    const ludus_exec_config exec = {.max_batch = sp->config.batch,
                                    .precision = (ludus_precision)sp->config.precision};
    return ludus_evaluator_net(&w->evaluator, &sp->game, net, &exec, error);
}

ludus_status ludus_selfplay_create(ludus_selfplay **out, const ludus_game *game,
                                   const ludus_selfplay_config *config,
                                   const ludus_mcts_config *search, const ludus_net *net,
                                   uint64_t seed, int32_t threads, ludus_error *error)
{
    *out = NULL;
    if (config->slots % config->batch != 0) {
        return ludus_fail(error, LUDUS_ERR_ARG,
                          "selfplay.slots = %d: must be a multiple of selfplay.batch = %d",
                          config->slots, config->batch);
    }
    ludus_selfplay *sp = ludus_alloc(1, sizeof *sp);
    if (sp == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "self-play: out of memory");
    }
    sp->game = *game;
    sp->config = *config;
    sp->search = *search;
    sp->seed = seed;
    sp->threads = threads;
    sp->slots = ludus_alloc((size_t)config->slots, sizeof *sp->slots);
    sp->workers = ludus_alloc((size_t)threads, sizeof *sp->workers);
    ludus_status status = LUDUS_OK;
    if (sp->slots == NULL || sp->workers == NULL) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "self-play: out of memory");
    }
    for (int32_t i = 0; i < config->slots && status == LUDUS_OK; i++) {
        status = create_slot(sp, &sp->slots[i], i, error);
    }
    for (int32_t i = 0; i < threads && status == LUDUS_OK; i++) {
        status = create_worker(sp, &sp->workers[i], net, error);
    }
    if (status != LUDUS_OK) {
        ludus_selfplay_destroy(sp);
        return status;
    }
    *out = sp;
    return LUDUS_OK;
}

static void destroy_slots(ludus_selfplay *sp)
{
    for (int32_t i = 0; sp->slots != NULL && i < sp->config.slots; i++) {
        slot *s = &sp->slots[i];
        ludus_mcts_destroy(s->tree);
        ludus_record_free(&s->record);
        ludus_buffer_free(&s->finished);
        ludus_free(s->pos);
    }
    ludus_free(sp->slots);
}

void ludus_selfplay_destroy(ludus_selfplay *selfplay)
{
    if (selfplay == NULL) {
        return;
    }
    destroy_slots(selfplay);
    for (int32_t i = 0; selfplay->workers != NULL && i < selfplay->threads; i++) {
        worker *w = &selfplay->workers[i];
        ludus_evaluator_destroy(&w->evaluator);
        ludus_free(w->leaves);
        ludus_free(w->owners);
        ludus_free(w->moves);
        ludus_free(w->weights);
    }
    ludus_free(selfplay->workers);
    ludus_free(selfplay);
}

// ---- Checkpoints -----------------------------------------------------------------------------

void ludus_selfplay_save(const ludus_selfplay *selfplay, ludus_buffer *out)
{
    ludus_buffer_put_u32(out, (uint32_t)selfplay->config.slots);
    ludus_buffer_put_u64(out, selfplay->game.spec.state_bytes);
    for (int32_t i = 0; i < selfplay->config.slots; i++) {
        const slot *s = &selfplay->slots[i];
        ludus_buffer_put_u64(out, s->next_number);
        for (int k = 0; k < 4; k++) {
            ludus_buffer_put_u64(out, s->rng.s[k]);
        }
        const bool is_varied = s->is_playing && s->record.is_varied;
        const uint32_t flags = (uint32_t)s->is_playing | (uint32_t)s->may_resign << 1 |
                               (uint32_t)s->low_values << 2 | (uint32_t)is_varied << 4 |
                               (uint32_t)s->gave_up << 5;
        ludus_buffer_put_u32(out, flags);
        if (s->is_playing) {
            ludus_record_save(&s->record, out);
        }
    }
}

// The position is not stored: it follows from the record's moves, which are checked on the way.
static ludus_status replay_moves(ludus_selfplay *sp, slot *s, ludus_error *error)
{
    ludus_record_view view;
    ludus_buffer bytes = {0};
    worker *w = &sp->workers[0];
    ludus_ply ply;
    const ludus_outcome unfinished = s->record.outcome;
    s->record.outcome = LUDUS_DRAW; // any: a game in progress has none, but the encoding wants one
    ludus_record_encode(&s->record, &bytes);
    s->record.outcome = unfinished;
    ludus_status status = ludus_record_open(&view, &sp->game, bytes.data, bytes.size, error);
    if (status == LUDUS_OK) {
        ludus_record_start(&view, s->pos);
    }
    for (int32_t i = 0; status == LUDUS_OK && i < s->record.num_plies; i++) {
        status = ludus_record_next(&view, s->pos, &ply, w->moves, w->weights, error);
    }
    if (status == LUDUS_OK && ludus_game_outcome(&sp->game, s->pos) != LUDUS_ONGOING) {
        status = ludus_fail(error, LUDUS_ERR_FORMAT, "a game in progress is already over");
    }
    ludus_buffer_free(&bytes);
    return status;
}

static ludus_status load_slot(ludus_selfplay *sp, slot *s, int32_t index, ludus_cursor *in,
                              ludus_error *error)
{
    s->next_number = ludus_cursor_u64(in);
    for (int k = 0; k < 4; k++) {
        s->rng.s[k] = ludus_cursor_u64(in);
    }
    const uint32_t flags = ludus_cursor_u32(in);
    s->is_playing = (flags & 1u) != 0;
    s->may_resign = (flags & 2u) != 0;
    s->low_values = (uint8_t)(flags >> 2 & 3u);
    s->gave_up = (uint8_t)(flags >> 5 & 3u);
    if (in->failed || flags > 127u || (s->is_playing && !ludus_rng_is_valid(&s->rng)) ||
        s->next_number % (uint64_t)sp->config.slots != (uint64_t)index) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "game slot %d is damaged", index);
    }
    if (!s->is_playing) {
        return LUDUS_OK;
    }
    if (ludus_record_load(&s->record, in)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "game slot %d has a damaged record", index);
    }
    s->record.is_varied = (flags & 16u) != 0;
    return replay_moves(sp, s, error);
}

ludus_status ludus_selfplay_load(ludus_selfplay *selfplay, ludus_cursor *in, ludus_error *error)
{
    const uint32_t slots = ludus_cursor_u32(in);
    const uint64_t state_bytes = ludus_cursor_u64(in);
    if (in->failed || slots != (uint32_t)selfplay->config.slots ||
        state_bytes != selfplay->game.spec.state_bytes) {
        return ludus_fail(error, LUDUS_ERR_FORMAT,
                          "games in progress do not match the recipe (%u slots)", slots);
    }
    for (int32_t i = 0; i < selfplay->config.slots; i++) {
        const ludus_status status = load_slot(selfplay, &selfplay->slots[i], i, in, error);
        if (status != LUDUS_OK) {
            return status;
        }
    }
    return LUDUS_OK;
}
