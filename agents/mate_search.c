#include "agents/mate_search.h"

#include <assert.h>
#include <string.h>

#define POLL_NODES 4096 // between looks at the clock and should_stop
#define TABLE_BYTES ((size_t)16 << 20)
#define SHORT_MOVES 4                 // mates that are looked for by any moves at once
#define NO_MOVE ((ludus_chess_move)0) // a1 to a1

// Which of the attacker's moves are looked at.
typedef enum way { CHECKS, ALL, NUM_WAYS } way;

// What is known of a position: with the attacker to move, how many of its moves mate; with the
// defender to move, how many more of the attacker's do. One position is only ever of one kind, for
// its key tells the side to move.
typedef struct entry {
    uint64_t key;
    ludus_chess_move move;  // that mates, or that defends
    uint8_t mates_in;       // at most; UINT8_MAX = not known
    uint8_t none[NUM_WAYS]; // no mate in fewer moves than this
    uint8_t reserved[3];
} entry;

typedef struct search {
    const ludus_mate_limits *limits;
    entry *table;
    uint64_t mask;
    uint64_t nodes, most_nodes; // looked at, to look at (0 = no limit)
    double until;               // clock; 0 = no end
    bool is_over; // a limit ended it: what the functions below return then means nothing
} search;

// ---- The table -------------------------------------------------------------------------------

// The position's entry: what is known, or a blank one in place of another position's.
static entry *entry_of(search *s, const ludus_chess_board *board)
{
    entry *e = &s->table[board->key & s->mask];
    if (e->key != board->key) {
        *e = (entry){.key = board->key, .mates_in = UINT8_MAX};
    }
    return e;
}

static void note_mate(search *s, const ludus_chess_board *board, int32_t moves,
                      ludus_chess_move move)
{
    entry *e = entry_of(s, board);
    if (!s->is_over && moves < e->mates_in) {
        e->mates_in = (uint8_t)moves;
        e->move = move;
    }
}

static void note_none(search *s, const ludus_chess_board *board, int32_t moves, way w,
                      ludus_chess_move move)
{
    entry *e = entry_of(s, board);
    if (s->is_over) {
        return;
    }
    for (int i = 0; i <= (int)w; i++) { // without a mate by any moves there is none by checks
        e->none[i] = moves + 1 > e->none[i] ? (uint8_t)(moves + 1) : e->none[i];
    }
    e->move = e->mates_in == UINT8_MAX ? move : e->move;
}

static bool is_end(search *s)
{
    const ludus_mate_limits *l = s->limits;
    s->nodes++;
    if (s->is_over || (s->most_nodes > 0 && s->nodes > s->most_nodes)) {
        s->is_over = true;
    } else if (s->nodes % POLL_NODES == 0) {
        s->is_over = (s->until > 0.0 && ludus_clock() >= s->until) ||
                     (l->should_stop != NULL && l->should_stop(l->user));
    }
    return s->is_over;
}

// ---- Attack and defence ----------------------------------------------------------------------

static bool attacks(search *s, const ludus_chess_board *board, int32_t moves, way w);

static void put_first(ludus_chess_move *moves, int32_t n, ludus_chess_move first)
{
    for (int32_t i = 1; i < n; i++) {
        if (moves[i] == first) {
            moves[i] = moves[0];
            moves[0] = first;
        }
    }
}

// Whether the mover, about to defend, is mated within so many more of the attacker's moves.
static bool is_lost(search *s, const ludus_chess_board *board, int32_t moves, way w)
{
    ludus_chess_move replies[LUDUS_CHESS_MAX_MOVES];
    const bool is_check = ludus_chess_board_is_check(board);
    if (is_end(s) || (moves == 0 && !is_check)) {
        return false;
    }
    if (moves == 0) {
        return ludus_chess_count_moves(board) == 0;
    }
    const entry known = *entry_of(s, board);
    if (known.mates_in <= moves || known.none[w] > moves) {
        return known.mates_in <= moves;
    }
    const int32_t n = ludus_chess_moves(board, replies);
    if (n == 0) {
        return is_check;
    }
    put_first(replies, n, known.move);
    for (int32_t i = 0; i < n; i++) {
        ludus_chess_board next = *board;
        ludus_chess_make(&next, replies[i]);
        if (!attacks(s, &next, moves, w)) {
            note_none(s, board, moves, w, replies[i]);
            return false;
        }
    }
    note_mate(s, board, moves, NO_MOVE);
    return !s->is_over;
}

// Tries the moves of one kind; the one that mates, or NO_MOVE.
static ludus_chess_move try_moves(search *s, const ludus_chess_board *board,
                                  const ludus_chess_move *tried, int32_t n, int32_t moves, way w,
                                  bool is_check)
{
    for (int32_t i = 0; i < n && !s->is_over; i++) {
        ludus_chess_board next = *board;
        ludus_chess_make(&next, tried[i]);
        if (ludus_chess_board_is_check(&next) == is_check && is_lost(s, &next, moves - 1, w)) {
            return tried[i];
        }
    }
    return NO_MOVE;
}

// The move of `tried` that mates in at most so many moves, or NO_MOVE. Checks come first; a last
// move that gives none cannot mate.
static ludus_chess_move find_mate(search *s, const ludus_chess_board *board,
                                  const ludus_chess_move *tried, int32_t n, int32_t moves, way w)
{
    const ludus_chess_move move = try_moves(s, board, tried, n, moves, w, true);
    const bool is_done = move != NO_MOVE || w == CHECKS || moves == 1;
    return is_done ? move : try_moves(s, board, tried, n, moves, w, false);
}

// Whether the mover mates in at most so many moves.
static bool attacks(search *s, const ludus_chess_board *board, int32_t moves, way w)
{
    ludus_chess_move tried[LUDUS_CHESS_MAX_MOVES];
    if (is_end(s)) {
        return false;
    }
    const entry known = *entry_of(s, board);
    if (known.mates_in <= moves || known.none[w] > moves) {
        return known.mates_in <= moves;
    }
    const int32_t n = ludus_chess_moves(board, tried);
    put_first(tried, n, known.move);
    const ludus_chess_move mate = find_mate(s, board, tried, n, moves, w);
    if (mate == NO_MOVE) {
        note_none(s, board, moves, w, NO_MOVE);
    } else {
        note_mate(s, board, moves, mate);
    }
    return mate != NO_MOVE && !s->is_over;
}

// ---- The line --------------------------------------------------------------------------------

// The fewest moves, up to `most`, in which the mover mates: `most` is known to do by way w.
static int32_t shortest(search *s, const ludus_chess_board *board, int32_t most, way w)
{
    int32_t moves = 1;
    while (moves < most && !attacks(s, board, moves, w)) {
        moves++;
    }
    return moves;
}

// The defence that holds out longest against a mate in at most `*moves` more, which becomes how
// long it does.
static ludus_chess_move longest_defence(search *s, const ludus_chess_board *board, int32_t *moves,
                                        way w)
{
    ludus_chess_move replies[LUDUS_CHESS_MAX_MOVES], best = NO_MOVE;
    int32_t longest = 0;
    const int32_t n = ludus_chess_moves(board, replies);
    for (int32_t i = 0; i < n; i++) {
        ludus_chess_board next = *board;
        ludus_chess_make(&next, replies[i]);
        const int32_t length = shortest(s, &next, *moves, w);
        if (length > longest) {
            longest = length;
            best = replies[i];
        }
    }
    *moves = longest;
    return best;
}

// The line after a first move that mates in `moves`. The table has most of it; what was written
// over is searched again, without limits but for the caller's wish to stop.
static void follow(search *s, const ludus_chess_board *board, ludus_chess_move first, int32_t moves,
                   way w, ludus_mate *out)
{
    ludus_chess_move tried[LUDUS_CHESS_MAX_MOVES];
    ludus_chess_board at = *board;
    out->line_length = 0;
    for (ludus_chess_move move = first; move != NO_MOVE;) {
        out->line[out->line_length++] = move;
        ludus_chess_make(&at, move);
        moves--;
        if (moves == 0) {
            return;
        }
        const ludus_chess_move reply = longest_defence(s, &at, &moves, w);
        if (reply == NO_MOVE) {
            return; // mated already, or told to stop
        }
        out->line[out->line_length++] = reply;
        ludus_chess_make(&at, reply);
        const int32_t n = ludus_chess_moves(&at, tried);
        move = find_mate(s, &at, tried, n, moves, w);
    }
    out->line_length--; // stopped: the reply has no answer in the line
}

// ---- The search ------------------------------------------------------------------------------

ludus_mate_limits ludus_mate_limits_default(int32_t moves)
{
    return (ludus_mate_limits){.moves = moves, .bytes = TABLE_BYTES};
}

// The position and its first moves.
typedef struct root {
    const ludus_chess_board *board;
    int32_t n;
    ludus_chess_move tried[LUDUS_CHESS_MAX_MOVES];
} root;

// Mates of `from` to `to` moves of one way; whether one was found.
static bool deepen(search *s, const root *r, int32_t from, int32_t to, way w, ludus_mate *out)
{
    for (int32_t moves = from; moves <= to && !s->is_over; moves++) {
        const ludus_chess_move mate = find_mate(s, r->board, r->tried, r->n, moves, w);
        if (mate != NO_MOVE) {
            out->verdict = LUDUS_MATE_FOUND;
            out->moves = moves;
            s->most_nodes = 0;
            s->until = 0.0;
            follow(s, r->board, mate, moves, w, out);
            return true;
        }
    }
    return false;
}

static void search_all(search *s, const root *r, ludus_mate *out)
{
    const int32_t most = s->limits->moves, early = most < SHORT_MOVES ? most : SHORT_MOVES;
    *out = (ludus_mate){.verdict = LUDUS_MATE_NONE};
    if (!deepen(s, r, 1, early, ALL, out) && !deepen(s, r, early + 1, most, CHECKS, out) &&
        !deepen(s, r, early + 1, most, ALL, out) && s->is_over) {
        out->verdict = LUDUS_MATE_UNDECIDED;
    }
    out->nodes = s->nodes;
}

ludus_status ludus_mate_search(const ludus_chess_board *board, const ludus_mate_limits *limits,
                               ludus_mate *out)
{
    root r = {.board = board, .n = limits->num_only};
    assert(limits->moves >= 1 && limits->moves <= LUDUS_MATE_MAX && limits->bytes >= 1024);
    search s = {.limits = limits, .mask = 1, .most_nodes = limits->nodes};
    while ((s.mask + 1) * sizeof(entry) <= limits->bytes) {
        s.mask = 2 * s.mask + 1;
    }
    s.mask >>= 1;
    s.table = ludus_alloc((size_t)s.mask + 1, sizeof(entry));
    if (s.table == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    s.until = limits->seconds > 0.0 ? ludus_clock() + limits->seconds : 0.0;
    if (limits->only != NULL) {
        memcpy(r.tried, limits->only, (size_t)r.n * sizeof *r.tried);
    } else {
        r.n = ludus_chess_moves(board, r.tried);
    }
    search_all(&s, &r, out);
    ludus_free(s.table);
    return LUDUS_OK;
}
