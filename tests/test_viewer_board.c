// Claims about boards in the window: every pixel belongs to the right cell at every size, what is
// read is what stands there, moves end where they are drawn.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "envs/chess.h"
#include "temp_folder.h"
#include "viewer/board_view.h"
#include "viewer/window.h"

#define NUM_GAMES 8
#define CELLS LUDUS_BOARD_MAX_CELLS

static const char *const names[NUM_GAMES] = {"tictactoe", "connect4", "othello", "othello6",
                                             "gomoku15",  "go9",      "go19",    "chess"};
static ludus_game games[NUM_GAMES];

static int open_games(void **state)
{
    for (int i = 0; i < NUM_GAMES; i++) {
        if (ludus_game_open(&games[i], names[i], NULL)) {
            return -1;
        }
    }
    return temp_folder_create(state);
}

static int close_games(void **state)
{
    for (int i = 0; i < NUM_GAMES; i++) {
        ludus_game_close(&games[i]);
    }
    return temp_folder_destroy(state);
}

// ---- Geometry -----------------------------------------------------------------------------------

static void check_round_trip(const ludus_board_view *view)
{
    for (int32_t cell = 0; cell < view->rows * view->columns; cell++) {
        const ludus_point p = ludus_board_view_centre(view, cell);
        const float near = 0.49f * view->cell;
        assert_int_equal(ludus_board_view_cell_at(view, p.x, p.y), cell);
        assert_int_equal(ludus_board_view_cell_at(view, p.x + near, p.y - near), cell);
        assert_int_equal(ludus_board_view_cell_at(view, p.x - near, p.y + near), cell);
    }
}

static void every_cell_is_found_at_its_centre_and_corners_at_every_size(void **state)
{
    (void)state;
    static const float sizes[][2] = {{64, 64},   {101, 80},   {240, 333},
                                     {640, 480}, {1013, 777}, {3000, 2000}};
    for (int i = 0; i < NUM_GAMES; i++) {
        for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
            for (int flipped = 0; flipped < 2; flipped++) {
                ludus_board_view view;
                ludus_board_view_init(&view, &games[i]);
                view.is_flipped = flipped;
                const ludus_rect rect = {7, 3, sizes[k][0], sizes[k][1]};
                ludus_board_view_place(&view, rect);
                check_round_trip(&view);
                assert_true(view.rect.x >= rect.x - 0.51f && view.rect.y >= rect.y - 0.51f);
                assert_true(view.rect.x + view.rect.w <= rect.x + rect.w + 0.51f);
                assert_true(view.rect.y + view.rect.h <= rect.y + rect.h + 0.51f);
            }
        }
    }
}

static void points_beside_the_board_are_no_cell(void **state)
{
    (void)state;
    for (int i = 0; i < NUM_GAMES; i++) {
        ludus_board_view view;
        ludus_board_view_init(&view, &games[i]);
        ludus_board_view_place(&view, (ludus_rect){0, 0, 500, 400});
        const ludus_rect g = view.grid;
        assert_int_equal(ludus_board_view_cell_at(&view, g.x - 1, g.y + 5), -1);
        assert_int_equal(ludus_board_view_cell_at(&view, g.x + 5, g.y - 1), -1);
        assert_int_equal(ludus_board_view_cell_at(&view, g.x + g.w, g.y + 5), -1);
        assert_int_equal(ludus_board_view_cell_at(&view, g.x + 5, g.y + g.h), -1);
        ludus_board_view_place(&view, (ludus_rect){0, 0, 0, 0});
        assert_int_equal(ludus_board_view_cell_at(&view, 0, 0), -1);
    }
}

// ---- Marks and moves ----------------------------------------------------------------------------

// Plays random moves; after each, the cell where the move was said to end carries its mark.
static void check_game(const ludus_game *game, uint64_t seed)
{
    ludus_board_view view;
    ludus_rng rng;
    ludus_mark cells[CELLS];
    void *pos = ludus_alloc(1, game->spec.state_bytes);
    ludus_move *moves = ludus_alloc((size_t)game->spec.max_legal, sizeof(*moves));
    ludus_board_view_init(&view, game);
    ludus_rng_init(&rng, seed, 0);
    ludus_game_init(game, pos);
    for (int32_t ply = 0; ply < 200; ply++) {
        const int32_t n = ludus_game_legal(game, pos, moves);
        if (n == 0) {
            break;
        }
        const ludus_move move = moves[ludus_rng_below(&rng, (uint32_t)n)];
        const int32_t from = ludus_board_view_move_from(&view, pos, move);
        const int32_t to = ludus_board_view_move_to(&view, pos, move);
        const ludus_mark mark = ludus_board_view_move_mark(&view, pos, move);
        ludus_board_view_read(&view, pos, cells);
        const ludus_mark before = to >= 0 ? cells[to] : 0;
        ludus_game_play(game, pos, move);
        ludus_board_view_read(&view, pos, cells);
        if (to < 0) {
            assert_int_equal(move, ludus_board_view_pass(&view));
            continue;
        }
        assert_int_equal(cells[to], mark);
        assert_int_not_equal(before, mark);
        if (from >= 0 && from != to) {
            assert_int_not_equal(cells[from], mark);
        }
    }
    ludus_free(moves);
    ludus_free(pos);
}

static void a_move_puts_its_mark_where_it_is_said_to_end(void **state)
{
    (void)state;
    for (int i = 0; i < NUM_GAMES; i++) {
        for (uint64_t seed = 1; seed <= 5; seed++) {
            check_game(&games[i], seed);
        }
    }
}

static void chess_starts_with_white_below(void **state)
{
    (void)state;
    ludus_board_view view;
    ludus_mark cells[CELLS];
    const ludus_game *chess = &games[7];
    void *pos = ludus_alloc(1, chess->spec.state_bytes);
    ludus_game_init(chess, pos);
    ludus_board_view_init(&view, chess);
    ludus_board_view_read(&view, pos, cells);
    assert_int_equal(cells[63], 1 + LUDUS_CHESS_ROOK);    // h1
    assert_int_equal(cells[60], 1 + LUDUS_CHESS_KING);    // e1
    assert_int_equal(cells[4], 1 + LUDUS_CHESS_KING + 6); // e8
    assert_int_equal(cells[8], 1 + LUDUS_CHESS_PAWN + 6); // a7
    assert_int_equal(cells[32], LUDUS_MARK_NONE);         // a4
    const ludus_move e2e4 = ludus_chess_find(chess, pos, 12, 28, 0);
    assert_int_equal(ludus_board_view_move_from(&view, pos, e2e4), 52);
    assert_int_equal(ludus_board_view_move_to(&view, pos, e2e4), 36);
    ludus_free(pos);
}

static void the_line_that_won_is_found(void **state)
{
    (void)state;
    ludus_board_view view;
    ludus_mark cells[CELLS];
    bool line[CELLS];
    const ludus_game *game = &games[1]; // connect4
    static const ludus_move moves[7] = {0, 1, 0, 1, 0, 1, 0};
    void *pos = ludus_alloc(1, game->spec.state_bytes);
    ludus_game_init(game, pos);
    ludus_board_view_init(&view, game);
    for (int i = 0; i < 7; i++) {
        ludus_board_view_read(&view, pos, cells);
        assert_false(ludus_board_view_winning_line(&view, cells, line));
        ludus_game_play(game, pos, moves[i]);
    }
    ludus_board_view_read(&view, pos, cells);
    assert_true(ludus_board_view_winning_line(&view, cells, line));
    for (int32_t cell = 0; cell < 42; cell++) {
        assert_int_equal(line[cell], cell % 7 == 0 && cell / 7 >= 2);
    }
    ludus_free(pos);
}

// ---- Drawing ------------------------------------------------------------------------------------

// All boards side by side, some way into random games, with everything that can lie over them.
typedef struct gallery {
    float width, height;
    bool is_rich; // with overlays
    ludus_mark cells[NUM_GAMES][CELLS];
    int32_t last_from[NUM_GAMES], last_to[NUM_GAMES];
} gallery;

static void fill_gallery(gallery *g)
{
    for (int i = 0; i < NUM_GAMES; i++) {
        ludus_board_view view;
        ludus_rng rng;
        void *pos = ludus_alloc(1, games[i].spec.state_bytes);
        ludus_move *moves = ludus_alloc((size_t)games[i].spec.max_legal, sizeof(*moves));
        ludus_board_view_init(&view, &games[i]);
        ludus_rng_init(&rng, 5, 0);
        ludus_game_init(&games[i], pos);
        for (int32_t ply = 0; ply < (i == 0 ? 4 : 21); ply++) {
            const int32_t n = ludus_game_legal(&games[i], pos, moves);
            if (n == 0) {
                break;
            }
            const ludus_move move = moves[ludus_rng_below(&rng, (uint32_t)n)];
            g->last_from[i] = ludus_board_view_move_from(&view, pos, move);
            g->last_to[i] = ludus_board_view_move_to(&view, pos, move);
            ludus_game_play(&games[i], pos, move);
        }
        ludus_board_view_read(&view, pos, g->cells[i]);
        ludus_free(moves);
        ludus_free(pos);
    }
}

static void gallery_layout(void *self, float width, float height)
{
    ((gallery *)self)->width = width;
    ((gallery *)self)->height = height;
}

static bool gallery_event(void *self, const ludus_event *event)
{
    (void)self;
    (void)event;
    return false;
}

static bool gallery_update(void *self, double seconds)
{
    (void)self;
    (void)seconds;
    return false;
}

static void gallery_draw(void *self, ludus_canvas *canvas)
{
    gallery *g = self;
    static bool targets[CELLS];
    static float heat[CELLS], owner[CELLS];
    for (int32_t c = 0; c < CELLS; c++) {
        targets[c] = c % 5 == 0;
        heat[c] = c % 7 == 3 ? (float)(c % 10) / 10 : -1;
        owner[c] = (float)(c % 11) / 10;
    }
    for (int i = 0; i < NUM_GAMES; i++) {
        ludus_board_view view;
        ludus_board_scene scene = ludus_board_scene_empty();
        const float w = g->width / 4;
        const float h = g->height / 2;
        ludus_board_view_init(&view, &games[i]);
        ludus_board_view_place(
            &view, (ludus_rect){(float)(i % 4) * w + 6, (float)(i / 4) * h + 6, w - 12, h - 12});
        scene.cells = g->cells[i];
        scene.last_from = g->last_from[i];
        scene.last_to = g->last_to[i];
        if (g->is_rich) {
            scene.targets = i % 2 ? targets : NULL;
            scene.heat = heat;
            scene.owner = i == 6 ? owner : NULL;
            scene.num_ghosts = 1;
            scene.ghosts[0] = (ludus_board_ghost){.cell = 2, .mark = 1, .number = 1};
            scene.num_arrows = i == 7;
            scene.arrows[0] = (ludus_board_arrow){
                52, 36, ludus_colour_fade(ludus_canvas_theme(canvas)->series[2], 0.8f), 1};
            scene.drop = 0.5f;
        }
        ludus_board_view_draw(&view, canvas, &scene);
    }
}

static void gallery_title(const void *self, char *out, size_t size)
{
    (void)self;
    snprintf(out, size, "gallery");
}

static const ludus_screen_ops gallery_screen = {
    .layout = gallery_layout,
    .event = gallery_event,
    .update = gallery_update,
    .draw = gallery_draw,
    .title = gallery_title,
};

static void boards_draw_at_every_size_in_both_themes(void **state)
{
    (void)state;
    static const int32_t sizes[][2] = {{64, 64}, {640, 480}, {1280, 800}};
    gallery g = {0};
    fill_gallery(&g);
    for (int i = 0; i < 12; i++) {
        ludus_window_stats stats;
        ludus_error error = {.text = ""};
        ludus_window_options options = ludus_window_options_default();
        g.is_rich = i % 2;
        options.width = sizes[i / 4][0];
        options.height = sizes[i / 4][1];
        options.is_dark = i / 2 % 2;
        options.frames = 1;
        options.png = i == 8    ? getenv("LUDUS_KEEP_PNG")
                      : i == 11 ? getenv("LUDUS_KEEP_PNG2")
                                : NULL;
        assert_int_equal(ludus_window_run(&gallery_screen, &g, &options, &stats, &error), LUDUS_OK);
        assert_int_equal(stats.frames, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_is_found_at_its_centre_and_corners_at_every_size),
        cmocka_unit_test(points_beside_the_board_are_no_cell),
        cmocka_unit_test(a_move_puts_its_mark_where_it_is_said_to_end),
        cmocka_unit_test(chess_starts_with_white_below),
        cmocka_unit_test(the_line_that_won_is_found),
        cmocka_unit_test(boards_draw_at_every_size_in_both_themes),
    };
    return cmocka_run_group_tests(tests, open_games, close_games);
}
