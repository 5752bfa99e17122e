// Games of SGF and PGN files.

#include "envs/chess_san.h"
#include "envs/pgn.h"
#include "envs/sgf_go.h"
#include "viewer/game_shelf_internal.h"

#include <stdio.h>
#include <string.h>

#define MAX_PGN_BYTES ((size_t)64 << 20)

static void set_title(ludus_shelved *game, const char *event)
{
    ludus_shelf_entry *entry = &game->entry;
    const bool has_names = game->names[0][0] != '\0' || game->names[1][0] != '\0';
    if (has_names) {
        snprintf(entry->title, sizeof entry->title, "%.44s - %.44s",
                 game->names[0][0] != '\0' ? game->names[0] : "?",
                 game->names[1][0] != '\0' ? game->names[1] : "?");
    } else {
        snprintf(entry->title, sizeof entry->title, "game %d%s%.60s", (int)entry->number,
                 event[0] != '\0' ? ": " : "", event);
    }
}

// ---- SGF -------------------------------------------------------------------------------------

static int32_t main_line_moves(const ludus_sgf *sgf, int32_t root)
{
    int32_t moves = 0;
    for (int32_t node = root; node >= 0; node = ludus_sgf_child(sgf, node, 0)) {
        moves += ludus_sgf_count(sgf, node, "B") > 0 || ludus_sgf_count(sgf, node, "W") > 0;
    }
    return moves;
}

static ludus_status shelve_sgf(ludus_game_shelf *shelf, int32_t number, int32_t root,
                               ludus_error *error)
{
    ludus_sgf_go_info info;
    const ludus_status status = ludus_sgf_go_info_get(shelf->sgf, root, &info, error);
    if (status != LUDUS_OK) {
        return status;
    }
    ludus_shelved *game = ludus_game_shelf_push(shelf, true);
    if (game == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    char event[61] = "";
    (void)ludus_sgf_text(shelf->sgf, root, "EV", 0, event, sizeof event);
    game->root = root;
    game->entry.number = number;
    game->entry.plies = main_line_moves(shelf->sgf, root);
    snprintf(game->names[0], sizeof game->names[0], "%.63s", info.black);
    snprintf(game->names[1], sizeof game->names[1], "%.63s", info.white);
    snprintf(game->entry.result, sizeof game->entry.result, "%.31s", info.result);
    set_title(game, event);
    return LUDUS_OK;
}

ludus_status ludus_game_shelf_load_sgf(ludus_game_shelf *shelf, ludus_error *error)
{
    int32_t left_out = 0;
    ludus_status status = ludus_sgf_load(&shelf->sgf, shelf->path, error);
    if (status != LUDUS_OK) {
        return status;
    }
    for (int32_t i = 0; i < LUDUS_SHELF_MAX_GAMES; i++) {
        const int32_t root = ludus_sgf_root(shelf->sgf, i);
        if (root < 0) {
            break;
        }
        status = shelve_sgf(shelf, i + 1, root, error);
        left_out += status != LUDUS_OK;
    }
    if (shelf->count == 0) {
        return status != LUDUS_OK ? ludus_fail_within(error, "%s", shelf->path)
                                  : ludus_fail(error, LUDUS_ERR_FORMAT, "%s: no game", shelf->path);
    }
    if (left_out > 0) {
        snprintf(shelf->notice, sizeof shelf->notice, "%.400s: %d games left out", shelf->path,
                 (int)left_out);
    }
    return LUDUS_OK;
}

static ludus_status add_nodes(const ludus_sgf *sgf, int32_t root, ludus_game_film *film, void *pos,
                              ludus_error *error)
{
    const size_t bytes = film->game.spec.state_bytes;
    memcpy(pos, ludus_game_film_position(film, 0), bytes);
    for (int32_t node = root; node >= 0; node = ludus_sgf_child(sgf, node, 0)) {
        ludus_move move = LUDUS_MOVE_NONE;
        ludus_status status = ludus_sgf_go_apply(sgf, node, &film->game, pos, &move, error);
        if (status == LUDUS_OK && node == root && move == LUDUS_MOVE_NONE) {
            ludus_game_film_begin(film, pos);
        } else if (status == LUDUS_OK &&
                   (move != LUDUS_MOVE_NONE || ludus_sgf_count(sgf, node, "AB") > 0 ||
                    ludus_sgf_count(sgf, node, "AW") > 0 || ludus_sgf_count(sgf, node, "AE") > 0)) {
            status = ludus_game_film_add_position(film, pos, move, error);
        }
        if (status != LUDUS_OK) {
            return status;
        }
    }
    return LUDUS_OK;
}

ludus_status ludus_game_shelf_sgf_film(const ludus_game_shelf *shelf, const ludus_shelved *game,
                                       ludus_game_film **out, ludus_error *error)
{
    char name[LUDUS_GAME_NAME_MAX];
    ludus_sgf_go_info info;
    *out = NULL;
    ludus_status status = ludus_sgf_go_info_get(shelf->sgf, game->root, &info, error);
    if (status != LUDUS_OK) {
        return status;
    }
    snprintf(name, sizeof name, "go%d", (int)info.size);
    status = ludus_game_film_create(out, name, error);
    if (status != LUDUS_OK) {
        return status;
    }
    void *pos = ludus_alloc(1, (*out)->game.spec.state_bytes);
    status = pos != NULL ? add_nodes(shelf->sgf, game->root, *out, pos, error)
                         : ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    ludus_free(pos);
    // A record that goes wrong is shown up to there.
    if (status != LUDUS_OK && (*out)->num_plies == 0) {
        ludus_game_film_destroy(*out);
        *out = NULL;
        return status;
    }
    return LUDUS_OK;
}

// ---- PGN -------------------------------------------------------------------------------------

static void copy_tag(char *out, size_t size, const ludus_pgn_game *pgn, const char *name)
{
    const char *value = ludus_pgn_tag_of(pgn, name);
    snprintf(out, size, "%.*s", (int)size - 1,
             value != NULL && strcmp(value, "?") != 0 ? value : "");
}

static ludus_status shelve_pgn(ludus_game_shelf *shelf, int32_t number, const ludus_pgn_game *pgn,
                               ludus_error *error)
{
    const size_t size = (size_t)pgn->num_moves * sizeof *pgn->moves;
    ludus_shelved *game = ludus_game_shelf_push(shelf, true);
    if (game == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    const char *fen = ludus_pgn_tag_of(pgn, "FEN");
    const char *event = ludus_pgn_tag_of(pgn, "Event");
    game->bytes = ludus_alloc(size, 1);
    game->start = !pgn->is_standard && fen != NULL ? ludus_strdup(fen) : NULL;
    if (game->bytes == NULL) {
        ludus_game_shelf_pop(shelf);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    memcpy(game->bytes, pgn->moves, size);
    game->size = size;
    game->entry.number = number;
    game->entry.plies = pgn->num_moves;
    copy_tag(game->names[0], sizeof game->names[0], pgn, "White");
    copy_tag(game->names[1], sizeof game->names[1], pgn, "Black");
    snprintf(game->entry.result, sizeof game->entry.result, "%s",
             pgn->result == LUDUS_PGN_WHITE_WINS   ? "1-0"
             : pgn->result == LUDUS_PGN_BLACK_WINS ? "0-1"
             : pgn->result == LUDUS_PGN_DRAW       ? "1/2-1/2"
                                                   : "");
    set_title(game, event != NULL ? event : "");
    return LUDUS_OK;
}

// Shelves the games of the text; the first failure's line stays in `first`.
static ludus_status shelve_all(ludus_game_shelf *shelf, ludus_pgn_reader *reader, int32_t *left_out,
                               ludus_error *first, ludus_error *error)
{
    const ludus_pgn_game *pgn = NULL;
    int32_t number = 0;
    while (shelf->count < LUDUS_SHELF_MAX_GAMES) {
        ludus_status status = ludus_pgn_read(reader, &pgn, error);
        number++;
        if (status == LUDUS_ERR_FORMAT) {
            *first = *left_out == 0 ? *error : *first;
            ++*left_out;
            continue;
        }
        if (status != LUDUS_OK || pgn == NULL) {
            return status;
        }
        status = shelve_pgn(shelf, number, pgn, error);
        if (status != LUDUS_OK) {
            return status;
        }
    }
    return LUDUS_OK;
}

ludus_status ludus_game_shelf_load_pgn(ludus_game_shelf *shelf, ludus_error *error)
{
    void *text = NULL;
    size_t size = 0;
    int32_t left_out = 0;
    ludus_error first = {0};
    ludus_pgn_reader *reader = NULL;
    ludus_status status = ludus_file_read(shelf->path, MAX_PGN_BYTES, &text, &size, error);
    status = status ? status : ludus_game_open(&shelf->rules, "chess", error);
    status = status ? status : ludus_pgn_reader_create(&reader, &shelf->rules, text, size, error);
    status = status ? status : shelve_all(shelf, reader, &left_out, &first, error);
    ludus_pgn_reader_destroy(reader);
    ludus_free(text);
    if (status != LUDUS_OK) {
        return status;
    }
    if (shelf->count == 0) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "%s: %s", shelf->path,
                          left_out > 0 ? first.text : "no game");
    }
    if (left_out > 0) {
        snprintf(shelf->notice, sizeof shelf->notice, "%d games left out: %.400s", (int)left_out,
                 first.text);
    }
    return LUDUS_OK;
}

// What the move is called before it is made: "Nf3".
static void san_text(const ludus_game *game, const void *pos, ludus_move move, char *out)
{
    char san[LUDUS_CHESS_SAN_MAX];
    const ludus_chess_board *board = ludus_chess_board_of(pos);
    ludus_chess_to_san(board, ludus_chess_of_index(game, board, move), san);
    snprintf(out, LUDUS_GAME_TEXT_MAX, "%.*s", LUDUS_GAME_TEXT_MAX - 1, san);
}

static ludus_status add_moves(const ludus_shelved *shelved, ludus_game_film *film, void *pos,
                              ludus_error *error)
{
    const size_t bytes = film->game.spec.state_bytes;
    const int32_t count = (int32_t)(shelved->size / sizeof(ludus_move));
    ludus_status status = LUDUS_OK;
    if (shelved->start != NULL) {
        status = ludus_game_from_text(&film->game, pos, shelved->start, error);
        if (status == LUDUS_OK) {
            ludus_game_film_begin(film, pos);
        }
    }
    memcpy(pos, ludus_game_film_position(film, 0), bytes);
    for (int32_t i = 0; i < count && status == LUDUS_OK; i++) {
        char san[LUDUS_GAME_TEXT_MAX];
        ludus_move move;
        memcpy(&move, shelved->bytes + (size_t)i * sizeof move, sizeof move);
        san_text(&film->game, pos, move, san);
        ludus_chess_play_on(&film->game, pos, move); // nobody need have claimed a draw
        status = ludus_game_film_add_position(film, pos, move, error);
        if (status == LUDUS_OK) {
            memcpy(film->plies[film->num_plies - 1].text, san, sizeof san);
        }
    }
    return status;
}

ludus_status ludus_game_shelf_pgn_film(const ludus_game_shelf *shelf, const ludus_shelved *game,
                                       ludus_game_film **out, ludus_error *error)
{
    (void)shelf;
    ludus_status status = ludus_game_film_create(out, "chess", error);
    if (status != LUDUS_OK) {
        return status;
    }
    void *pos = ludus_alloc(1, (*out)->game.spec.state_bytes);
    status = pos != NULL ? add_moves(game, *out, pos, error)
                         : ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    ludus_free(pos);
    if (status != LUDUS_OK) {
        ludus_game_film_destroy(*out);
        *out = NULL;
    }
    return status;
}
