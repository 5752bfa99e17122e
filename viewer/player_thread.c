#include "viewer/player_thread.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

struct ludus_player_thread {
    pthread_t thread;
    pthread_mutex_t mutex; // guards all below
    pthread_cond_t wake;   // to the thread: an order or the end
    pthread_cond_t news;   // from the thread
    char game_name[LUDUS_GAME_NAME_MAX];
    char player_text[LUDUS_PLAYER_NAME_MAX];
    uint64_t seed;
    bool is_quitting, is_left, has_ended;
    bool is_open, has_failed;
    bool has_order, has_answer;
    uint64_t asked, answered; // serials of questions
    void *order_start;        // position block: where the game asked about began
    ludus_move *order;        // [capacity], its moves
    int32_t order_count;
    int32_t capacity;
    size_t state_bytes; // of a position block
    ludus_player_state answer_state;
    ludus_player_answer answer;
};

// What the thread alone uses.
typedef struct worker {
    ludus_game game;
    ludus_player player;
    ludus_rng rng;
    void *start, *pos; // of the game heard: where it began and where it stands
    ludus_move *heard; // [max_plies]
    int32_t heard_count;
    void *asked_start; // the question in hand
    ludus_move *asked; // [max_plies]
} worker;

static void free_thread(ludus_player_thread *t)
{
    pthread_cond_destroy(&t->wake);
    pthread_cond_destroy(&t->news);
    pthread_mutex_destroy(&t->mutex);
    ludus_free(t->order_start);
    ludus_free(t->order);
    ludus_free(t);
}

// ---- The worker's side --------------------------------------------------------------------------

static ludus_status open_worker(worker *w, ludus_player_thread *t, ludus_error *error)
{
    ludus_status status = ludus_game_open(&w->game, t->game_name, error);
    if (status) {
        return status;
    }
    w->start = ludus_alloc(1, w->game.spec.state_bytes);
    w->pos = ludus_alloc(1, w->game.spec.state_bytes);
    w->heard = ludus_alloc((size_t)w->game.spec.max_plies, sizeof(*w->heard));
    w->asked_start = ludus_alloc(1, w->game.spec.state_bytes);
    w->asked = ludus_alloc((size_t)w->game.spec.max_plies, sizeof(*w->asked));
    if (!w->start || !w->pos || !w->heard || !w->asked_start || !w->asked) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for a player");
    }
    ludus_rng_init(&w->rng, t->seed, 0);
    ludus_game_init(&w->game, w->start);
    memcpy(w->pos, w->start, w->game.spec.state_bytes);
    return ludus_player_open(&w->player, &w->game, t->player_text, error);
}

static void close_worker(worker *w)
{
    ludus_player_close(&w->player);
    ludus_free(w->start);
    ludus_free(w->pos);
    ludus_free(w->heard);
    ludus_free(w->asked_start);
    ludus_free(w->asked);
    ludus_game_close(&w->game);
}

// Whether the game asked about is the one heard, gone on by some moves or none.
static bool goes_on(const worker *w, int32_t count)
{
    return w->heard_count <= count &&
           memcmp(w->start, w->asked_start, w->game.spec.state_bytes) == 0 &&
           memcmp(w->heard, w->asked, (size_t)w->heard_count * sizeof(*w->heard)) == 0;
}

// Tells the player the moves asked about, `count`; from the start when it heard another game.
static void hear(worker *w, int32_t count)
{
    if (!goes_on(w, count)) {
        ludus_player_reset(&w->player);
        memcpy(w->start, w->asked_start, w->game.spec.state_bytes);
        memcpy(w->pos, w->start, w->game.spec.state_bytes);
        w->heard_count = 0;
    }
    while (w->heard_count < count) {
        const ludus_move move = w->asked[w->heard_count];
        ludus_player_observe(&w->player, w->pos, move);
        ludus_game_play(&w->game, w->pos, move);
        w->heard[w->heard_count++] = move;
    }
}

static void keep_most_visited(ludus_player_answer *answer, const ludus_thought *thought)
{
    for (int32_t i = 0; i < thought->num_moves; i++) {
        const ludus_mcts_move *move = &thought->moves[i];
        int32_t place = answer->num_moves;
        while (place > 0 && (answer->moves[place - 1].visits < move->visits ||
                             (answer->moves[place - 1].visits == move->visits &&
                              answer->moves[place - 1].prior < move->prior))) {
            place--;
        }
        if (place >= LUDUS_ANSWER_MOVES) {
            continue;
        }
        const int32_t last =
            answer->num_moves < LUDUS_ANSWER_MOVES ? answer->num_moves : LUDUS_ANSWER_MOVES - 1;
        memmove(&answer->moves[place + 1], &answer->moves[place],
                (size_t)(last - place) * sizeof(*answer->moves));
        answer->moves[place] = *move;
        answer->num_moves = last + 1;
    }
}

static ludus_player_state choose(worker *w, ludus_player_answer *answer)
{
    ludus_thought thought = {0};
    memset(answer, 0, sizeof(*answer));
    const ludus_status status =
        ludus_player_choose(&w->player, w->pos, &w->rng, &answer->move, &answer->error);
    if (status) {
        return status == LUDUS_ERR_STATE ? LUDUS_PLAYER_RESIGNED : LUDUS_PLAYER_FAILED;
    }
    ludus_player_thought(&w->player, &thought);
    answer->has_value = thought.has_value;
    answer->value = thought.value;
    answer->simulations = thought.simulations;
    answer->line_length = thought.line_length;
    memcpy(answer->line, thought.line, sizeof(answer->line));
    keep_most_visited(answer, &thought);
    return LUDUS_PLAYER_MOVED;
}

// Serves questions until the end; the mutex is held on entry and exit.
static void serve(ludus_player_thread *t, worker *w)
{
    ludus_player_answer answer;
    while (!t->is_quitting) {
        if (!t->has_order) {
            pthread_cond_wait(&t->wake, &t->mutex);
            continue;
        }
        const uint64_t serial = t->asked;
        const int32_t count = t->order_count;
        memcpy(w->asked_start, t->order_start, t->state_bytes);
        memcpy(w->asked, t->order, (size_t)count * sizeof(*w->asked));
        t->has_order = false;
        pthread_mutex_unlock(&t->mutex);
        hear(w, count);
        const ludus_player_state state = choose(w, &answer);
        pthread_mutex_lock(&t->mutex);
        t->has_failed = t->has_failed || state == LUDUS_PLAYER_FAILED;
        if (serial == t->asked || state == LUDUS_PLAYER_FAILED) {
            t->answer = answer;
            t->answer_state = state;
            t->answered = serial;
            t->has_answer = true;
        }
        pthread_cond_broadcast(&t->news);
        if (t->has_failed) {
            break;
        }
    }
}

static void *run(void *argument)
{
    ludus_player_thread *t = argument;
    worker w = {0};
    ludus_error error = {0};
    const ludus_status status = open_worker(&w, t, &error);
    pthread_mutex_lock(&t->mutex);
    if (status) {
        t->answer.error = error;
        t->answer_state = LUDUS_PLAYER_FAILED;
        t->has_failed = true;
        t->has_answer = true;
    } else {
        t->is_open = true;
        serve(t, &w);
    }
    pthread_cond_broadcast(&t->news);
    pthread_mutex_unlock(&t->mutex);
    close_worker(&w); // an engine is given its time to end
    pthread_mutex_lock(&t->mutex);
    t->has_ended = true;
    const bool is_left = t->is_left;
    pthread_cond_broadcast(&t->news);
    pthread_mutex_unlock(&t->mutex);
    if (is_left) {
        free_thread(t);
    }
    return NULL;
}

// ---- The caller's side --------------------------------------------------------------------------

// The memory and the locks, without the thread; NULL when there is no memory.
static ludus_player_thread *make_thread(const ludus_game *game)
{
    ludus_player_thread *t = ludus_alloc(1, sizeof(*t));
    if (!t) {
        return NULL;
    }
    t->capacity = game->spec.max_plies;
    t->state_bytes = game->spec.state_bytes;
    t->order_start = ludus_alloc(1, t->state_bytes);
    t->order = ludus_alloc((size_t)t->capacity, sizeof(*t->order));
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&t->mutex, NULL);
    pthread_cond_init(&t->wake, NULL);
    pthread_cond_init(&t->news, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (!t->order_start || !t->order) {
        free_thread(t);
        return NULL;
    }
    return t;
}

ludus_status ludus_player_thread_create(ludus_player_thread **out, const char *game,
                                        const char *player, uint64_t seed, ludus_error *error)
{
    *out = NULL;
    ludus_game opened;
    if (strlen(player) >= LUDUS_PLAYER_NAME_MAX) {
        return ludus_fail(error, LUDUS_ERR_ARG, "a player's name of over %d characters",
                          LUDUS_PLAYER_NAME_MAX - 1);
    }
    const ludus_status status = ludus_game_open(&opened, game, error);
    if (status) {
        return status;
    }
    ludus_player_thread *t = make_thread(&opened);
    ludus_game_close(&opened);
    if (!t) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for a player");
    }
    t->seed = seed;
    strcpy(t->game_name, game);
    strcpy(t->player_text, player);
    if (pthread_create(&t->thread, NULL, run, t)) {
        free_thread(t);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no thread for a player");
    }
    *out = t;
    return LUDUS_OK;
}

bool ludus_player_thread_destroy(ludus_player_thread *t, double seconds)
{
    if (!t) {
        return true;
    }
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    const double nanoseconds = (double)end.tv_nsec + seconds * 1e9;
    end.tv_sec += (time_t)(nanoseconds / 1e9);
    end.tv_nsec = (long)(nanoseconds - 1e9 * (double)(time_t)(nanoseconds / 1e9));
    const pthread_t thread = t->thread;
    pthread_mutex_lock(&t->mutex);
    t->is_quitting = true;
    pthread_cond_signal(&t->wake);
    while (!t->has_ended) {
        if (pthread_cond_timedwait(&t->news, &t->mutex, &end) == ETIMEDOUT) {
            break;
        }
    }
    const bool has_ended = t->has_ended;
    t->is_left = !has_ended;
    pthread_mutex_unlock(&t->mutex); // a thread left behind may free t from here on
    if (has_ended) {
        pthread_join(thread, NULL);
        free_thread(t);
    } else {
        pthread_detach(thread);
    }
    return has_ended;
}

void ludus_player_thread_ask(ludus_player_thread *t, const void *start, const ludus_move *moves,
                             int32_t count)
{
    assert(count >= 0 && count <= t->capacity);
    pthread_mutex_lock(&t->mutex);
    memcpy(t->order_start, start, t->state_bytes);
    memcpy(t->order, moves, (size_t)count * sizeof(*moves));
    t->order_count = count;
    t->asked++;
    t->has_order = true;
    t->has_answer = t->has_failed;
    pthread_cond_signal(&t->wake);
    pthread_mutex_unlock(&t->mutex);
}

void ludus_player_thread_forget(ludus_player_thread *t)
{
    pthread_mutex_lock(&t->mutex);
    t->asked++;
    t->has_order = false;
    t->has_answer = t->has_failed;
    t->answered = t->asked;
    pthread_mutex_unlock(&t->mutex);
}

static ludus_player_state state_of(const ludus_player_thread *t)
{
    if (t->has_answer) {
        return t->answer_state;
    }
    if (!t->is_open) {
        return LUDUS_PLAYER_OPENING;
    }
    return t->answered == t->asked ? LUDUS_PLAYER_IDLE : LUDUS_PLAYER_THINKING;
}

ludus_player_state ludus_player_thread_poll(ludus_player_thread *t, ludus_player_answer *answer)
{
    pthread_mutex_lock(&t->mutex);
    const ludus_player_state state = state_of(t);
    if (t->has_answer) {
        *answer = t->answer;
        t->has_answer = t->has_failed;
    }
    pthread_mutex_unlock(&t->mutex);
    return state;
}

void ludus_player_thread_wait(ludus_player_thread *t)
{
    pthread_mutex_lock(&t->mutex);
    for (ludus_player_state state = state_of(t);
         state == LUDUS_PLAYER_OPENING || state == LUDUS_PLAYER_THINKING; state = state_of(t)) {
        pthread_cond_wait(&t->news, &t->mutex);
    }
    pthread_mutex_unlock(&t->mutex);
}
