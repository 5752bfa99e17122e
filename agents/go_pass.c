#include "agents/go_pass.h"

#define PLAYOUTS 500
#define PLAYOUT_STREAM 1977u // of the position's hash
#define LOST_VALUE (-0.5f)   // little hope: a chance of one in four
#define SURE_VALUE 0.9f      // the search is sure who wins
#define MAX_COST 0.2f        // what a pass may lose by the search
#define LEAST_VISITS 4       // behind a pass whose value is believed

static int32_t num_points(const ludus_pass_case *c)
{
    return c->game->spec.num_moves - 1;
}

static bool is_answer_to_pass(const ludus_pass_case *c)
{
    return ludus_go_last_move(c->game, c->pos) == ludus_go_pass(ludus_go_size(c->game));
}

static bool has_begun(const ludus_pass_case *c)
{
    int32_t played = ludus_go_captures(c->game, c->pos, LUDUS_GO_BLACK) +
                     ludus_go_captures(c->game, c->pos, LUDUS_GO_WHITE);
    for (int32_t i = 0; i < num_points(c); i++) {
        played += ludus_go_at(c->game, c->pos, i) != LUDUS_GO_EMPTY;
    }
    return 3 * played >= num_points(c);
}

// What the pass loses against the best play, by the search.
static float cost_of_pass(const ludus_pass_case *c)
{
    const ludus_move pass = ludus_go_pass(ludus_go_size(c->game));
    for (int32_t i = 0; i < c->num_moves; i++) {
        const ludus_mcts_move *m = &c->moves[i];
        if (m->move == pass && (m->is_proven || m->visits >= LEAST_VISITS)) {
            return c->value - m->value;
        }
    }
    return 0.0f;
}

static bool is_black(const ludus_pass_case *c)
{
    return ludus_game_to_move(c->game, c->pos) == (int32_t)LUDUS_GO_BLACK;
}

// The board as it stands, all stones alive.
typedef struct standing {
    int32_t lead;   // the player's, in halves
    bool is_shared; // every point is somebody's
} standing;

static standing standing_of(const ludus_pass_case *c)
{
    ludus_go_colour owner[LUDUS_GO_MAX_POINTS];
    const int32_t lead = ludus_go_area(c->game, c->pos, owner);
    standing s = {.lead = is_black(c) ? lead : -lead, .is_shared = true};
    for (int32_t i = 0; i < num_points(c); i++) {
        s.is_shared = s.is_shared && owner[i] != LUDUS_GO_EMPTY;
    }
    return s;
}

// Whether a pass that ends the game wins it, or loses what is lost.
static bool ends_well(const ludus_pass_case *c, const standing *s)
{
    return is_answer_to_pass(c) && (s->lead > 0 || (s->lead < 0 && c->value <= -SURE_VALUE));
}

// Whether every point is somebody's and the count agrees with the search.
static bool may_be_counted(const ludus_pass_case *c, const standing *s)
{
    return s->is_shared && (s->lead >= 0 ? cost_of_pass(c) <= MAX_COST : c->value <= LOST_VALUE);
}

static bool is_late(const ludus_pass_case *c)
{
    return ludus_is_go(c->game) && (has_begun(c) || is_answer_to_pass(c));
}

static bool may_be_due(const ludus_pass_case *c, const standing *s)
{
    return c->removes_dead || ends_well(c, s) || may_be_counted(c, s);
}

bool ludus_pass_may_be_due(const ludus_pass_case *c)
{
    if (!is_late(c)) {
        return false;
    }
    const standing s = standing_of(c);
    return may_be_due(c, &s);
}

// ---- Foresight -----------------------------------------------------------------------------

static bool is_settled(const ludus_pass_case *c, const float *black)
{
    ludus_go_verdict verdict;
    ludus_go_judge(c->game, c->pos, black, &verdict);
    for (int32_t i = 0; !c->removes_dead && i < num_points(c); i++) {
        verdict.is_settled = verdict.is_settled && !verdict.dead[i];
    }
    return verdict.is_settled;
}

static bool is_settled_by_net(const ludus_pass_case *c, const float *ownership)
{
    float black[LUDUS_GO_MAX_POINTS];
    ludus_go_black_share(c->game, c->pos, ownership, black);
    return is_settled(c, black);
}

static bool is_settled_by_playouts(const ludus_pass_case *c)
{
    float black[LUDUS_GO_MAX_POINTS];
    ludus_rng rng;
    ludus_rng_init(&rng, ludus_game_hash(c->game, c->pos), PLAYOUT_STREAM);
    (void)ludus_go_playouts(c->game, c->pos, &rng, PLAYOUTS, black);
    return is_settled(c, black);
}

// Nets see few boards as full as these and may be unsure of points that are nobody's to win.
static bool may_ask_playouts(const ludus_pass_case *c, const standing *s, const float *ownership)
{
    const bool is_sure = s->lead >= 0 ? c->value >= SURE_VALUE : c->value <= -SURE_VALUE;
    return ownership == NULL || (!c->removes_dead && is_sure);
}

bool ludus_pass_is_due(const ludus_pass_case *c, const float *ownership)
{
    if (!is_late(c)) {
        return false;
    }
    const standing s = standing_of(c);
    if (!may_be_due(c, &s)) {
        return false;
    }
    return (!c->removes_dead && ends_well(c, &s)) ||
           (ownership != NULL && is_settled_by_net(c, ownership)) ||
           (may_ask_playouts(c, &s, ownership) && is_settled_by_playouts(c));
}
