#include "viewer/film_board.h"

#include "envs/chess.h"

#include <string.h>

#define ARROWS 4 // of the policy

const char *ludus_film_side_name(const ludus_game_film *film, int32_t side)
{
    ludus_board_view view;
    if (film->names[side][0] != '\0') {
        return film->names[side];
    }
    ludus_board_view_init(&view, &film->game);
    return ludus_board_view_side_name(&view, side);
}

// Heat on cells, or arrows where a move has a beginning, from the policy at this position.
static void set_policy(const ludus_board_view *view, ludus_canvas *canvas,
                       const ludus_game_film *film, int32_t ply, ludus_board_scene *scene,
                       float *heat)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const void *pos = ludus_game_film_position(film, ply);
    const ludus_film_ply *next = &film->plies[ply];
    for (int32_t i = 0; i < view->rows * view->columns; i++) {
        heat[i] = -1;
    }
    for (int32_t i = 0; i < next->num_policy; i++) {
        const int32_t to = ludus_board_view_move_to(view, pos, next->policy_moves[i]);
        const int32_t from = ludus_board_view_move_from(view, pos, next->policy_moves[i]);
        if (to < 0) {
            continue; // a pass
        }
        if (from < 0) {
            heat[to] = next->policy[i];
            scene->heat = heat;
        } else if (scene->num_arrows < ARROWS) {
            scene->arrows[scene->num_arrows++] = (ludus_board_arrow){
                .from = from, .to = to, .colour = theme->series[0], .weight = next->policy[i]};
        }
    }
}

// The king in check, or -1.
static int32_t alarm_cell(const ludus_game_film *film, const void *pos, const ludus_mark *cells)
{
    if (strcmp(film->game.ops->family, "chess") != 0 || !ludus_chess_is_check(pos)) {
        return -1;
    }
    const int32_t side = ludus_game_to_move(&film->game, pos);
    for (int32_t i = 0; i < film->game.spec.board[0] * film->game.spec.board[1]; i++) {
        if (cells[i] == (ludus_mark)(1 + LUDUS_CHESS_KING + 6 * side)) {
            return i;
        }
    }
    return -1;
}

static void set_last_move(const ludus_board_view *view, const ludus_game_film *film, int32_t ply,
                          float drop, ludus_board_scene *scene)
{
    const ludus_film_ply *last = &film->plies[ply - 1];
    if (last->move == LUDUS_MOVE_NONE) {
        return;
    }
    const void *before = ludus_game_film_position(film, ply - 1);
    scene->last_to = ludus_board_view_move_to(view, before, last->move);
    scene->last_from = ludus_board_view_move_from(view, before, last->move);
    scene->drop = drop;
    if (drop < 1 && scene->last_from >= 0) {
        scene->moving = scene->last_to;
        scene->moving_from = scene->last_from;
    }
}

void ludus_film_board_draw(ludus_canvas *canvas, ludus_rect rect, const ludus_game_film *film,
                           int32_t ply, const ludus_film_look *look)
{
    ludus_board_view view;
    ludus_mark cells[LUDUS_BOARD_MAX_CELLS];
    bool winning[LUDUS_BOARD_MAX_CELLS];
    float heat[LUDUS_BOARD_MAX_CELLS];
    const void *pos = ludus_game_film_position(film, ply);
    ludus_board_scene scene = ludus_board_scene_empty();
    ludus_board_view_init(&view, &film->game);
    view.is_flipped = look->is_flipped;
    ludus_board_view_place(&view, rect);
    ludus_board_view_read(&view, pos, cells);
    scene.cells = cells;
    scene.hides_labels = look->hides_labels;
    scene.alarm = alarm_cell(film, pos, cells);
    if (ply > 0) {
        set_last_move(&view, film, ply, look->drop, &scene);
    }
    if (look->shows_policy && ply < film->num_plies) {
        set_policy(&view, canvas, film, ply, &scene, heat);
    }
    const bool is_over = ludus_game_outcome(&film->game, pos) != LUDUS_ONGOING;
    if (is_over && look->drop >= 1 && ludus_board_view_winning_line(&view, cells, winning)) {
        scene.winning = winning;
    }
    ludus_board_view_draw(&view, canvas, &scene);
}
