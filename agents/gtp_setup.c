// Handicap stones and game records.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/gtp_internal.h"
#include "envs/sgf_go.h"

// ---- Handicap ------------------------------------------------------------------------------

// The most stones that fixed_handicap places on a board.
static int32_t most_fixed(int32_t size)
{
    return size < 7 ? 0 : size == 7 || size % 2 == 0 ? 4 : 9;
}

// The protocol's points for n stones; see its table of handicap placements. Returns n.
static int32_t fixed_points(int32_t size, int32_t n, ludus_move *out)
{
    const int32_t edge = size >= 13 ? 3 : 2, far = size - 1 - edge, middle = size / 2;
    const int32_t at[9][2] = {// row, column
                              {far, edge},   {edge, far},    {edge, edge},
                              {far, far},    {middle, edge}, {middle, far},
                              {far, middle}, {edge, middle}, {middle, middle}};
    for (int32_t i = 0; i < n; i++) {
        const bool is_middle = i == n - 1 && n >= 5 && n % 2 == 1;
        const int32_t *point = at[is_middle ? 8 : i];
        out[i] = point[0] * size + point[1];
    }
    return n;
}

// One stone more: as far from the others as can be, off the edge.
static ludus_move far_point(int32_t size, const ludus_move *stones, int32_t n)
{
    const int32_t margin = size >= 9 ? 2 : size >= 5 ? 1 : 0;
    ludus_move best = LUDUS_MOVE_NONE;
    int32_t most = 1; // a distance of two at least
    for (int32_t i = 0; i < size * size; i++) {
        const int32_t row = i / size, column = i % size;
        int32_t nearest = 2 * size;
        if (row < margin || row >= size - margin || column < margin || column >= size - margin) {
            continue;
        }
        for (int32_t k = 0; k < n; k++) {
            const int32_t distance = abs(row - stones[k] / size) + abs(column - stones[k] % size);
            nearest = distance < nearest ? distance : nearest;
        }
        if (nearest > most) {
            most = nearest;
            best = i;
        }
    }
    return best;
}

static int32_t free_points(int32_t size, int32_t n, ludus_move *out)
{
    const int32_t most = most_fixed(size);
    int32_t count = fixed_points(size, n < most ? n : most, out);
    while (count < n) {
        const ludus_move point = far_point(size, out, count);
        if (point == LUDUS_MOVE_NONE) {
            break;
        }
        out[count++] = point;
    }
    return count;
}

static bool is_empty(const ludus_gtp *gtp)
{
    const int32_t size = ludus_go_size(&gtp->game);
    for (int32_t i = 0; i < size * size; i++) {
        if (ludus_go_at(&gtp->game, ludus_gtp_pos(gtp), i) != LUDUS_GO_EMPTY) {
            return false;
        }
    }
    return true;
}

// Black stones on an empty board, white to move. False: the answer says why.
static bool place(ludus_gtp *gtp, const ludus_move *points, int32_t n, ludus_gtp_answer *answer)
{
    ludus_go_colour colours[LUDUS_GO_MAX_POINTS];
    const int32_t size = ludus_go_size(&gtp->game);
    if (!is_empty(gtp)) {
        ludus_gtp_fail(answer, "board not empty");
        return false;
    }
    for (int32_t i = 0; i < size * size; i++) {
        colours[i] = LUDUS_GO_EMPTY;
    }
    for (int32_t i = 0; i < n; i++) {
        if (points[i] >= size * size || colours[points[i]] != LUDUS_GO_EMPTY) {
            ludus_gtp_fail(answer, "bad vertex list");
            return false;
        }
        colours[points[i]] = LUDUS_GO_BLACK;
    }
    ludus_gtp_empty_board(gtp);
    if (ludus_go_set_up(&gtp->game, ludus_gtp_pos(gtp), colours, LUDUS_GO_WHITE, NULL) !=
        LUDUS_OK) {
        ludus_gtp_empty_board(gtp);
        ludus_gtp_fail(answer, "bad vertex list");
        return false;
    }
    gtp->handicap = n;
    return true;
}

static void print_points(const ludus_gtp *gtp, const ludus_move *points, int32_t n,
                         ludus_gtp_answer *answer)
{
    char text[LUDUS_GAME_TEXT_MAX];
    for (int32_t i = 0; i < n; i++) {
        ludus_gtp_print(answer, "%s%s", i > 0 ? " " : "", ludus_gtp_vertex(gtp, points[i], text));
    }
}

static void run_fixed_handicap(ludus_gtp *gtp, const ludus_gtp_words *words,
                               ludus_gtp_answer *answer)
{
    ludus_move points[9];
    int32_t n;
    const int32_t size = ludus_go_size(&gtp->game);
    if (!ludus_gtp_read_int(words->word[1], 2, most_fixed(size), &n, answer)) {
        ludus_gtp_fail(answer, "invalid number of stones");
        return;
    }
    (void)fixed_points(size, n, points);
    if (place(gtp, points, n, answer)) {
        print_points(gtp, points, n, answer);
    }
}

static void run_place_free_handicap(ludus_gtp *gtp, const ludus_gtp_words *words,
                                    ludus_gtp_answer *answer)
{
    ludus_move points[LUDUS_GO_MAX_POINTS];
    int32_t n;
    const int32_t size = ludus_go_size(&gtp->game);
    if (!ludus_gtp_read_int(words->word[1], 2, size * size - 1, &n, answer)) {
        ludus_gtp_fail(answer, "invalid number of stones");
        return;
    }
    n = free_points(size, n, points);
    if (place(gtp, points, n, answer)) {
        print_points(gtp, points, n, answer);
    }
}

static void run_set_free_handicap(ludus_gtp *gtp, const ludus_gtp_words *words,
                                  ludus_gtp_answer *answer)
{
    ludus_move points[LUDUS_GTP_WORDS_MAX];
    for (int32_t i = 1; i < words->count; i++) {
        if (!ludus_gtp_read_point(gtp, words->word[i], &points[i - 1], answer)) {
            ludus_gtp_fail(answer, "bad vertex list");
            return;
        }
    }
    (void)place(gtp, points, words->count - 1, answer);
}

// ---- Records -------------------------------------------------------------------------------

// Applies one node; *moves counts those with a move. False: the answer says why.
static bool apply_node(ludus_gtp *gtp, const ludus_sgf *sgf, int32_t node, int32_t *moves,
                       ludus_gtp_answer *answer)
{
    ludus_error error;
    ludus_move move;
    const bool has_setup = ludus_sgf_count(sgf, node, "AB") + ludus_sgf_count(sgf, node, "AW") +
                               ludus_sgf_count(sgf, node, "AE") >
                           0;
    if (gtp->plies >= LUDUS_GTP_PLIES_MAX ||
        !ludus_gtp_push(gtp, LUDUS_MOVE_NONE, LUDUS_GO_BLACK)) {
        ludus_gtp_fail(answer, "cannot load file: too long");
        return false;
    }
    if (ludus_sgf_go_apply(sgf, node, &gtp->game, ludus_gtp_pos(gtp), &move, &error)) {
        ludus_gtp_fail(answer, "cannot load file: %s", error.text);
        return false;
    }
    const bool is_black = ludus_sgf_count(sgf, node, "B") > 0;
    gtp->moves[gtp->plies] =
        (ludus_gtp_move){move, (uint8_t)(is_black ? LUDUS_GO_BLACK : LUDUS_GO_WHITE)};
    *moves += move != LUDUS_MOVE_NONE;
    // Without a move, or with stones set up, there is nothing to be undone: the game begins here.
    const int32_t keep = has_setup ? 0 : gtp->plies - (move == LUDUS_MOVE_NONE);
    if (keep != gtp->plies) {
        memcpy(gtp->positions + (size_t)keep * gtp->game.spec.state_bytes, ludus_gtp_pos(gtp),
               gtp->game.spec.state_bytes);
        gtp->plies = keep;
    }
    return true;
}

static bool load_game(ludus_gtp *gtp, const ludus_sgf *sgf, int32_t up_to, ludus_gtp_answer *answer)
{
    ludus_sgf_go_info info;
    ludus_error error;
    int32_t moves = 0, node = ludus_sgf_root(sgf, 0);
    if (ludus_sgf_go_info_get(sgf, node, &info, &error) ||
        ludus_gtp_open_board(gtp, info.size, &error)) {
        ludus_gtp_fail(answer, "cannot load file: %s", error.text);
        return false;
    }
    ludus_gtp_clear_board(gtp);
    for (; node >= 0; node = ludus_sgf_child(sgf, node, 0)) {
        const bool has_move = ludus_sgf_count(sgf, node, "B") + ludus_sgf_count(sgf, node, "W") > 0;
        if (has_move && moves + 1 >= up_to) {
            break;
        }
        if (!apply_node(gtp, sgf, node, &moves, answer)) {
            ludus_gtp_clear_board(gtp);
            return false;
        }
    }
    gtp->handicap = info.handicap;
    if (info.has_komi) {
        gtp->komi = info.komi;
    }
    return true;
}

static void run_loadsgf(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    ludus_sgf *sgf;
    ludus_error error;
    int32_t up_to = INT32_MAX;
    if (words->count > 2 && !ludus_gtp_read_int(words->word[2], 1, INT32_MAX, &up_to, answer)) {
        return;
    }
    if (!gtp->config.enable_files) {
        ludus_gtp_fail(answer, "cannot load file: files are out of reach here");
    } else if (ludus_sgf_load(&sgf, words->word[1], &error) != LUDUS_OK) {
        ludus_gtp_fail(answer, "cannot load file: %s", error.text);
    } else {
        (void)load_game(gtp, sgf, up_to, answer);
        ludus_sgf_destroy(sgf);
    }
}

// The game so far as text; the caller frees.
static ludus_buffer game_text(const ludus_gtp *gtp)
{
    static const char *const rules[] = {"Chinese", "Japanese", "Tromp-Taylor"};
    ludus_buffer out = {0};
    ludus_sgf *sgf = NULL;
    const size_t n = (size_t)gtp->plies;
    ludus_move *moves = ludus_alloc(n + 1, sizeof *moves);
    uint8_t *colours = ludus_alloc(n + 1, 1);
    if (moves != NULL && colours != NULL && ludus_sgf_create(&sgf, NULL) == LUDUS_OK) {
        for (size_t i = 0; i < n; i++) {
            moves[i] = gtp->moves[i + 1].move;
            colours[i] = gtp->moves[i + 1].colour;
        }
        const ludus_sgf_go_record record = {.rules = rules[gtp->config.rules],
                                            .handicap = gtp->handicap,
                                            .start = gtp->positions,
                                            .moves = moves,
                                            .colours = colours,
                                            .num_moves = gtp->plies};
        ludus_sgf_go_add(sgf, &gtp->game, &record);
        ludus_sgf_write(sgf, &out);
    } else {
        out.failed = true;
    }
    ludus_sgf_destroy(sgf);
    ludus_free(colours);
    ludus_free(moves);
    return out;
}

static void run_printsgf(ludus_gtp *gtp, const ludus_gtp_words *words, ludus_gtp_answer *answer)
{
    ludus_error error;
    if (words->count > 1 && !gtp->config.enable_files) {
        ludus_gtp_fail(answer, "cannot write file: files are out of reach here");
        return;
    }
    ludus_buffer text = game_text(gtp);
    if (text.failed) {
        ludus_gtp_fail(answer, "out of memory");
    } else if (words->count == 1) {
        ludus_buffer_put(&answer->text, text.data, text.size);
    } else if (ludus_file_replace(words->word[1], text.data, text.size, &error) != LUDUS_OK) {
        ludus_gtp_fail(answer, "cannot write file: %s", error.text);
    }
    ludus_buffer_free(&text);
}

const ludus_gtp_row ludus_gtp_setup_rows[] = {
    {"fixed_handicap", 1, 1, run_fixed_handicap, false},
    {"place_free_handicap", 1, 1, run_place_free_handicap, false},
    {"set_free_handicap", 2, LUDUS_GO_MAX_POINTS, run_set_free_handicap, false},
    {"loadsgf", 1, 2, run_loadsgf, false},
    {"printsgf", 0, 1, run_printsgf, false},
    {NULL, 0, 0, NULL, false},
};
