// The board of the play screen with what lies over it.

#include "viewer/play_internal.h"

#include "envs/chess.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LINE_SHOWN 8 // moves of a variation on the board
#define ARROWS 4     // of the best moves of chess

// Whether what is seen is about the position shown and may lie over it.
static bool may_show_thought(const ludus_play *p)
{
    return p->seen_ply == p->cursor && (p->is_analysing || p->row_hover >= 0) && !p->dialog.is_open;
}

static int32_t total_visits(const ludus_play *p)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < p->seen.num_moves; i++) {
        sum += p->seen.moves[i].visits;
    }
    return sum > 0 ? sum : 1;
}

static void set_targets(const ludus_play *p, ludus_board_scene *scene, bool *targets)
{
    const bool wants_all = p->view.kind == LUDUS_BOARD_CLOTH;
    memset(targets, 0, LUDUS_PLAY_CELLS * sizeof(*targets));
    if (!ludus_play_is_persons_turn(p) || (p->selected < 0 && !wants_all)) {
        return;
    }
    for (int32_t i = 0; i < p->num_legal; i++) {
        const int32_t from = ludus_board_view_move_from(&p->view, p->pos, p->legal[i]);
        const int32_t to = ludus_board_view_move_to(&p->view, p->pos, p->legal[i]);
        if (to >= 0 && from == p->selected) {
            targets[to] = true;
        }
    }
    scene->targets = targets;
}

static void set_heat(ludus_play *p, ludus_board_scene *scene)
{
    const float total = (float)total_visits(p);
    for (int32_t i = 0; i < LUDUS_PLAY_CELLS; i++) {
        p->heat_share[i] = -1;
    }
    for (int32_t i = 0; i < p->seen.num_moves; i++) {
        const ludus_mcts_move *m = &p->seen.moves[i];
        const float share = p->heat == LUDUS_PLAY_HEAT_POLICY ? m->prior : (float)m->visits / total;
        const int32_t to = ludus_board_view_move_to(&p->view, p->pos, m->move);
        if (to >= 0 && share > 0) {
            p->heat_share[to] = share;
        }
    }
    scene->heat = p->heat_share;
}

static void set_move_arrows(const ludus_play *p, ludus_canvas *canvas, ludus_board_scene *scene)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const float total = (float)total_visits(p);
    for (int32_t i = 0; i < p->seen.num_top && scene->num_arrows < ARROWS; i++) {
        const ludus_mcts_move *m = &p->seen.top[i].at;
        const float share = p->heat == LUDUS_PLAY_HEAT_POLICY ? m->prior : (float)m->visits / total;
        if (share < 0.04f) {
            continue;
        }
        const ludus_colour colour = i == 0 ? theme->series[2] : theme->series[0];
        scene->arrows[scene->num_arrows++] =
            (ludus_board_arrow){.from = ludus_board_view_move_from(&p->view, p->pos, m->move),
                                .to = ludus_board_view_move_to(&p->view, p->pos, m->move),
                                .colour = ludus_colour_fade(colour, 0.35f + 0.45f * sqrtf(share)),
                                .weight = share};
    }
}

// A variation: arrows for chess, numbered stones elsewhere.
static void set_line(const ludus_play *p, ludus_canvas *canvas, ludus_board_scene *scene,
                     const ludus_thought_move *thought)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    void *pos = ludus_alloc(1, p->game.spec.state_bytes);
    if (!pos) {
        return;
    }
    memcpy(pos, p->pos, p->game.spec.state_bytes);
    for (int32_t i = 0; i < thought->line_length && i < LINE_SHOWN; i++) {
        const ludus_move move = thought->line[i];
        if (!ludus_game_is_legal(&p->game, pos, move)) {
            break;
        }
        const int32_t from = ludus_board_view_move_from(&p->view, pos, move);
        const int32_t to = ludus_board_view_move_to(&p->view, pos, move);
        const ludus_mark mark = ludus_board_view_move_mark(&p->view, pos, move);
        if (from >= 0) {
            const ludus_colour colour = theme->series[i % 2 ? 1 : 2];
            scene->arrows[scene->num_arrows++] = (ludus_board_arrow){
                from, to, ludus_colour_fade(colour, 0.8f - 0.07f * (float)i), 0.5f};
        } else if (to >= 0) {
            scene->ghosts[scene->num_ghosts++] = (ludus_board_ghost){to, mark, i + 1};
        }
        ludus_game_play(&p->game, pos, move);
    }
    ludus_free(pos);
}

static void set_owner(ludus_play *p, ludus_board_scene *scene)
{
    const int32_t cells = p->view.rows * p->view.columns;
    if (p->is_scoring && p->cursor == p->record.count) {
        for (int32_t i = 0; i < cells; i++) {
            p->owner_share[i] = p->owner[i] == LUDUS_GO_BLACK   ? 1
                                : p->owner[i] == LUDUS_GO_WHITE ? 0
                                                                : 0.5f;
        }
        scene->owner = p->owner_share;
        scene->dead = p->dead;
    } else if (p->shows_owner && p->seen.has_ownership && p->seen_ply == p->cursor) {
        const bool is_first = ludus_game_to_move(&p->game, p->pos) == 0;
        for (int32_t i = 0; i < cells; i++) {
            p->owner_share[i] = is_first ? p->seen.ownership[i] : 1 - p->seen.ownership[i];
        }
        scene->owner = p->owner_share;
    }
}

static void set_thought(ludus_play *p, ludus_canvas *canvas, ludus_board_scene *scene)
{
    if (!may_show_thought(p) || p->seen.num_top == 0) {
        return;
    }
    if (p->row_hover >= 0 && p->row_hover < p->seen.num_top) {
        set_line(p, canvas, scene, &p->seen.top[p->row_hover]);
    } else if (p->heat == LUDUS_PLAY_HEAT_LINE) {
        set_line(p, canvas, scene, &p->seen.top[0]);
    } else if (p->view.kind == LUDUS_BOARD_PIECES) {
        set_move_arrows(p, canvas, scene);
    } else {
        set_heat(p, scene);
    }
}

static void set_hint(const ludus_play *p, ludus_canvas *canvas, ludus_board_scene *scene)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    if (p->passed_hint == LUDUS_MOVE_NONE ||
        !ludus_game_is_legal(&p->game, p->pos, p->passed_hint)) {
        return;
    }
    const int32_t from = ludus_board_view_move_from(&p->view, p->pos, p->passed_hint);
    const int32_t to = ludus_board_view_move_to(&p->view, p->pos, p->passed_hint);
    if (from >= 0) {
        scene->arrows[scene->num_arrows++] =
            (ludus_board_arrow){from, to, ludus_colour_fade(theme->series[2], 0.85f), 0.8f};
    } else if (to >= 0) {
        scene->ghosts[scene->num_ghosts++] = (ludus_board_ghost){
            to, ludus_board_view_move_mark(&p->view, p->pos, p->passed_hint), 0};
    }
}

// The stone that a click would put.
static void set_hover(const ludus_play *p, ludus_board_scene *scene)
{
    if (p->hover < 0 || p->view.kind == LUDUS_BOARD_PIECES || p->dialog.is_open ||
        !ludus_play_is_persons_turn(p) || scene->num_ghosts > 0) {
        return;
    }
    for (int32_t i = 0; i < p->num_legal; i++) {
        const int32_t to = ludus_board_view_move_to(&p->view, p->pos, p->legal[i]);
        const bool is_under = p->view.kind == LUDUS_BOARD_DROPS
                                  ? to >= 0 && to % p->view.columns == p->hover % p->view.columns
                                  : to == p->hover;
        if (is_under) {
            scene->ghosts[scene->num_ghosts++] = (ludus_board_ghost){
                to, ludus_board_view_move_mark(&p->view, p->pos, p->legal[i]), 0};
            return;
        }
    }
}

static void set_alarm(const ludus_play *p, ludus_board_scene *scene)
{
    if (p->view.kind != LUDUS_BOARD_PIECES || !ludus_chess_is_check(p->pos)) {
        return;
    }
    const int32_t side = ludus_game_to_move(&p->game, p->pos);
    for (int32_t cell = 0; cell < 64; cell++) {
        if (p->cells[cell] == 1 + LUDUS_CHESS_KING + 6 * side) {
            scene->alarm = cell;
        }
    }
}

static void draw_promotion(const ludus_play *p, ludus_canvas *canvas)
{
    static const int32_t kinds[4] = {LUDUS_CHESS_QUEEN, LUDUS_CHESS_KNIGHT, LUDUS_CHESS_ROOK,
                                     LUDUS_CHESS_BISHOP};
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const int32_t side = ludus_game_to_move(&p->game, p->pos);
    ludus_canvas_fill(canvas, p->view.grid, (ludus_colour){0, 0, 0, 110});
    for (int i = 0; i < 4; i++) {
        const ludus_rect square = ludus_play_promotion_square(p, i);
        ludus_canvas_fill_rounded(canvas, ludus_rect_inset(square, 1), 8, theme->square[0]);
        ludus_canvas_stroke_rounded(canvas, ludus_rect_inset(square, 1), 8, 2, theme->accent);
        ludus_board_view_draw_mark(&p->view, canvas,
                                   (ludus_point){square.x + square.w / 2, square.y + square.h / 2},
                                   square.w, (ludus_mark)(1 + kinds[i] + 6 * side), 1);
    }
}

void ludus_play_draw_board(ludus_play *p, ludus_canvas *canvas)
{
    bool targets[LUDUS_PLAY_CELLS];
    ludus_board_scene scene = ludus_board_scene_empty();
    scene.cells = p->cells;
    scene.last_from = p->last_from;
    scene.last_to = p->last_to;
    scene.selected = p->selected;
    scene.drop = (float)p->drop;
    if (p->drop < 1 && p->moving_from >= 0) {
        scene.moving = p->last_to;
        scene.moving_from = p->moving_from;
    }
    scene.winning = p->has_winning && p->drop >= 1 ? p->winning : NULL;
    set_alarm(p, &scene);
    set_targets(p, &scene, targets);
    set_owner(p, &scene);
    set_thought(p, canvas, &scene);
    set_hint(p, canvas, &scene);
    set_hover(p, &scene);
    ludus_board_view_draw(&p->view, canvas, &scene);
    if (p->promoting_to >= 0) {
        draw_promotion(p, canvas);
    }
}
