#include "viewer/live_match.h"

#include "agents/player.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define KEPT_GAMES 200

// A game as it was played, without the positions.
typedef struct played_game {
    int32_t number; // from 1
    int32_t num_plies, capacity;
    ludus_film_ply *plies;
    char result[32];
} played_game;

struct ludus_live_match {
    ludus_live_match_setup setup; // its texts are not valid after create
    char names[2][64];
    ludus_game game;
    ludus_player players[2]; // of the thread
    void *pos, *scratch;     // of the thread
    ludus_move *legal;       // [max_legal] of the thread
    bool owes_step;          // of the thread: its last move is not counted yet
    pthread_t thread;
    pthread_mutex_t lock; // of everything below
    pthread_cond_t changed;
    bool has_thread;
    bool wants_end;
    int64_t steps_allowed; // stepped: moves that may be made, in all
    int64_t steps_done;
    int64_t serial; // counts what changed
    int64_t seen;   // serial at the last poll
    int32_t num_games;
    int64_t left; // games that were dropped
    played_game games[KEPT_GAMES];
    ludus_live_match_score score;
    char failure[LUDUS_ERROR_TEXT_MAX]; // why the match ended early
    char notice[256];                   // of the window's thread
};

// ---- Waiting (the match's thread) ------------------------------------------------------------

static void wait_until(ludus_live_match *m, double until)
{
    const double wall = ludus_clock_wall() + until - ludus_clock();
    const struct timespec when = {(time_t)wall, (long)((wall - floor(wall)) * 1e9)};
    (void)pthread_cond_timedwait(&m->changed, &m->lock, &when);
}

// Whether a move may be made now; waits for the pace or for the step. The lock is held.
static bool await_turn(ludus_live_match *m, double start)
{
    const double until = start + m->setup.seconds_per_move;
    while (!m->wants_end) {
        if (m->setup.is_stepped) {
            if (m->steps_done < m->steps_allowed) {
                return true;
            }
            pthread_cond_wait(&m->changed, &m->lock);
        } else if (ludus_clock() < until) {
            wait_until(m, until);
        } else {
            return true;
        }
    }
    return false;
}

static void note_change(ludus_live_match *m)
{
    m->serial++;
    pthread_cond_broadcast(&m->changed);
}

// ---- Playing (the match's thread) ------------------------------------------------------------

static played_game *begin_game(ludus_live_match *m, int32_t number)
{
    if (m->num_games == KEPT_GAMES) {
        ludus_free(m->games[0].plies);
        memmove(m->games, m->games + 1, (KEPT_GAMES - 1) * sizeof m->games[0]);
        m->num_games--;
        m->left++;
    }
    played_game *game = &m->games[m->num_games];
    *game = (played_game){.number = number, .capacity = 64};
    game->plies = ludus_alloc(64, sizeof *game->plies);
    m->num_games += game->plies != NULL;
    note_change(m);
    return game->plies != NULL ? game : NULL;
}

static bool keep_ply(played_game *game, const ludus_film_ply *ply)
{
    if (game->num_plies == game->capacity) {
        ludus_film_ply *grown = ludus_realloc(game->plies, (size_t)game->capacity,
                                              2 * (size_t)game->capacity, sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        game->plies = grown;
        game->capacity *= 2;
    }
    game->plies[game->num_plies++] = *ply;
    return true;
}

// What the player thought of the position before its move.
static void set_thought(ludus_film_ply *ply, const ludus_player *player, int32_t mover)
{
    ludus_thought thought = {0};
    ludus_move moves[LUDUS_FILM_POLICY_MAX];
    float shares[LUDUS_FILM_POLICY_MAX];
    ludus_player_thought(player, &thought);
    ply->has_value = thought.has_value;
    ply->value = mover == 0 ? thought.value : -thought.value;
    int64_t visits = 0;
    for (int32_t i = 0; i < thought.num_moves; i++) {
        visits += thought.moves[i].visits;
    }
    int32_t n = 0;
    for (int32_t i = 0; visits > 0 && i < thought.num_moves && n < LUDUS_FILM_POLICY_MAX; i++) {
        if (thought.moves[i].visits > 0) {
            moves[n] = thought.moves[i].move;
            shares[n++] = (float)thought.moves[i].visits / (float)visits;
        }
    }
    ludus_film_ply_set_policy(ply, n, moves, shares);
}

// Plays the move on the thread's position and tells both players. The lock is not held.
static void play(ludus_live_match *m, ludus_move move)
{
    memcpy(m->scratch, m->pos, m->game.spec.state_bytes);
    ludus_game_play(&m->game, m->pos, move);
    for (int i = 0; i < 2; i++) {
        ludus_player_observe(&m->players[i], m->scratch, move);
    }
}

// Counts the move before once all that follows from it is there: the result, the score, the next
// game. Who waits for a step sees the whole of it.
static void finish_step(ludus_live_match *m)
{
    if (!m->owes_step) {
        return;
    }
    m->owes_step = false;
    pthread_mutex_lock(&m->lock);
    m->steps_done++;
    note_change(m);
    pthread_mutex_unlock(&m->lock);
}

typedef enum turn_result { TURN_PLAYED, TURN_RESIGNED, TURN_ENDED } turn_result;

// One move of the game: random for the opening, else its player's. Locks for itself.
static turn_result take_turn(ludus_live_match *m, played_game *game, int32_t first,
                             ludus_rng *opening, ludus_rng *rng)
{
    const int32_t mover = ludus_game_to_move(&m->game, m->pos);
    ludus_player *player = &m->players[mover ^ first];
    ludus_film_ply ply = {.mover = mover};
    ludus_error error = {0};
    ludus_status status = LUDUS_OK;
    const double start = ludus_clock();
    finish_step(m);
    if (game->num_plies < m->setup.opening_plies) {
        const int32_t n = ludus_game_legal(&m->game, m->pos, m->legal);
        ply.move = m->legal[ludus_rng_below(opening, (uint32_t)n)];
    } else {
        status = ludus_player_choose(player, m->pos, rng, &ply.move, &error);
        if (status == LUDUS_OK) {
            set_thought(&ply, player, mover);
        }
    }
    pthread_mutex_lock(&m->lock);
    bool goes_on = await_turn(m, start);
    if (status != LUDUS_OK && status != LUDUS_ERR_STATE) {
        snprintf(m->failure, sizeof m->failure, "%.60s: %.400s", m->names[mover ^ first],
                 error.text);
        goes_on = false;
    } else if (goes_on && status == LUDUS_OK) {
        goes_on = keep_ply(game, &ply);
    }
    m->owes_step = true;
    note_change(m);
    pthread_mutex_unlock(&m->lock);
    if (goes_on && status == LUDUS_OK) {
        play(m, ply.move);
        return TURN_PLAYED;
    }
    return goes_on ? TURN_RESIGNED : TURN_ENDED;
}

// The game is over: counts it. `white`: for the player who moved first, -1, 0, 1.
static void count_game(ludus_live_match *m, played_game *game, int32_t first, int32_t outcome,
                       bool resigned)
{
    const int32_t for_a = first == 0 ? outcome : -outcome;
    pthread_mutex_lock(&m->lock);
    m->score.games++;
    m->score.wins += for_a > 0;
    m->score.draws += for_a == 0;
    m->score.losses += for_a < 0;
    snprintf(game->result, sizeof game->result, "%s%s",
             outcome > 0   ? "1-0"
             : outcome < 0 ? "0-1"
                           : "draw",
             resigned ? " resigned" : "");
    note_change(m);
    pthread_mutex_unlock(&m->lock);
}

// Plays one game; false when the match is to end.
static bool play_game(ludus_live_match *m, int32_t number)
{
    const int32_t first = (number - 1) % 2; // which player moves first
    ludus_rng opening, rng;
    ludus_rng_init(&opening, m->setup.seed, 2 * (uint64_t)((number - 1) / 2));
    ludus_rng_init(&rng, m->setup.seed, 2 * (uint64_t)number + 1);
    ludus_game_init(&m->game, m->pos);
    for (int i = 0; i < 2; i++) {
        ludus_player_reset(&m->players[i]);
    }
    pthread_mutex_lock(&m->lock);
    played_game *game = m->wants_end ? NULL : begin_game(m, number);
    pthread_mutex_unlock(&m->lock);
    if (game == NULL) {
        return false;
    }
    while (ludus_game_outcome(&m->game, m->pos) == LUDUS_ONGOING) {
        const turn_result result = take_turn(m, game, first, &opening, &rng);
        if (result == TURN_ENDED) {
            return false;
        }
        if (result == TURN_RESIGNED) {
            const bool is_first = ludus_game_to_move(&m->game, m->pos) == 0;
            count_game(m, game, first, is_first ? -1 : 1, true);
            return true;
        }
    }
    const int32_t outcome = (int32_t)ludus_game_outcome(&m->game, m->pos);
    count_game(m, game, first, ludus_game_to_move(&m->game, m->pos) == 0 ? outcome : -outcome,
               false);
    return true;
}

static void *run(void *user)
{
    ludus_live_match *m = user;
    for (int32_t i = 1; m->setup.games == 0 || i <= m->setup.games; i++) {
        if (!play_game(m, i)) {
            break;
        }
    }
    pthread_mutex_lock(&m->lock);
    m->score.is_over = true;
    note_change(m);
    pthread_mutex_unlock(&m->lock);
    return NULL;
}

// ---- Life ------------------------------------------------------------------------------------

static ludus_status open_match(ludus_live_match *m, const ludus_live_match_setup *setup,
                               ludus_error *error)
{
    ludus_status status = ludus_game_open(&m->game, setup->game, error);
    for (int i = 0; i < 2 && status == LUDUS_OK; i++) {
        status = ludus_player_open(&m->players[i], &m->game, setup->player[i], error);
        snprintf(m->names[i], sizeof m->names[i], "%.63s", setup->player[i]);
    }
    if (status != LUDUS_OK) {
        return status;
    }
    m->pos = ludus_alloc(1, m->game.spec.state_bytes);
    m->scratch = ludus_alloc(1, m->game.spec.state_bytes);
    m->legal = ludus_alloc((size_t)m->game.spec.max_legal, sizeof *m->legal);
    if (m->pos == NULL || m->scratch == NULL || m->legal == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    m->has_thread = pthread_create(&m->thread, NULL, run, m) == 0;
    return m->has_thread ? LUDUS_OK : ludus_fail(error, LUDUS_ERR_NOMEM, "no thread");
}

ludus_status ludus_live_match_create(ludus_live_match **out, const ludus_live_match_setup *setup,
                                     ludus_error *error)
{
    *out = NULL;
    ludus_live_match *m = ludus_alloc(1, sizeof *m);
    if (m == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    m->setup = *setup;
    pthread_mutex_init(&m->lock, NULL);
    pthread_cond_init(&m->changed, NULL);
    const ludus_status status = open_match(m, setup, error);
    if (status != LUDUS_OK) {
        ludus_live_match_destroy(m);
        return status;
    }
    *out = m;
    return LUDUS_OK;
}

void ludus_live_match_destroy(ludus_live_match *m)
{
    if (m == NULL) {
        return;
    }
    if (m->has_thread) {
        pthread_mutex_lock(&m->lock);
        m->wants_end = true;
        pthread_cond_broadcast(&m->changed);
        pthread_mutex_unlock(&m->lock);
        pthread_join(m->thread, NULL);
    }
    pthread_cond_destroy(&m->changed);
    pthread_mutex_destroy(&m->lock);
    for (int32_t i = 0; i < m->num_games; i++) {
        ludus_free(m->games[i].plies);
    }
    ludus_player_close(&m->players[0]);
    ludus_player_close(&m->players[1]);
    ludus_game_close(&m->game);
    ludus_free(m->pos);
    ludus_free(m->scratch);
    ludus_free(m->legal);
    ludus_free(m);
}

void ludus_live_match_score_get(ludus_live_match *m, ludus_live_match_score *out)
{
    pthread_mutex_lock(&m->lock);
    *out = m->score;
    pthread_mutex_unlock(&m->lock);
}

// ---- As a source of films (the window's thread) ----------------------------------------------

static bool source_poll(void *self)
{
    ludus_live_match *m = self;
    pthread_mutex_lock(&m->lock);
    const bool changed = m->serial != m->seen;
    const ludus_live_match_score s = m->score;
    m->seen = m->serial;
    if (m->failure[0] != '\0') {
        snprintf(m->notice, sizeof m->notice, "%.250s", m->failure);
    } else if (s.games > 0) {
        snprintf(m->notice, sizeof m->notice, "%.40s  %g - %g  %.40s", m->names[0],
                 s.wins + .5 * s.draws, s.losses + .5 * s.draws, m->names[1]);
    }
    pthread_mutex_unlock(&m->lock);
    return changed;
}

// The lock's object is not part of what const promises.
static ludus_live_match *locked(const void *self)
{
    union {
        const void *shared;
        ludus_live_match *match;
    } of = {.shared = self};
    pthread_mutex_lock(&of.match->lock);
    return of.match;
}

static int32_t source_count(const void *self)
{
    ludus_live_match *m = locked(self);
    const int32_t count = m->num_games;
    pthread_mutex_unlock(&m->lock);
    return count;
}

static int64_t source_left(const void *self)
{
    ludus_live_match *m = locked(self);
    const int64_t left = m->left;
    pthread_mutex_unlock(&m->lock);
    return left;
}

static void source_entry(const void *self, int32_t i, ludus_shelf_entry *out)
{
    *out = (ludus_shelf_entry){0};
    ludus_live_match *m = locked(self);
    if (i < m->num_games) { // a game may have left since the count was asked for
        const played_game *game = &m->games[i];
        out->number = game->number;
        out->plies = game->num_plies;
        snprintf(out->title, sizeof out->title, "%d: %.40s - %.40s", (int)game->number,
                 m->names[(game->number - 1) % 2], m->names[game->number % 2]);
        snprintf(out->result, sizeof out->result, "%s", game->result);
    }
    pthread_mutex_unlock(&m->lock);
}

static ludus_status add_plies(ludus_game_film *film, const played_game *game, ludus_error *error)
{
    for (int32_t i = 0; i < game->num_plies; i++) {
        const ludus_status status = ludus_game_film_add(film, &game->plies[i], error);
        if (status != LUDUS_OK) {
            return status;
        }
    }
    return LUDUS_OK;
}

static ludus_status source_film(const void *self, int32_t i, ludus_game_film **out,
                                ludus_error *error)
{
    ludus_live_match *m = locked(self);
    ludus_status status = i < m->num_games ? ludus_game_film_create(out, m->game.spec.name, error)
                                           : ludus_fail(error, LUDUS_ERR_ARG, "the game is gone");
    if (status == LUDUS_OK) {
        const played_game *game = &m->games[i];
        snprintf((*out)->title, sizeof(*out)->title, "game %d", (int)game->number);
        snprintf((*out)->result, sizeof(*out)->result, "%s", game->result);
        memcpy((*out)->names[0], m->names[(game->number - 1) % 2], sizeof m->names[0]);
        memcpy((*out)->names[1], m->names[game->number % 2], sizeof m->names[0]);
        status = add_plies(*out, game, error);
    }
    pthread_mutex_unlock(&m->lock);
    if (status != LUDUS_OK) {
        ludus_game_film_destroy(*out);
        *out = NULL;
    }
    return status;
}

static const char *source_notice(const void *self)
{
    return ((const ludus_live_match *)self)->notice;
}

static void source_settle(void *self)
{
    ludus_live_match *m = self;
    pthread_mutex_lock(&m->lock);
    if (m->setup.is_stepped) {
        m->steps_allowed = m->steps_done + 1;
        pthread_cond_broadcast(&m->changed);
        while (m->steps_done < m->steps_allowed && !m->score.is_over) {
            pthread_cond_wait(&m->changed, &m->lock);
        }
    }
    pthread_mutex_unlock(&m->lock);
}

static const ludus_film_source_ops source_ops = {.poll = source_poll,
                                                 .count = source_count,
                                                 .left = source_left,
                                                 .entry = source_entry,
                                                 .film = source_film,
                                                 .notice = source_notice,
                                                 .settle = source_settle,
                                                 .is_live = true};

ludus_film_source ludus_live_match_source(ludus_live_match *match)
{
    return (ludus_film_source){.ops = &source_ops, .self = match};
}
