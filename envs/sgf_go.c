#include "envs/sgf_go.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "envs/sgf_internal.h"

// ---- What a record says --------------------------------------------------------------------

// A number at the start of a value; false when there is none.
static bool read_number(const ludus_sgf *sgf, int32_t node, const char *name, double *out)
{
    char text[64], *end;
    if (ludus_sgf_text(sgf, node, name, 0, text, sizeof text) < 0) {
        return false;
    }
    *out = strtod(text, &end);
    return end != text && isfinite(*out);
}

static ludus_status read_size(const ludus_sgf *sgf, int32_t root, int32_t *out, ludus_error *error)
{
    char text[32], *end;
    *out = LUDUS_GO_MAX_SIZE;
    if (ludus_sgf_text(sgf, root, "SZ", 0, text, sizeof text) < 0) {
        return LUDUS_OK;
    }
    const long width = strtol(text, &end, 10);
    const long height = *end == ':' ? strtol(end + 1, &end, 10) : width;
    if (width != height || width < 2 || width > LUDUS_GO_MAX_SIZE) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED,
                          "a board of size \"%s\": must be square, 2 .. %d", text,
                          LUDUS_GO_MAX_SIZE);
    }
    *out = (int32_t)width;
    return LUDUS_OK;
}

static bool read_komi(const ludus_sgf *sgf, int32_t root, int32_t *halves)
{
    double komi;
    if (!read_number(sgf, root, "KM", &komi) || fabs(komi) > LUDUS_GO_MAX_KOMI) {
        return false;
    }
    *halves = (int32_t)lround(2.0 * komi);
    return true;
}

ludus_status ludus_sgf_go_info_get(const ludus_sgf *sgf, int32_t root, ludus_sgf_go_info *out,
                                   ludus_error *error)
{
    double number;
    memset(out, 0, sizeof *out);
    if (read_number(sgf, root, "GM", &number) && number != 1) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "a record of game %g, not of Go", number);
    }
    out->has_komi = read_komi(sgf, root, &out->komi);
    if (read_number(sgf, root, "HA", &number) && number >= 0 && number <= LUDUS_GO_MAX_POINTS) {
        out->handicap = (int32_t)number;
    }
    (void)ludus_sgf_text(sgf, root, "RU", 0, out->rules, sizeof out->rules);
    (void)ludus_sgf_text(sgf, root, "RE", 0, out->result, sizeof out->result);
    (void)ludus_sgf_text(sgf, root, "PB", 0, out->black, sizeof out->black);
    (void)ludus_sgf_text(sgf, root, "PW", 0, out->white, sizeof out->white);
    return read_size(sgf, root, &out->size, error);
}

// ---- Points --------------------------------------------------------------------------------

// "dc" at `text` as a point, or -1.
static int32_t point_of(const char *text, int32_t size)
{
    if (text[0] == '\0' || text[1] == '\0') {
        return -1;
    }
    const int32_t column = text[0] - 'a', row = text[1] - 'a';
    const bool inside = column >= 0 && column < size && row >= 0 && row < size;
    return inside ? row * size + column : -1;
}

static ludus_status refuse_point(const char *name, const char *text, ludus_error *error)
{
    return ludus_fail(error, LUDUS_ERR_FORMAT, "%s[%.8s]: no point of this board", name, text);
}

// Sets the points of one value, "dc" or the rectangle "aa:cc".
static ludus_status set_points(const char *name, const char *text, int32_t size,
                               ludus_go_colour colour, ludus_go_colour *colours, ludus_error *error)
{
    const int32_t first = point_of(text, size);
    const bool is_rectangle = first >= 0 && text[2] == ':';
    const int32_t last = is_rectangle ? point_of(text + 3, size) : first;
    if (first < 0 || last < 0 || text[is_rectangle ? 5 : 2] != '\0') {
        return refuse_point(name, text, error);
    }
    for (int32_t row = first / size; row <= last / size; row++) {
        for (int32_t column = first % size; column <= last % size; column++) {
            colours[row * size + column] = colour;
        }
    }
    return LUDUS_OK;
}

// ---- One node ------------------------------------------------------------------------------

static ludus_status apply_setup(const ludus_sgf *sgf, int32_t node, const ludus_game *game,
                                void *pos, ludus_error *error)
{
    static const char *const names[3] = {"AB", "AW", "AE"}; // in the order of ludus_go_colour
    ludus_go_colour colours[LUDUS_GO_MAX_POINTS];
    const int32_t size = ludus_go_size(game);
    bool has_setup = false;
    for (int32_t i = 0; i < size * size; i++) {
        colours[i] = ludus_go_at(game, pos, i);
    }
    for (int32_t k = 0; k < 3; k++) {
        const int32_t property = ludus_sgf_find_property(sgf, node, names[k]);
        int32_t value = property >= 0 ? ludus_sgf_property_at(sgf, property)->first_value : -1;
        for (; value >= 0; value = ludus_sgf_value_at(sgf, value)->next) {
            char text[16];
            (void)ludus_sgf_value_text(sgf, value, text, sizeof text);
            const ludus_status status =
                set_points(names[k], text, size, (ludus_go_colour)k, colours, error);
            if (status != LUDUS_OK) {
                return status;
            }
            has_setup = true;
        }
    }
    if (!has_setup) {
        return LUDUS_OK;
    }
    double handicap = 0;
    const bool is_handicap = read_number(sgf, node, "HA", &handicap) && handicap >= 2;
    const ludus_go_colour turn =
        is_handicap ? LUDUS_GO_WHITE : (ludus_go_colour)ludus_game_to_move(game, pos);
    return ludus_go_set_up(game, pos, colours, turn, error);
}

static void apply_turn(const ludus_sgf *sgf, int32_t node, const ludus_game *game, void *pos)
{
    char text[8];
    if (ludus_sgf_text(sgf, node, "PL", 0, text, sizeof text) > 0) {
        const bool is_white = text[0] == 'W' || text[0] == 'w' || text[0] == '2';
        ludus_go_set_to_move(game, pos, is_white ? LUDUS_GO_WHITE : LUDUS_GO_BLACK);
    }
}

static ludus_status play_move(const ludus_game *game, void *pos, ludus_go_colour colour,
                              ludus_move move, ludus_error *error)
{
    const ludus_move pass = ludus_go_pass(ludus_go_size(game));
    ludus_go_set_to_move(game, pos, colour);
    if (ludus_game_is_legal(game, pos, move)) {
        ludus_game_play(game, pos, move);
        return LUDUS_OK;
    }
    if (move == pass) {
        ludus_go_set_to_move(game, pos, (ludus_go_colour)(1 - colour)); // the game is over
        return LUDUS_OK;
    }
    if (ludus_go_at(game, pos, move) != LUDUS_GO_EMPTY) {
        char text[LUDUS_GAME_TEXT_MAX];
        ludus_game_move_text(game, pos, move, text);
        return ludus_fail(error, LUDUS_ERR_FORMAT, "a move at %s, where a stone is", text);
    }
    ludus_go_force(game, pos, colour, move);
    return LUDUS_OK;
}

// The node's move of one colour, if it has one.
static ludus_status apply_move(const ludus_sgf *sgf, int32_t node, const ludus_game *game,
                               void *pos, ludus_go_colour colour, ludus_move *move,
                               ludus_error *error)
{
    const char *name = colour == LUDUS_GO_BLACK ? "B" : "W";
    const int32_t size = ludus_go_size(game);
    char text[16];
    if (ludus_sgf_text(sgf, node, name, 0, text, sizeof text) < 0) {
        return LUDUS_OK;
    }
    const bool is_pass = text[0] == '\0' || strcmp(text, "tt") == 0;
    const ludus_move played = is_pass ? ludus_go_pass(size) : point_of(text, size);
    if (played < 0 || (!is_pass && text[2] != '\0')) {
        return refuse_point(name, text, error);
    }
    *move = played;
    return play_move(game, pos, colour, played, error);
}

ludus_status ludus_sgf_go_apply(const ludus_sgf *sgf, int32_t node, const ludus_game *game,
                                void *pos, ludus_move *move, ludus_error *error)
{
    ludus_move played = LUDUS_MOVE_NONE;
    int32_t komi;
    if (ludus_sgf_parent(sgf, node) < 0 && read_komi(sgf, node, &komi)) {
        ludus_go_set_komi(game, pos, komi);
    }
    ludus_status status = apply_setup(sgf, node, game, pos, error);
    if (status == LUDUS_OK) {
        apply_turn(sgf, node, game, pos);
        status = apply_move(sgf, node, game, pos, LUDUS_GO_BLACK, &played, error);
    }
    status = status ? status : apply_move(sgf, node, game, pos, LUDUS_GO_WHITE, &played, error);
    if (move != NULL) {
        *move = played;
    }
    return status;
}

// ---- Writing -------------------------------------------------------------------------------

static void add_point(ludus_sgf *sgf, int32_t node, const char *name, int32_t size, int32_t point)
{
    const char text[3] = {(char)('a' + point % size), (char)('a' + point / size), '\0'};
    ludus_sgf_add(sgf, node, name, point == ludus_go_pass(size) ? "" : text);
}

static void add_text(ludus_sgf *sgf, int32_t node, const char *name, const char *text)
{
    if (text != NULL) {
        ludus_sgf_add(sgf, node, name, text);
    }
}

static void add_root(ludus_sgf *sgf, int32_t node, const ludus_game *game,
                     const ludus_sgf_go_record *record)
{
    char number[32];
    const int32_t size = ludus_go_size(game);
    ludus_sgf_add(sgf, node, "GM", "1");
    ludus_sgf_add(sgf, node, "FF", "4");
    ludus_sgf_add(sgf, node, "CA", "UTF-8");
    ludus_sgf_add(sgf, node, "AP", "ludus");
    snprintf(number, sizeof number, "%d", (int)size);
    ludus_sgf_add(sgf, node, "SZ", number);
    snprintf(number, sizeof number, "%.1f", 0.5 * (double)ludus_go_komi(game, record->start));
    ludus_sgf_add(sgf, node, "KM", number);
    if (record->handicap > 0) {
        snprintf(number, sizeof number, "%d", (int)record->handicap);
        ludus_sgf_add(sgf, node, "HA", number);
    }
    add_text(sgf, node, "PB", record->black);
    add_text(sgf, node, "PW", record->white);
    add_text(sgf, node, "RU", record->rules);
    add_text(sgf, node, "DT", record->date);
    add_text(sgf, node, "RE", record->result);
    bool has_stones = false;
    for (int32_t i = 0; i < size * size; i++) {
        const ludus_go_colour colour = ludus_go_at(game, record->start, i);
        if (colour != LUDUS_GO_EMPTY) {
            add_point(sgf, node, colour == LUDUS_GO_BLACK ? "AB" : "AW", size, i);
            has_stones = true;
        }
    }
    if (has_stones) {
        const int32_t turn = ludus_game_to_move(game, record->start);
        ludus_sgf_add(sgf, node, "PL", turn == LUDUS_GO_BLACK ? "B" : "W");
    }
}

void ludus_sgf_go_add(ludus_sgf *sgf, const ludus_game *game, const ludus_sgf_go_record *record)
{
    int32_t node = ludus_sgf_add_node(sgf, -1);
    if (node < 0) {
        return;
    }
    add_root(sgf, node, game, record);
    int32_t colour = ludus_game_to_move(game, record->start);
    for (int32_t i = 0; i < record->num_moves; i++) {
        node = ludus_sgf_add_node(sgf, node);
        if (node < 0) {
            return;
        }
        colour = record->colours != NULL ? record->colours[i] : colour;
        assert(colour == LUDUS_GO_BLACK || colour == LUDUS_GO_WHITE);
        add_point(sgf, node, colour == LUDUS_GO_BLACK ? "B" : "W", ludus_go_size(game),
                  record->moves[i]);
        add_text(sgf, node, "C", record->comments != NULL ? record->comments[i] : NULL);
        colour = 1 - colour;
    }
}
