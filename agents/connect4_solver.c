// The search follows ideas that are public knowledge about this game: bitboards (J. Tromp), moves
// that do not lose at once, ordering by new threats and null-window probing of the score
// (P. Pons, "Solving Connect 4: how to build a perfect AI"). Added here: mirrored positions share
// an entry, children are looked up before any is searched, and two static bounds (no line left;
// the follow-up strategy of V. Allis's thesis).

#include "agents/connect4_solver.h"

#include <assert.h>

#define COLUMNS LUDUS_CONNECT4_COLUMNS
#define CELLS LUDUS_CONNECT4_CELLS

typedef ludus_connect4_position position;

// An entry: key << 14 | work << 7 | bound. Bounds 1..43 are "at most bound - 22", 44..86 "at least
// bound - 65"; 0 is an empty entry. Work is the logarithm of the nodes it took.
typedef struct bucket {
    uint64_t kept;   // the more laborious entry
    uint64_t latest; // whatever came last
} bucket;

#define BOUND_MASK 127u
#define AT_MOST 22
#define AT_LEAST 65

struct ludus_connect4_solver {
    bucket *table;
    int32_t shift; // 64 - log2(number of buckets)
    uint64_t nodes;
};

ludus_status ludus_connect4_solver_create(ludus_connect4_solver **out, size_t table_bytes)
{
    *out = NULL;
    ludus_connect4_solver *solver = ludus_alloc(1, sizeof(*solver));
    if (solver == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    int32_t bits = 16;
    while (bits < 40 && (sizeof(bucket) << (bits + 1)) <= table_bytes) {
        bits++;
    }
    solver->shift = 64 - bits;
    solver->table = ludus_alloc((size_t)1 << bits, sizeof(bucket));
    if (solver->table == NULL) {
        ludus_free(solver);
        return LUDUS_ERR_NOMEM;
    }
    *out = solver;
    return LUDUS_OK;
}

void ludus_connect4_solver_destroy(ludus_connect4_solver *solver)
{
    if (solver != NULL) {
        ludus_free(solver->table);
        ludus_free(solver);
    }
}

uint64_t ludus_connect4_solver_nodes(const ludus_connect4_solver *solver)
{
    return solver->nodes;
}

// The smaller of the keys of the position and of its mirror image.
static uint64_t canonical_key(const position *p)
{
    const uint64_t key = ludus_connect4_key(p);
    uint64_t mirror = key & (UINT64_C(127) << 21);
    for (int32_t i = 0; i < 3; i++) {
        const int32_t apart = 42 - 14 * i;
        mirror |= (key & (UINT64_C(127) << (7 * i))) << apart;
        mirror |= (key >> apart) & (UINT64_C(127) << (7 * i));
    }
    return key < mirror ? key : mirror;
}

static bucket *find_bucket(const ludus_connect4_solver *solver, uint64_t key)
{
    return &solver->table[(key * UINT64_C(0x9e3779b97f4a7c15)) >> solver->shift];
}

static int32_t find_bound(const bucket *b, uint64_t key)
{
    if (b->kept >> 14 == key) {
        return (int32_t)(b->kept & BOUND_MASK);
    }
    return b->latest >> 14 == key ? (int32_t)(b->latest & BOUND_MASK) : 0;
}

static void store(bucket *b, uint64_t key, int32_t bound, uint64_t nodes)
{
    const uint64_t work = (uint64_t)(63 - __builtin_clzll(nodes | 1));
    const uint64_t entry = key << 14 | work << 7 | (uint64_t)bound;
    if (b->kept >> 14 == key) {
        b->kept = entry;
    } else if (work >= (b->kept >> 7 & 127)) {
        b->latest = b->kept;
        b->kept = entry;
    } else {
        b->latest = entry;
    }
}

// Moves best first.
typedef struct move_list {
    int32_t count;
    position child[COLUMNS];
    int32_t merit[COLUMNS];
} move_list;

static void insert(move_list *list, const position *p, uint64_t cell)
{
    const position child = {p->own ^ p->all, p->all | cell};
    const uint64_t mine = p->own | cell;
    const int32_t merit = __builtin_popcountll(ludus_connect4_threats(mine, child.all));
    int32_t at = list->count++;
    for (; at > 0 && list->merit[at - 1] < merit; at--) {
        list->child[at] = list->child[at - 1];
        list->merit[at] = list->merit[at - 1];
    }
    list->child[at] = child;
    list->merit[at] = merit;
}

// Centre columns first among moves of equal merit.
static void order_moves(move_list *list, const position *p, uint64_t moves)
{
    static const int32_t columns[COLUMNS] = {3, 2, 4, 1, 5, 0, 6};
    list->count = 0;
    for (int32_t i = 0; i < COLUMNS; i++) {
        const uint64_t cell = moves & ludus_connect4_column(columns[i]);
        if (cell != 0) {
            insert(list, p, cell);
        }
    }
}

// Moves after which the opponent cannot win at once; 0 when there are none.
static uint64_t safe_moves(const position *p)
{
    const uint64_t threats = ludus_connect4_threats(p->own ^ p->all, p->all);
    uint64_t moves = ludus_connect4_landing(p);
    const uint64_t forced = moves & threats;
    if (forced != 0) {
        moves = (forced & (forced - 1)) == 0 ? forced : 0;
    }
    return moves & ~(threats >> 1);
}

// Whether the player to move can be kept from winning for ever: every line is blocked; or, for
// the first player with all columns even, the opponent answers each stone on top of it and so
// leaves only the odd rows.
static bool cannot_win(const position *p, int32_t plies)
{
    const uint64_t odd_rows = LUDUS_CONNECT4_BOTTOM * 0x15;
    uint64_t reachable = LUDUS_CONNECT4_BOARD & ~p->all;
    if (plies % 2 == 0 && (ludus_connect4_landing(p) & ~odd_rows) == 0) {
        reachable &= odd_rows;
    }
    return !ludus_connect4_has_four(p->own | reachable);
}

static int32_t search(ludus_connect4_solver *solver, const position *p, int32_t alpha,
                      int32_t beta);

// A child already known to be good enough, before any is searched; else alpha.
static int32_t probe_children(const ludus_connect4_solver *solver, const move_list *list,
                              int32_t alpha, int32_t beta)
{
    uint64_t keys[COLUMNS];
    for (int32_t i = 0; i < list->count; i++) {
        keys[i] = canonical_key(&list->child[i]);
        __builtin_prefetch(find_bucket(solver, keys[i]));
    }
    for (int32_t i = 0; i < list->count; i++) {
        const int32_t bound = find_bound(find_bucket(solver, keys[i]), keys[i]);
        if (bound > 0 && bound <= 43 && AT_MOST - bound >= beta) {
            return AT_MOST - bound;
        }
    }
    return alpha;
}

static int32_t search_moves(ludus_connect4_solver *solver, const move_list *list, int32_t alpha,
                            int32_t beta)
{
    for (int32_t i = 0; i < list->count; i++) {
        const int32_t score = -search(solver, &list->child[i], -beta, -alpha);
        if (score >= beta) {
            return score;
        }
        alpha = score > alpha ? score : alpha;
    }
    return alpha;
}

// Plies below which children are looked up first; later the look-ups cost more than they save.
#define PROBE_PLIES 32

// Fail-hard-ish alpha-beta: exact inside (alpha, beta), a bound outside. The player to move has no
// win with the next stone.
static int32_t search(ludus_connect4_solver *solver, const position *p, int32_t alpha, int32_t beta)
{
    const int32_t plies = ludus_connect4_plies(p);
    const uint64_t before = solver->nodes++;
    const uint64_t moves = safe_moves(p);
    if (moves == 0) {
        return plies == CELLS ? 0 : -(CELLS - plies) / 2;
    }
    if (plies >= CELLS - 2) {
        return 0;
    }
    const int32_t lowest = -(CELLS - 2 - plies) / 2;
    int32_t highest = (CELLS - 1 - plies) / 2;
    if (alpha < lowest) {
        alpha = lowest;
    }
    if (highest > 0 && alpha >= 0 && cannot_win(p, plies)) {
        highest = 0;
    }
    const uint64_t key = canonical_key(p);
    bucket *b = find_bucket(solver, key);
    const int32_t bound = find_bound(b, key);
    if (bound > 43) {
        alpha = bound - AT_LEAST > alpha ? bound - AT_LEAST : alpha;
    } else if (bound > 0 && bound - AT_MOST < highest) {
        highest = bound - AT_MOST;
    }
    beta = beta < highest ? beta : highest;
    if (alpha >= beta) {
        return bound > 43 && alpha == bound - AT_LEAST ? alpha : beta;
    }
    move_list list;
    order_moves(&list, p, moves);
    int32_t score = plies < PROBE_PLIES ? probe_children(solver, &list, alpha, beta) : alpha;
    if (score < beta) {
        score = search_moves(solver, &list, alpha, beta);
    }
    store(b, key, score >= beta ? score + AT_LEAST : score + AT_MOST, solver->nodes - before);
    return score;
}

static bool can_win_now(const position *p)
{
    return (ludus_connect4_threats(p->own, p->all) & ludus_connect4_landing(p)) != 0;
}

// Closes in on the score between low and high with null windows, the middle leaning towards 0:
// quick proofs of "no quick win" come first.
static int32_t close_in(ludus_connect4_solver *solver, const position *p, int32_t low, int32_t high)
{
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (middle <= 0 && low / 2 < middle) {
            middle = low / 2;
        } else if (middle >= 0 && high / 2 > middle) {
            middle = high / 2;
        }
        const int32_t score = search(solver, p, middle, middle + 1);
        if (score <= middle) {
            high = score;
        } else {
            low = score;
        }
    }
    return low;
}

static void assert_unfinished(const position *p)
{
    assert(!ludus_connect4_has_four(p->own) && !ludus_connect4_has_four(p->own ^ p->all));
    assert(p->all != LUDUS_CONNECT4_BOARD);
    (void)p;
}

int32_t ludus_connect4_solve(ludus_connect4_solver *solver, const ludus_connect4_position *pos)
{
    const int32_t plies = ludus_connect4_plies(pos);
    assert_unfinished(pos);
    if (can_win_now(pos)) {
        return (CELLS + 1 - plies) / 2;
    }
    return close_in(solver, pos, -(CELLS - plies) / 2, (CELLS - 1 - plies) / 2);
}

int32_t ludus_connect4_solve_weak(ludus_connect4_solver *solver, const ludus_connect4_position *pos)
{
    assert_unfinished(pos);
    if (can_win_now(pos)) {
        return 1;
    }
    const int32_t score = search(solver, pos, -1, 1);
    return (score > 0) - (score < 0);
}

static void score_moves(ludus_connect4_solver *solver, const position *pos, int32_t *score,
                        bool enable_exact)
{
    const int32_t plies = ludus_connect4_plies(pos);
    const uint64_t winning = ludus_connect4_threats(pos->own, pos->all);
    for (int32_t column = 0; column < COLUMNS; column++) {
        const uint64_t cell = ludus_connect4_landing(pos) & ludus_connect4_column(column);
        const position child = {pos->own ^ pos->all, pos->all | cell};
        if (cell == 0) {
            score[column] = INT32_MIN;
        } else if ((cell & winning) != 0) {
            score[column] = enable_exact ? (CELLS + 1 - plies) / 2 : 1;
        } else if (child.all == LUDUS_CONNECT4_BOARD) {
            score[column] = 0;
        } else {
            score[column] = enable_exact ? -ludus_connect4_solve(solver, &child)
                                         : -ludus_connect4_solve_weak(solver, &child);
        }
    }
}

void ludus_connect4_scores(ludus_connect4_solver *solver, const ludus_connect4_position *pos,
                           int32_t score[LUDUS_CONNECT4_COLUMNS])
{
    assert_unfinished(pos);
    score_moves(solver, pos, score, true);
}

void ludus_connect4_scores_weak(ludus_connect4_solver *solver, const ludus_connect4_position *pos,
                                int32_t score[LUDUS_CONNECT4_COLUMNS])
{
    assert_unfinished(pos);
    score_moves(solver, pos, score, false);
}
