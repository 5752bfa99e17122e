// Claims about moves in algebraic notation and games in PGN.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "envs/chess_san.h"
#include "envs/pgn.h"
#include "selfplay/game_data.h"
#include "selfplay/pgn_data.h"
#include "selfplay/record.h"
#include "temp_folder.h"

static ludus_game game;

static int open_chess(void **state)
{
    ludus_error error;
    temp_folder_create(state);
    return ludus_game_open(&game, "chess", &error) == LUDUS_OK ? 0 : -1;
}

static int close_chess(void **state)
{
    ludus_game_close(&game);
    return temp_folder_destroy(state);
}

// ---- Algebraic notation -------------------------------------------------------------------------

static void set_up(ludus_chess_board *board, const char *fen)
{
    ludus_error error;
    if (ludus_chess_board_from_fen(board, fen, &error)) {
        fail_msg("%s: %s", fen, error.text);
    }
}

static void moves_are_written_as_the_standard_says(void **state)
{
    const struct {
        const char *fen, *typed, *san;
    } cases[] = {
        {"rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1", "e4", "e4"},
        {"4k3/8/8/8/8/8/8/R3K2R w KQ - 0 1", "0-0", "O-O"},
        {"4k3/8/8/8/8/8/8/R3K2R w KQ - 0 1", "O-O-O", "O-O-O"},
        {"r3k3/8/8/8/8/8/8/3K4 b q - 0 1", "0-0-0+", "O-O-O+"},
        {"4k3/8/8/3pP3/8/8/8/4K3 w - d6 0 2", "exd6 e.p.", NULL},
        {"4k3/8/8/3pP3/8/8/8/4K3 w - d6 0 2", "exd6e.p.", "exd6"},
        {"3n2k1/4P3/8/8/8/8/8/4K3 w - - 0 1", "exd8Q", "exd8=Q+"},
        {"3n4/k3P3/8/8/8/8/8/4K3 w - - 0 1", "e8=n", "e8=N"},
        {"3n4/k3P3/8/8/8/8/8/4K3 w - - 0 1", "e8", NULL}, // to what?
        {"4k3/8/8/8/8/8/8/N3K1N1 w - - 0 1", "Nf3", "Nf3"},
        {"4k3/8/8/8/8/5N2/8/4K1N1 w - - 0 1", "Ne5", "Ne5"},
        {"4k3/8/8/8/8/2N5/8/4K1N1 w - - 0 1", "Nge2", "Nge2"},
        {"4k3/8/8/8/8/2N5/8/4K1N1 w - - 0 1", "Ne2", NULL}, // which?
        {"4k3/8/6N1/8/8/8/6N1/4K3 w - - 0 1", "N6f4", "N6f4"},
        {"2k5/8/8/8/4Q2Q/8/8/K6Q w - - 0 1", "Qh4e1", "Qh4e1"},
        {"4k3/8/8/8/1b6/2N5/8/4K1N1 w - - 0 1", "Ne2", "Ne2"}, // the other one is pinned
        {"6k1/5ppp/8/8/8/8/8/R5K1 w - - 0 1", "Ra1-a8", "Ra8#"},
        {"4k3/8/8/8/8/8/4P3/4K3 w - - 0 1", "Pe4!?", "e4"},
        {"4k3/8/8/8/8/8/1P6/2b1K3 w - - 0 1", "bxc1", NULL},
        {"4k3/8/8/8/8/2p5/1P6/B3K3 w - - 0 1", "bc3", "bxc3"},
        {"1k6/8/8/8/8/2p5/1B6/B3K3 w - - 0 1", "Bxc3", "Bxc3"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ludus_chess_board board;
        ludus_chess_move move;
        char san[LUDUS_CHESS_SAN_MAX];
        set_up(&board, cases[i].fen);
        const ludus_status status =
            ludus_chess_from_san(&board, cases[i].typed, strlen(cases[i].typed), &move);
        if (cases[i].san == NULL) {
            assert_int_not_equal(status, LUDUS_OK);
            continue;
        }
        if (status != LUDUS_OK) {
            fail_msg("%s in %s", cases[i].typed, cases[i].fen);
        }
        ludus_chess_to_san(&board, move, san);
        assert_string_equal(san, cases[i].san);
    }
}

// Every legal move of random games, as text and back.
static void every_legal_move_survives_the_round_trip(void **state)
{
    ludus_rng rng;
    ludus_rng_init(&rng, 5, 0);
    (void)state;
    for (int32_t number = 0; number < 40; number++) {
        ludus_chess_board board;
        ludus_chess_board_start(&board, number < 20 ? LUDUS_CHESS_STANDARD : number * 23);
        for (int32_t ply = 0; ply < 120; ply++) {
            ludus_chess_move legal[LUDUS_CHESS_MAX_MOVES];
            const int32_t n = ludus_chess_moves(&board, legal);
            for (int32_t i = 0; i < n; i++) {
                ludus_chess_move again;
                char san[LUDUS_CHESS_SAN_MAX];
                ludus_chess_to_san(&board, legal[i], san);
                assert_int_equal(ludus_chess_from_san(&board, san, strlen(san), &again), LUDUS_OK);
                assert_int_equal(again, legal[i]);
            }
            if (n == 0) {
                break;
            }
            ludus_chess_make(&board, legal[ludus_rng_below(&rng, (uint32_t)n)]);
        }
    }
}

static void people_may_type_either_notation(void **state)
{
    void *pos = ludus_alloc(1, game.spec.state_bytes);
    ludus_move a, b;
    ludus_error error;
    (void)state;
    ludus_game_init(&game, pos);
    assert_int_equal(ludus_game_parse_move(&game, pos, "Nf3", &a, &error), LUDUS_OK);
    assert_int_equal(ludus_game_parse_move(&game, pos, "g1f3", &b, &error), LUDUS_OK);
    assert_int_equal(a, b);
    assert_int_not_equal(ludus_game_parse_move(&game, pos, "Nf6", &a, &error), LUDUS_OK);
    ludus_free(pos);
}

// ---- Reading ------------------------------------------------------------------------------------

static ludus_pgn_reader *reader_of(const char *text)
{
    ludus_pgn_reader *reader;
    ludus_error error;
    assert_int_equal(ludus_pgn_reader_create(&reader, &game, text, strlen(text), &error), LUDUS_OK);
    return reader;
}

static const ludus_pgn_game *next_game(ludus_pgn_reader *reader)
{
    const ludus_pgn_game *pgn;
    ludus_error error;
    if (ludus_pgn_read(reader, &pgn, &error)) {
        fail_msg("%s", error.text);
    }
    return pgn;
}

// Moves of the game in export form, separated by blanks.
static void write_moves(const ludus_pgn_game *pgn, char *out, size_t size)
{
    ludus_chess_board board = pgn->start;
    size_t length = 0;
    out[0] = '\0';
    for (int32_t i = 0; i < pgn->num_moves; i++) {
        char san[LUDUS_CHESS_SAN_MAX];
        const ludus_chess_move move = ludus_chess_of_index(&game, &board, pgn->moves[i]);
        ludus_chess_to_san(&board, move, san);
        ludus_chess_make(&board, move);
        length += (size_t)snprintf(out + length, size - length, "%s%s", i > 0 ? " " : "", san);
    }
}

static const char messy[] = "\xef\xbb\xbf% an escaped line\r\n"
                            "[Event \"A \\\"quoted\\\" name\"]\r\n"
                            "[White \"O'Neill; {Jr}\"]\r\n"
                            "[Result \"1-0\"]\r\n"
                            "\r\n"
                            "; a whole line\r\n"
                            "1. e4 {the [best] (they say} e5 2.Nf3 $1 (2. f4 exf4 (2... d5 {)} 3. "
                            "exd5) ; ) still inside\r\n"
                            "3. Nf3) 2... Nc6!? 3. Bb5 ! 3... a6\r\n"
                            "4. Bxc6 dxc6 1-0\r\n"
                            "\r\n"
                            "[Event \"second\"]\n[Result \"*\"]\n\n1. d4 d5 *\n"
                            "1. c4 1/2-1/2 1. b3 0-1";

static void comments_and_variations_are_skipped(void **state)
{
    char moves[512];
    ludus_pgn_reader *reader = reader_of(messy);
    (void)state;
    const ludus_pgn_game *pgn = next_game(reader);
    assert_non_null(pgn);
    assert_int_equal(pgn->line, 2);
    assert_string_equal(ludus_pgn_tag_of(pgn, "Event"), "A \"quoted\" name");
    assert_string_equal(ludus_pgn_tag_of(pgn, "White"), "O'Neill; {Jr}");
    assert_null(ludus_pgn_tag_of(pgn, "Black"));
    write_moves(pgn, moves, sizeof(moves));
    assert_string_equal(moves, "e4 e5 Nf3 Nc6 Bb5 a6 Bxc6 dxc6");
    assert_int_equal(pgn->result, LUDUS_PGN_WHITE_WINS);
    pgn = next_game(reader);
    assert_int_equal(pgn->num_moves, 2);
    assert_int_equal(pgn->result, LUDUS_PGN_UNKNOWN);
    pgn = next_game(reader);
    assert_int_equal(pgn->result, LUDUS_PGN_DRAW);
    pgn = next_game(reader);
    assert_int_equal(pgn->num_moves, 1);
    assert_int_equal(pgn->result, LUDUS_PGN_BLACK_WINS);
    assert_null(next_game(reader));
    assert_null(next_game(reader));
    ludus_pgn_reader_destroy(reader);
}

static void a_bad_game_fails_alone(void **state)
{
    ludus_error error;
    const ludus_pgn_game *pgn;
    ludus_pgn_reader *reader = reader_of("[White \"a\"]\n\n1. e4 e5 2. Ke3 Nf6 {[no tag]} *\n\n"
                                         "[White \"b\"]\n[FEN \"8/8/8/8\"]\n\n1. e4 *\n\n"
                                         "[White \"c\"]\n\n1. e4 ) e5 *\n\n"
                                         "[White \"d\"]\n\n1. e4 e5 *\n");
    const char *const words[] = {"line 3", "no FEN", "out of place"};
    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ludus_pgn_read(reader, &pgn, &error), LUDUS_ERR_FORMAT);
        print_message("%s\n", error.text);
        assert_non_null(strstr(error.text, words[i]));
        assert_null(pgn);
    }
    pgn = next_game(reader);
    assert_string_equal(ludus_pgn_tag_of(pgn, "White"), "d");
    assert_int_equal(pgn->num_moves, 2);
    assert_null(next_game(reader));
    ludus_pgn_reader_destroy(reader);
}

// The next call fails with a line that says `part`.
static void assert_fails(ludus_pgn_reader *reader, const char *part)
{
    const ludus_pgn_game *pgn;
    ludus_error error;
    assert_int_equal(ludus_pgn_read(reader, &pgn, &error), LUDUS_ERR_FORMAT);
    assert_null(pgn);
    if (strstr(error.text, part) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error.text, part);
    }
}

static void what_has_no_end_does_not_swallow_later_games(void **state)
{
    ludus_pgn_reader *reader = reader_of("[White \"a\"]\n\n1. e4 (1. d4 {[d5]} (1... Nf6)\n1-0\n\n"
                                         "[White \"b\"]\n\n1. e4 (1. d4\n%[x\n;[y\n) e5 1-0\n\n"
                                         "[White \"c\"]\n\n1. e4 {never closed\n1-0\n\n"
                                         "[White \"d\"]\n{neither\n\n1. e4 1-0\n\n"
                                         "[White \"e\"]\n\n1. e4 (1. d4 {nor here\n) 1-0\n\n"
                                         "[White \"f\"]\n\n1. e4 e5 1-0\n{ 1. d4\n"
                                         "[White \"g\"]\n\n1. d4 1-0 1. e4 (1. d4");
    const ludus_pgn_game *pgn;
    (void)state;
    assert_fails(reader, "line 6: a variation has no end");
    pgn = next_game(reader);
    assert_string_equal(ludus_pgn_tag_of(pgn, "White"), "b");
    assert_int_equal(pgn->num_moves, 2);
    assert_fails(reader, "line 15: a comment has no end");
    assert_fails(reader, "line 19: a comment has no end");
    assert_fails(reader, "line 25: a comment has no end");
    assert_string_equal(ludus_pgn_tag_of(next_game(reader), "White"), "f");
    assert_fails(reader, "line 31: a comment has no end");
    assert_string_equal(ludus_pgn_tag_of(next_game(reader), "White"), "g");
    assert_fails(reader, "line 34: a variation has no end");
    assert_null(next_game(reader));
    ludus_pgn_reader_destroy(reader);
}

// Reads a text of `size` bytes, `pattern` again and again behind a move; returns the failures.
static int32_t count_failures(const char *pattern, size_t size)
{
    char *text = ludus_alloc(size + 1, 1);
    const size_t length = strlen(pattern);
    int32_t count = 0;
    for (size_t i = 0; i < size; i++) {
        text[i] = pattern[i % length];
    }
    memcpy(text, "1. e4 ", 6);
    ludus_pgn_reader *reader = reader_of(text);
    const ludus_pgn_game *pgn;
    while (ludus_pgn_read(reader, &pgn, NULL) != LUDUS_OK) {
        count++;
    }
    assert_null(pgn);
    ludus_pgn_reader_destroy(reader);
    ludus_free(text);
    return count;
}

// Deep nesting costs no stack, an open end no sanity and no second look at all that follows, which
// would take hours here.
static void a_million_open_ends_do_no_harm(void **state)
{
    const int32_t size = 3000000;
    (void)state;
    assert_int_equal(count_failures("(", (size_t)size), 1);
    assert_int_equal(count_failures("{", (size_t)size), 1);
    assert_int_equal(count_failures("({", (size_t)size), 1);
    assert_int_equal(count_failures("[]\n{\n", (size_t)size), size / 5 - 1);
    assert_int_equal(count_failures("[]\n(\n", (size_t)size), size / 5 - 1);
}

static void other_variants_are_left_out(void **state)
{
    static const char *const usual[] = {"Standard", "chess", "From Position", "normal", "", "-"};
    static const char *const others[] = {"Crazyhouse", "King of the Hill", "Antichess",
                                         "Crazyhouse960", "Standard Atomic"};
    static const char *const shuffled[] = {"Chess960", "chess 960", "fischerandom", "Chess-960",
                                           "Fischer Random"};
    char text[256], words[64];
    (void)state;
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
        snprintf(text, sizeof(text), "[Variant \"%s\"]\n\n1. e4 *", usual[i]);
        ludus_pgn_reader *reader = reader_of(text);
        assert_true(next_game(reader)->is_standard);
        ludus_pgn_reader_destroy(reader);
    }
    for (size_t i = 0; i < sizeof(shuffled) / sizeof(shuffled[0]); i++) {
        snprintf(text, sizeof(text), "[Variant \"%s\"]\n\n1. e4 *", shuffled[i]);
        ludus_pgn_reader *reader = reader_of(text);
        assert_true(next_game(reader)->start.is_960);
        ludus_pgn_reader_destroy(reader);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        snprintf(text, sizeof(text), "\n[Variant \"%s\"]\n\n1. e4 *\n\n[White \"x\"]\n\n1. d4 *",
                 others[i]);
        snprintf(words, sizeof(words), "line 2: a game of %s", others[i]);
        ludus_pgn_reader *reader = reader_of(text);
        assert_fails(reader, words);
        assert_string_equal(ludus_pgn_tag_of(next_game(reader), "White"), "x");
        assert_null(next_game(reader));
        ludus_pgn_reader_destroy(reader);
    }
}

// The same games, with their lines, whatever ends a line.
static void any_line_ends_are_read(void **state)
{
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    char text[256], moves[64];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const char *e = ends[i];
        snprintf(
            text, sizeof(text),
            "%%escaped%s; a line%s[White \"open%s[Black \"b\"%s%s1. e4 ; {%se5 2. d4 {a%sb} *%s"
            "[White \"x\"]%s%s1. Ke3 *%s",
            e, e, e, e, e, e, e, e, e, e, e);
        ludus_pgn_reader *reader = reader_of(text);
        const ludus_pgn_game *pgn = next_game(reader);
        assert_int_equal(pgn->line, 3);
        assert_string_equal(ludus_pgn_tag_of(pgn, "White"), "open");
        assert_string_equal(ludus_pgn_tag_of(pgn, "Black"), "b");
        write_moves(pgn, moves, sizeof(moves));
        assert_string_equal(moves, "e4 e5 d4");
        assert_fails(reader, "line 11: not a legal move");
        assert_null(next_game(reader));
        ludus_pgn_reader_destroy(reader);
    }
}

static void en_passant_may_stand_alone(void **state)
{
    ludus_pgn_reader *reader =
        reader_of("1. e4 a6 2. e5 d5 3. exd6 e.p. exd6 *\n1. e4 ep e5 *\n1. e4 e.p e5 *");
    (void)state;
    assert_int_equal(next_game(reader)->num_moves, 6);
    assert_int_equal(next_game(reader)->num_moves, 2);
    assert_fails(reader, "e.p");
    ludus_pgn_reader_destroy(reader);
}

static void games_go_on_after_unclaimed_draws(void **state)
{
    char text[8192] = "";
    ludus_outcome white;
    void *pos = ludus_alloc(1, game.spec.state_bytes);
    (void)state;
    for (int i = 0; i < 150; i++) { // over fifty moves, the same positions again and again
        strcat(text, "Nf3 Nf6 Ng1 Ng8 ");
    }
    strcat(text, "e4 1-0");
    ludus_pgn_reader *reader = reader_of(text);
    const ludus_pgn_game *pgn = next_game(reader);
    assert_int_equal(pgn->num_moves, 601);
    assert_int_equal(pgn->result, LUDUS_PGN_WHITE_WINS);
    // The start occurs a third time after eight plies.
    assert_int_equal(ludus_pgn_game_plies(&game, pgn, pos, &white), 8);
    assert_int_equal(white, LUDUS_DRAW);
    ludus_pgn_reader_destroy(reader);
    ludus_free(pos);
}

// ---- Writing ------------------------------------------------------------------------------------

static void same_game(const ludus_pgn_game *a, const ludus_pgn_game *b)
{
    assert_memory_equal(&a->start, &b->start, sizeof(a->start));
    assert_int_equal(a->num_moves, b->num_moves);
    assert_memory_equal(a->moves, b->moves, (size_t)a->num_moves * sizeof(a->moves[0]));
    assert_int_equal(a->result, b->result);
}

// Random games from standard and Chess960 starts and from the middle.
static void written_games_read_back_the_same(void **state)
{
    ludus_rng rng;
    ludus_pgn_game *pgn = ludus_alloc(1, sizeof(*pgn));
    ludus_move *moves = ludus_alloc(300, sizeof(*moves));
    (void)state;
    ludus_rng_init(&rng, 9, 0);
    for (int32_t number = 0; number < 30; number++) {
        ludus_buffer text = {0};
        memset(pgn, 0, sizeof(*pgn));
        pgn->moves = moves;
        pgn->is_standard = number < 10;
        ludus_chess_board_start(&pgn->start, number < 10 ? LUDUS_CHESS_STANDARD : number * 31);
        pgn->start.is_960 = number >= 10;
        ludus_pgn_set_tag(pgn, "White", "a \"b\" \\ c");
        ludus_pgn_set_tag(pgn, "Opening", "none");
        pgn->result = (ludus_pgn_result)(number % 4);
        ludus_chess_board board = pgn->start;
        while (pgn->num_moves < 299) {
            ludus_chess_move legal[LUDUS_CHESS_MAX_MOVES];
            const int32_t n = ludus_chess_moves(&board, legal);
            if (n == 0) {
                break;
            }
            const ludus_chess_move move = legal[ludus_rng_below(&rng, (uint32_t)n)];
            moves[pgn->num_moves++] = ludus_chess_index_of(&game, move);
            ludus_chess_make(&board, move);
        }
        ludus_pgn_write(&game, pgn, &text);
        ludus_buffer_put(&text, "", 1);
        assert_false(text.failed);
        for (const char *line = (const char *)text.data; *line != '\0';) {
            const size_t length = strcspn(line, "\n");
            assert_true(length < 80);
            line += length + (line[length] == '\n');
        }
        ludus_pgn_reader *reader = reader_of((const char *)text.data);
        const ludus_pgn_game *again = next_game(reader);
        same_game(again, pgn);
        assert_string_equal(ludus_pgn_tag_of(again, "White"), "a \"b\" \\ c");
        assert_string_equal(ludus_pgn_tag_of(again, "Opening"), "none");
        assert_null(next_game(reader));
        ludus_pgn_reader_destroy(reader);
        ludus_buffer_free(&text);
    }
    ludus_free(moves);
    ludus_free(pgn);
}

// ---- Learning from them -------------------------------------------------------------------------

typedef struct seen {
    int32_t games;
    int32_t plies[8];
    ludus_outcome outcome[8];
} seen;

static ludus_status see(const uint8_t *bytes, size_t size, int32_t plies, void *user,
                        ludus_error *error)
{
    seen *s = user;
    ludus_record_view view;
    assert_int_equal(ludus_record_open(&view, &game, bytes, size, error), LUDUS_OK);
    s->plies[s->games] = plies;
    s->outcome[s->games++] = view.outcome;
    return LUDUS_OK;
}

static void records_come_from_pgn_files(void **state)
{
    static const char text[] = "1. e4 e5 2. Qh5 Ke7 3. Qxe5# 1-0\n"
                               "1. f3 e5 2. g4 Qh4 *\n"               // a mate needs no result
                               "1. e4 e5 *\n"                         // left out
                               "1. e4 e5 2. Ke3 1-0\n[White \"x\"]\n" // left out, up to the tag
                               "1. d4 d5 0-1\n";
    char path[TEMP_PATH_MAX];
    ludus_error error;
    seen s = {0};
    temp_path(state, "games.pgn", path);
    assert_int_equal(ludus_file_replace(path, text, sizeof(text) - 1, &error), LUDUS_OK);
    if (ludus_game_data_read(path, &game, see, &s, &error)) {
        fail_msg("%s", error.text);
    }
    assert_int_equal(s.games, 3);
    assert_int_equal(s.plies[0], 5);
    assert_int_equal(s.outcome[0], LUDUS_WIN);
    assert_int_equal(s.plies[1], 4);
    assert_int_equal(s.outcome[1], LUDUS_LOSS);
    assert_int_equal(s.outcome[2], LUDUS_LOSS);
    // A file of nothing to learn from says why.
    assert_int_equal(ludus_file_replace(path, "1. e4 e6 2. e7 *", 16, &error), LUDUS_OK);
    assert_int_equal(ludus_game_data_read(path, &game, see, &s, &error), LUDUS_ERR_FORMAT);
    assert_non_null(strstr(error.text, "games.pgn: line 1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_are_written_as_the_standard_says),
        cmocka_unit_test(every_legal_move_survives_the_round_trip),
        cmocka_unit_test(people_may_type_either_notation),
        cmocka_unit_test(comments_and_variations_are_skipped),
        cmocka_unit_test(a_bad_game_fails_alone),
        cmocka_unit_test(what_has_no_end_does_not_swallow_later_games),
        cmocka_unit_test(a_million_open_ends_do_no_harm),
        cmocka_unit_test(other_variants_are_left_out),
        cmocka_unit_test(any_line_ends_are_read),
        cmocka_unit_test(en_passant_may_stand_alone),
        cmocka_unit_test(games_go_on_after_unclaimed_draws),
        cmocka_unit_test(written_games_read_back_the_same),
        cmocka_unit_test(records_come_from_pgn_files),
    };
    return cmocka_run_group_tests(tests, open_chess, close_chess);
}
