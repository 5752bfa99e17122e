#include "agents/uci_session.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agents/game_net.h"
#include "agents/level.h"
#include "agents/time_control.h"
#include "agents/uci_mate.h"
#include "agents/uci_report.h"

#define REPORT_SECONDS 0.25
#define NO_MATE_SIMULATIONS 2000 // of "go mate N" for a move when there is no mate
#define MATE_SHARE 0.7           // of the time that the mate may be looked for
#define LONG_GAME 384            // plies; LUDUS_CHESS_MAX_PLIES is out of sight before that
#define TEXT_MAX 1024

struct ludus_uci_session {
    const ludus_game *game;
    ludus_uci_session_config config;
    ludus_uci_options options;
    ludus_thinker *thinker; // NULL until needed, or when it has to be made anew
    ludus_uci_mate *mate;   // runs before the thinker, never beside it
    ludus_net *net;         // of options.weights; owned
    void *pos;              // of the last "position"
    void *root;             // of the running search; its thread reads it
    void *scratch;          // a position; the search's thread's
    pthread_mutex_t mutex;  // of say
    ludus_lag_watch watch;  // of the peer's clock
    bool is_debugging;      // "debug on"
    // Of the running search; written before it starts.
    ludus_uci_go go;
    ludus_uci_options told; // options as they were then
    double asked, planned;  // clock when it was asked for; seconds after which it has to end
    int32_t level_number;
    ludus_level level;
    bool has_level;
    ludus_rng rng;
    char report[LUDUS_UCI_REPORT_MAX]; // the search's thread's
};

// ---- Saying -------------------------------------------------------------------------------------

static void say(ludus_uci_session *s, const char *text)
{
    pthread_mutex_lock(&s->mutex);
    s->config.say(text, s->config.user);
    pthread_mutex_unlock(&s->mutex);
}

static void sayf(ludus_uci_session *s, const char *format, ...) LUDUS_PRINTF(2, 3);
static void sayf(ludus_uci_session *s, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof(text) - 1, format, list);
    va_end(list);
    strcat(text, "\n");
    say(s, text);
}

// ---- The search's own thread --------------------------------------------------------------------

// The move is about to be said.
static void note_move(ludus_uci_session *s)
{
    if (!s->go.ponder) { // it did not run on our clock
        ludus_lag_watch_move(&s->watch, s->planned, ludus_clock() - s->asked);
    }
}

static ludus_move choose(ludus_uci_session *s, const ludus_thinker_snapshot *snapshot)
{
    ludus_mcts_move open[LUDUS_CHESS_MAX_MOVES];
    int32_t n = 0;
    if (!s->has_level) {
        return snapshot->top[0].at.move;
    }
    for (int32_t i = 0; i < snapshot->num_moves; i++) {
        bool may = s->go.num_search == 0;
        for (int32_t k = 0; k < s->go.num_search && !may; k++) {
            may = s->go.search[k] == snapshot->moves[i].move;
        }
        if (may) {
            open[n++] = snapshot->moves[i];
        }
    }
    return ludus_level_choose(&s->level, open, n, &s->rng);
}

// " ponder MOVE", when the line of the move goes on.
static void write_ponder(ludus_uci_session *s, const ludus_thinker_snapshot *snapshot,
                         ludus_move move, char *out, size_t size)
{
    out[0] = '\0';
    for (int32_t i = 0; i < snapshot->num_top; i++) {
        const ludus_thought_move *top = &snapshot->top[i];
        if (top->at.move != move || top->line_length < 2) {
            continue;
        }
        char text[LUDUS_GAME_TEXT_MAX];
        memcpy(s->scratch, s->root, s->game->spec.state_bytes);
        ludus_game_play(s->game, s->scratch, move);
        ludus_game_move_text(s->game, s->scratch, top->line[1], text);
        snprintf(out, size, " ponder %s", text);
    }
}

static void on_report(const ludus_thinker_snapshot *snapshot, void *user)
{
    ludus_uci_session *s = user;
    ludus_uci_report(s->game, s->root, snapshot, &s->told, s->report);
    if (snapshot->is_final) {
        char text[LUDUS_GAME_TEXT_MAX], ponder[LUDUS_GAME_TEXT_MAX + 16];
        const size_t length = strlen(s->report);
        const ludus_move move = choose(s, snapshot);
        ludus_game_move_text(s->game, s->root, move, text);
        write_ponder(s, snapshot, move, ponder, sizeof(ponder));
        snprintf(s->report + length, sizeof(s->report) - length, "bestmove %s%s\n", text, ponder);
        note_move(s);
    }
    say(s, s->report);
}

static ludus_uci_mate_done on_mate_search;

// ---- Life cycle ---------------------------------------------------------------------------------

ludus_status ludus_uci_session_create(ludus_uci_session **out, const ludus_game *game,
                                      const ludus_uci_session_config *config, ludus_error *error)
{
    assert(strcmp(game->spec.name, "chess") == 0);
    *out = NULL;
    ludus_uci_session *s = ludus_alloc(1, sizeof(*s));
    if (s == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    s->game = game;
    s->config = *config;
    s->options = config->options;
    s->pos = ludus_alloc(1, game->spec.state_bytes);
    s->root = ludus_alloc(1, game->spec.state_bytes);
    pthread_mutex_init(&s->mutex, NULL);
    s->scratch = ludus_alloc(1, game->spec.state_bytes);
    if (s->pos == NULL || s->root == NULL || s->scratch == NULL ||
        ludus_uci_mate_create(&s->mate, on_mate_search, s) != LUDUS_OK) {
        ludus_uci_session_destroy(s);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    ludus_game_init(game, s->pos);
    ludus_rng_init(&s->rng, config->seed, 0);
    ludus_lag_watch_reset(&s->watch, 0.0, 0.0);
    *out = s;
    return LUDUS_OK;
}

void ludus_uci_session_destroy(ludus_uci_session *session)
{
    if (session == NULL) {
        return;
    }
    ludus_uci_mate_destroy(session->mate);
    ludus_thinker_destroy(session->thinker);
    ludus_net_destroy(session->net);
    pthread_mutex_destroy(&session->mutex);
    ludus_free(session->pos);
    ludus_free(session->root);
    ludus_free(session->scratch);
    ludus_free(session);
}

// The search is made when it is first needed and after options that shape it.
static bool prepare(ludus_uci_session *s)
{
    ludus_error error;
    const ludus_uci_options *o = &s->options;
    if (s->thinker != NULL) {
        return true;
    }
    ludus_net_destroy(s->net);
    s->net = NULL;
    if (o->weights[0] == '\0') {
        say(s, "info string no net: random playouts, far weaker (setoption WeightsFile, or --net "
               "FILE)\n");
    } else if (ludus_net_load_for_game(&s->net, o->weights, s->game, &error)) {
        sayf(s, "info string WeightsFile: %.400s; random playouts instead", error.text);
    } else {
        sayf(s, "info string net %.200s, %s", o->weights,
             ludus_precision_name((ludus_precision)o->precision));
    }
    ludus_thinker_config config = ludus_thinker_config_for_game(s->game);
    config.threads = o->threads;
    config.batch = o->batch < o->threads ? o->threads : o->batch;
    config.precision = o->precision;
    config.max_nodes = ludus_thinker_nodes_for(s->game, (size_t)o->hash << 20);
    config.report_seconds = REPORT_SECONDS;
    config.on_report = on_report;
    config.user = s;
    if (ludus_thinker_create(&s->thinker, s->game, s->net, &config, &error)) {
        sayf(s, "info string %.400s", error.text);
        s->thinker = NULL;
    }
    return s->thinker != NULL;
}

// ---- Limits -------------------------------------------------------------------------------------

static void tighten(double *limit, double seconds)
{
    *limit = *limit > 0.0 ? fmin(*limit, seconds) : seconds;
}

static void limit_by_clock(const ludus_uci_session *s, ludus_think_limits *limits)
{
    const ludus_uci_go *go = &s->go;
    const int32_t side = ludus_game_to_move(s->game, s->root);
    if (!go->has_time[side]) {
        return;
    }
    const ludus_clock_state clock = {.main_seconds = (double)go->time[side] / 1000.0,
                                     .increment = (double)go->increment[side] / 1000.0,
                                     .moves_to_go = go->moves_to_go,
                                     .lag = s->watch.lag};
    const int32_t plies = ludus_chess_board_of(s->root)->move_number > 0
                              ? 2 * (int32_t)ludus_chess_board_of(s->root)->move_number - 2 + side
                              : 0;
    const ludus_time_plan plan = ludus_time_plan_move(&clock, plies, ludus_time_plies_left(plies));
    limits->seconds = plan.seconds;
    limits->soft_seconds = plan.soft_seconds;
}

// What `go` means for the search, once the opponent has moved.
static ludus_think_limits limits_of(const ludus_uci_session *s)
{
    const ludus_uci_go *go = &s->go;
    ludus_think_limits limits = {.depth = go->depth,
                                 .only = go->num_search > 0 ? go->search : NULL,
                                 .num_only = go->num_search};
    limit_by_clock(s, &limits);
    if (go->has_move_time) {
        const double ms = (double)(go->move_time - s->told.overhead);
        tighten(&limits.seconds, fmax(ms, 1.0) / 1000.0);
        limits.soft_seconds = fmin(limits.soft_seconds, limits.seconds);
    }
    int64_t simulations = go->nodes;
    if (go->mate > 0 && simulations == 0 && limits.seconds <= 0.0 && limits.depth == 0) {
        simulations = NO_MATE_SIMULATIONS;
    }
    const bool has_any = simulations > 0 || limits.seconds > 0.0 || limits.depth > 0;
    if (s->has_level && (s->level_number < LUDUS_LEVEL_MAX || !has_any) &&
        (simulations == 0 || s->level.simulations < simulations)) {
        simulations = s->level.simulations;
    }
    limits.simulations = simulations > INT32_MAX ? INT32_MAX : (int32_t)simulations;
    limits.depth = limits.depth > 256 ? 256 : limits.depth;
    const bool has_end = limits.simulations > 0 || limits.seconds > 0.0 || limits.depth > 0;
    if (go->infinite || !has_end) {
        limits = (ludus_think_limits){
            .enable_endless = true, .only = limits.only, .num_only = limits.num_only};
    }
    return limits;
}

// ---- Mates --------------------------------------------------------------------------------------

// That are searched, and spoken of.
static int32_t mate_moves(const ludus_uci_session *s)
{
    return s->go.mate < LUDUS_MATE_MAX ? s->go.mate : LUDUS_MATE_MAX;
}

// Starts the search for a mate, which the thinker's follows; false: nothing has begun.
static bool start_mate(ludus_uci_session *s, const ludus_think_limits *limits)
{
    ludus_chess_move only[LUDUS_CHESS_MAX_MOVES];
    const ludus_uci_go *go = &s->go;
    const ludus_chess_board *board = ludus_chess_board_of(s->root);
    ludus_mate_limits l = ludus_mate_limits_default(mate_moves(s));
    const double seconds = limits->soft_seconds > 0.0 ? limits->soft_seconds : limits->seconds;
    l.nodes = (uint64_t)go->nodes;
    l.seconds = MATE_SHARE * seconds;
    for (int32_t i = 0; i < go->num_search; i++) {
        only[i] = ludus_chess_of_index(s->game, board, go->search[i]);
    }
    l.only = go->num_search > 0 ? only : NULL;
    l.num_only = go->num_search;
    return ludus_uci_mate_start(s->mate, board, &l);
}

// No mate: the thinker has what is left of the time.
static void think_instead(ludus_uci_session *s, const ludus_mate *found)
{
    ludus_think_limits limits = limits_of(s);
    sayf(s, "info string %s mate in %d moves",
         found->verdict == LUDUS_MATE_NONE ? "there is no" : "found no", mate_moves(s));
    ludus_time_shorten(&limits, ludus_clock() - s->asked);
    ludus_thinker_start(s->thinker, s->root, &limits);
}

// On the mate search's own thread. After "stop" as well the thinker is started, for a move; who
// said "stop" stops it next.
static void on_mate_search(const ludus_mate *found, double seconds, void *user)
{
    ludus_uci_session *s = user;
    if (found->verdict == LUDUS_MATE_FOUND) {
        ludus_uci_report_mate(s->game, s->root, found, seconds, &s->told, s->scratch, s->report);
        note_move(s);
        say(s, s->report);
    } else {
        think_instead(s, found);
    }
}

// ---- Commands -----------------------------------------------------------------------------------

static void hear_uci(ludus_uci_session *s)
{
    char text[LUDUS_UCI_OPTIONS_TEXT_MAX];
    sayf(s, "id name %s\nid author the Ludus authors", s->config.name);
    ludus_uci_options_text(&s->options, text);
    say(s, text);
    say(s, "uciok\n");
}

static bool is_searching(const ludus_uci_session *s)
{
    // In this order: the mate's search starts the thinker's before it ends.
    return ludus_uci_mate_is_running(s->mate) ||
           (s->thinker != NULL && ludus_thinker_is_running(s->thinker));
}

// The search says its best move, if one is running.
static void stop_search(ludus_uci_session *s)
{
    ludus_uci_mate_stop(s->mate);
    if (s->thinker != NULL) {
        ludus_thinker_stop(s->thinker);
    }
}

static void hear_isready(ludus_uci_session *s)
{
    if (!is_searching(s)) {
        prepare(s);
    }
    say(s, "readyok\n");
}

static void hear_newgame(ludus_uci_session *s)
{
    stop_search(s);
    if (s->thinker != NULL) {
        ludus_thinker_reset(s->thinker);
    }
    ludus_lag_watch_forget(&s->watch);
    ludus_game_init(s->game, s->pos);
}

static void hear_setoption(ludus_uci_session *s, const char *rest)
{
    ludus_error error;
    ludus_uci_word name, value;
    ludus_uci_change change;
    if (!ludus_uci_setoption_parse(rest, &name, &value)) {
        say(s, "info string setoption: no name\n");
        return;
    }
    if (ludus_uci_options_set(&s->options, name, value, &change, &error)) {
        sayf(s, "info string %.400s", error.text);
    }
    if (change == LUDUS_UCI_CHANGED && s->options.limit_strength &&
        (ludus_uci_is(name, "UCI_Elo") || ludus_uci_is(name, "UCI_LimitStrength"))) {
        sayf(s, "info string UCI_Elo %d plays level %d of %d; the figure is not calibrated",
             (int)s->options.elo, (int)ludus_uci_level_of_elo(s->options.elo), LUDUS_LEVEL_MAX);
    }
    if (change == LUDUS_UCI_REBUILD || change == LUDUS_UCI_CLEAR) {
        stop_search(s);
    }
    if (change == LUDUS_UCI_REBUILD) {
        ludus_thinker_destroy(s->thinker);
        s->thinker = NULL;
    } else if (change == LUDUS_UCI_CLEAR && s->thinker != NULL) {
        ludus_thinker_reset(s->thinker);
    }
}

static void hear_position(ludus_uci_session *s, const char *rest)
{
    ludus_error error;
    if (ludus_uci_position_parse(s->game, rest, s->options.chess960, s->pos, &error)) {
        sayf(s, "info string %.400s", error.text);
    }
}

// What the peer's clock shows tells of the last move as well.
static void hear_clock(ludus_uci_session *s)
{
    const ludus_uci_go *go = &s->go;
    const int32_t side = ludus_game_to_move(s->game, s->root);
    s->watch.least = (double)s->told.overhead / 1000.0;
    s->watch.lag = fmax(s->watch.lag, s->watch.least);
    if (go->has_time[side] && !go->has_move_time) {
        ludus_lag_watch_report(&s->watch, (double)go->time[side] / 1000.0,
                               (double)go->increment[side] / 1000.0);
    } else {
        ludus_lag_watch_forget(&s->watch);
    }
}

static void hear_go(ludus_uci_session *s, const char *rest)
{
    ludus_error error;
    ludus_chess_move legal[LUDUS_CHESS_MAX_MOVES];
    const double asked = ludus_clock();
    stop_search(s);
    memcpy(s->root, s->pos, s->game->spec.state_bytes);
    ludus_chess_forgive_draw(s->root);
    if (ludus_chess_plies(s->root) > LONG_GAME) {
        ludus_chess_restart_plies(s->root); // the peer's games have no such end
    }
    if (ludus_uci_go_parse(s->game, s->root, rest, &s->go, &error)) {
        sayf(s, "info string go: %.400s", error.text);
    }
    const int32_t n = ludus_chess_moves(ludus_chess_board_of(s->root), legal);
    if (ludus_game_outcome(s->game, s->root) != LUDUS_ONGOING || !prepare(s)) {
        char text[LUDUS_GAME_TEXT_MAX] = "(none)";
        sayf(s, "info string %s", ludus_chess_end_name(ludus_chess_end_of(s->root)));
        if (n > 0) {
            ludus_game_move_text(s->game, s->root, ludus_chess_index_of(s->game, legal[0]), text);
        }
        sayf(s, "bestmove %s", text);
        return;
    }
    s->told = s->options;
    s->has_level = s->options.limit_strength;
    s->level_number = ludus_uci_level_of_elo(s->options.elo);
    s->level = ludus_level_of(s->level_number);
    hear_clock(s);
    ludus_think_limits limits = limits_of(s);
    s->asked = asked;
    s->planned = limits.seconds;
    if (s->is_debugging && limits.seconds > 0.0) {
        sayf(s, "info string time %.3f s, at most %.3f s; lag %.3f s", limits.soft_seconds,
             limits.seconds, s->watch.lag);
    }
    if (s->go.ponder) {
        limits = (ludus_think_limits){
            .enable_endless = true, .only = limits.only, .num_only = limits.num_only};
    }
    ludus_time_shorten(&limits, ludus_clock() - asked); // the net may have been loaded just now
    if (s->go.mate <= 0 || limits.enable_endless || !start_mate(s, &limits)) {
        ludus_thinker_start(s->thinker, s->root, &limits);
    }
}

static void hear_ponderhit(ludus_uci_session *s)
{
    if (is_searching(s) && s->go.ponder) {
        const ludus_think_limits limits = limits_of(s);
        s->go.ponder = false;
        s->asked = ludus_clock();
        s->planned = limits.seconds;
        ludus_thinker_limit(s->thinker, &limits);
    }
}

static void draw(ludus_uci_session *s)
{
    char board[LUDUS_GAME_DRAW_MAX], fen[LUDUS_CHESS_FEN_MAX];
    ludus_game_draw(s->game, s->pos, LUDUS_MOVE_NONE, board);
    ludus_chess_fen(s->pos, fen);
    say(s, board);
    sayf(s, "fen %s", fen);
}

static bool dispatch(ludus_uci_session *s, ludus_uci_word command, const char *rest)
{
    if (ludus_uci_is(command, "uci")) {
        hear_uci(s);
    } else if (ludus_uci_is(command, "isready")) {
        hear_isready(s);
    } else if (ludus_uci_is(command, "ucinewgame")) {
        hear_newgame(s);
    } else if (ludus_uci_is(command, "setoption")) {
        hear_setoption(s, rest);
    } else if (ludus_uci_is(command, "position")) {
        hear_position(s, rest);
    } else if (ludus_uci_is(command, "go")) {
        hear_go(s, rest);
    } else if (ludus_uci_is(command, "stop")) {
        stop_search(s);
    } else if (ludus_uci_is(command, "ponderhit")) {
        hear_ponderhit(s);
    } else if (ludus_uci_is(command, "debug")) {
        s->is_debugging = ludus_uci_is(ludus_uci_next(&rest), "on");
    } else if (ludus_uci_is(command, "d")) {
        draw(s);
    } else {
        return ludus_uci_is(command, "register");
    }
    return true;
}

bool ludus_uci_session_hear(ludus_uci_session *session, const char *line)
{
    const char *rest = line;
    ludus_uci_word first = {0};
    // Unknown words before a command are skipped, as the protocol has it.
    for (;;) {
        const ludus_uci_word word = ludus_uci_next(&rest);
        if (word.length == 0) {
            break;
        }
        first = first.length == 0 ? word : first;
        if (ludus_uci_is(word, "quit")) {
            return false;
        }
        if (dispatch(session, word, rest)) {
            return true;
        }
    }
    if (first.length > 0) {
        sayf(session, "info string unknown command: %.*s",
             (int)(first.length < 64 ? first.length : 64), first.text);
    }
    return true;
}

void ludus_uci_session_finish(ludus_uci_session *session)
{
    if (!is_searching(session)) {
        return;
    }
    const ludus_think_limits limits = limits_of(session);
    if (session->go.ponder || limits.enable_endless) {
        ludus_thinker_stop(session->thinker);
    } else {
        ludus_uci_mate_wait(session->mate);
        while (!ludus_thinker_wait(session->thinker, 1.0)) {
        }
    }
}
