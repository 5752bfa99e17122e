#include "agents/uci_mate.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

struct ludus_uci_mate {
    ludus_uci_mate_done *done;
    void *user;
    pthread_t thread;
    bool has_thread;         // to be joined; the caller's
    atomic_bool is_stopping; // relaxed: nothing else is told by it
    atomic_bool is_running;  // relaxed: joining orders what the search wrote
    ludus_chess_board board;
    ludus_mate_limits limits;
    ludus_chess_move only[LUDUS_CHESS_MAX_MOVES];
    ludus_mate found;
};

static bool should_stop(void *user)
{
    ludus_uci_mate *m = user;
    return atomic_load_explicit(&m->is_stopping, memory_order_relaxed);
}

static void *search(void *argument)
{
    ludus_uci_mate *m = argument;
    const double start = ludus_clock();
    if (ludus_mate_search(&m->board, &m->limits, &m->found) != LUDUS_OK) {
        m->found = (ludus_mate){.verdict = LUDUS_MATE_UNDECIDED};
    }
    m->done(&m->found, ludus_clock() - start, m->user);
    atomic_store_explicit(&m->is_running, false, memory_order_relaxed);
    return NULL;
}

ludus_status ludus_uci_mate_create(ludus_uci_mate **out, ludus_uci_mate_done *done, void *user)
{
    ludus_uci_mate *m = *out = ludus_alloc(1, sizeof *m);
    if (m == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    m->done = done;
    m->user = user;
    atomic_init(&m->is_stopping, false);
    atomic_init(&m->is_running, false);
    return LUDUS_OK;
}

void ludus_uci_mate_destroy(ludus_uci_mate *mate)
{
    if (mate != NULL) {
        ludus_uci_mate_stop(mate);
        ludus_free(mate);
    }
}

bool ludus_uci_mate_start(ludus_uci_mate *mate, const ludus_chess_board *board,
                          const ludus_mate_limits *limits)
{
    assert(!ludus_uci_mate_is_running(mate));
    ludus_uci_mate_wait(mate);
    mate->board = *board;
    mate->limits = *limits;
    mate->limits.should_stop = should_stop;
    mate->limits.user = mate;
    if (limits->only != NULL) {
        memcpy(mate->only, limits->only, (size_t)limits->num_only * sizeof *mate->only);
        mate->limits.only = mate->only;
    }
    atomic_store_explicit(&mate->is_stopping, false, memory_order_relaxed);
    atomic_store_explicit(&mate->is_running, true, memory_order_relaxed);
    mate->has_thread = pthread_create(&mate->thread, NULL, search, mate) == 0;
    if (!mate->has_thread) {
        atomic_store_explicit(&mate->is_running, false, memory_order_relaxed);
    }
    return mate->has_thread;
}

void ludus_uci_mate_stop(ludus_uci_mate *mate)
{
    atomic_store_explicit(&mate->is_stopping, true, memory_order_relaxed);
    ludus_uci_mate_wait(mate);
}

void ludus_uci_mate_wait(ludus_uci_mate *mate)
{
    if (mate->has_thread) {
        pthread_join(mate->thread, NULL);
        mate->has_thread = false;
    }
}

bool ludus_uci_mate_is_running(const ludus_uci_mate *mate)
{
    return atomic_load_explicit(&mate->is_running, memory_order_relaxed);
}
