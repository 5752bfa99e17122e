// Claims about chess as a game of the registry: contract, draws, policy indices, planes, text.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "envs/chess.h"
#include "tests/sanitized.h"

typedef struct table {
    ludus_game game;
    void *pos;
} table;

static int open_table(void **state)
{
    table *t = ludus_alloc(1, sizeof(*t));
    *state = t;
    if (ludus_game_open(&t->game, "chess", NULL) != LUDUS_OK) {
        return -1;
    }
    t->pos = ludus_alloc(1, t->game.spec.state_bytes);
    return 0;
}

static int close_table(void **state)
{
    table *t = *state;
    ludus_free(t->pos);
    ludus_game_close(&t->game);
    ludus_free(t);
    return 0;
}

static void set(table *t, const char *fen)
{
    ludus_error error;
    if (ludus_game_from_text(&t->game, t->pos, fen, &error) != LUDUS_OK) {
        fail_msg("%s: %s", fen, error.text);
    }
}

// Plays moves separated by blanks.
static void play(table *t, const char *line)
{
    while (*line != '\0') {
        char text[LUDUS_GAME_TEXT_MAX];
        ludus_move move;
        ludus_error error;
        const size_t length = strcspn(line, " ");
        snprintf(text, sizeof(text), "%.*s", (int)length, line);
        if (ludus_game_parse_move(&t->game, t->pos, text, &move, &error) != LUDUS_OK) {
            fail_msg("%s", error.text);
        }
        ludus_game_play(&t->game, t->pos, move);
        line += length + strspn(line + length, " ");
    }
}

static void expect_fen(const table *t, const char *expected)
{
    char fen[LUDUS_CHESS_FEN_MAX];
    ludus_chess_fen(t->pos, fen);
    assert_string_equal(fen, expected);
}

static void expect_end(const table *t, ludus_chess_end end, ludus_outcome outcome)
{
    ludus_move moves[LUDUS_CHESS_MAX_MOVES];
    assert_string_equal(ludus_chess_end_name(ludus_chess_end_of(t->pos)),
                        ludus_chess_end_name(end));
    assert_int_equal(ludus_game_outcome(&t->game, t->pos), outcome);
    assert_int_equal(ludus_game_legal(&t->game, t->pos, moves) == 0, end != LUDUS_CHESS_ONGOING);
}

static void random_games_keep_the_contract(void **state)
{
    table *t = *state;
    ludus_error error;
    if (ludus_game_check(&t->game, 64, LUDUS_TEST_SANITIZED ? 4 : 100, &error) != LUDUS_OK) {
        fail_msg("%s", error.text);
    }
}

static void perft_of_the_game_matches_the_published_counts(void **state)
{
    table *t = *state;
    static const uint64_t leaves[] = {1, 20, 400, 8902, 197281, 4865609};
    ludus_game_init(&t->game, t->pos);
    for (int32_t depth = 0; depth <= (LUDUS_TEST_SANITIZED ? 3 : 5); depth++) {
        assert_int_equal(ludus_game_perft(&t->game, t->pos, depth, 2), leaves[depth]);
    }
}

// ---- Ends ---------------------------------------------------------------------------------------

static void mate_and_stalemate_are_told_apart(void **state)
{
    table *t = *state;
    ludus_game_init(&t->game, t->pos);
    play(t, "f2f3 e7e5 g2g4");
    expect_end(t, LUDUS_CHESS_ONGOING, LUDUS_ONGOING);
    play(t, "d8h4");
    expect_end(t, LUDUS_CHESS_CHECKMATE, LUDUS_LOSS);
    assert_true(ludus_chess_is_check(t->pos));
    set(t, "7k/5Q2/6K1/8/8/8/8/8 b - - 0 1");
    expect_end(t, LUDUS_CHESS_STALEMATE, LUDUS_DRAW);
    assert_false(ludus_chess_is_check(t->pos));
}

static void the_third_occurrence_is_a_draw(void **state)
{
    table *t = *state;
    ludus_game_init(&t->game, t->pos);
    play(t, "g1f3 g8f6 f3g1 f6g8");
    assert_int_equal(ludus_chess_occurrences(t->pos), 2);
    play(t, "g1f3 g8f6 f3g1");
    assert_int_equal(ludus_chess_occurrences(t->pos), 2);
    expect_end(t, LUDUS_CHESS_ONGOING, LUDUS_ONGOING);
    play(t, "f6g8");
    assert_int_equal(ludus_chess_occurrences(t->pos), 3);
    expect_end(t, LUDUS_CHESS_REPETITION, LUDUS_DRAW);
}

static void other_rights_are_another_position(void **state)
{
    table *t = *state;
    // White loses the right to castle on the way: the first board does not count.
    set(t, "r3k3/8/8/8/8/8/8/4K2R w K - 0 1");
    play(t, "h1h2 a8a7 h2h1 a7a8");
    assert_int_equal(ludus_chess_occurrences(t->pos), 1);
    play(t, "h1h2 a8a7 h2h1 a7a8");
    assert_int_equal(ludus_chess_occurrences(t->pos), 2);
    // So is a position where a pawn could be taken en passant.
    set(t, "4k3/8/8/8/4p3/8/3P4/4K3 w - - 0 1");
    play(t, "d2d4 e8e7 e1e2 e7e8 e2e1");
    assert_int_equal(ludus_chess_occurrences(t->pos), 1);
    play(t, "e8e7 e1e2 e7e8 e2e1");
    assert_int_equal(ludus_chess_occurrences(t->pos), 2);
}

static void a_capture_or_pawn_move_forgets_the_past(void **state)
{
    table *t = *state;
    set(t, "4k3/8/8/8/8/8/3P4/4K2R w - - 0 1");
    play(t, "h1h2 e8e7 h2h1 e7e8 d2d4");
    void *fresh = ludus_alloc(1, t->game.spec.state_bytes);
    table other = {t->game, fresh};
    set(&other, "4k3/8/8/8/8/8/3P4/4K2R w - - 0 3");
    play(&other, "d2d4");
    ludus_chess_restart_plies(t->pos);
    ludus_chess_restart_plies(fresh);
    assert_memory_equal(t->pos, fresh, t->game.spec.state_bytes);
    ludus_free(fresh);
}

static void fifty_moves_are_a_draw_unless_the_last_one_mates(void **state)
{
    table *t = *state;
    set(t, "4k3/8/8/8/8/8/8/4K2R w - - 98 80");
    play(t, "h1h2");
    expect_end(t, LUDUS_CHESS_ONGOING, LUDUS_ONGOING);
    assert_int_equal(ludus_chess_fifty(t->pos), 99);
    play(t, "e8e7");
    expect_end(t, LUDUS_CHESS_FIFTY_MOVES, LUDUS_DRAW);
    set(t, "7k/8/6K1/8/8/8/8/R7 w - - 99 80");
    play(t, "a1a8");
    expect_end(t, LUDUS_CHESS_CHECKMATE, LUDUS_LOSS);
}

static void bare_material_is_a_draw(void **state)
{
    table *t = *state;
    static const char *const bare[] = {
        "4k3/8/8/8/8/8/8/4K3 w - - 0 1",    "4k3/8/8/8/8/8/8/4K1N1 w - - 0 1",
        "4k3/8/8/8/8/8/8/4KB2 b - - 0 1",   "4kb2/8/8/8/8/8/8/2B1K3 w - - 0 1",
        "4k1b1/8/8/8/8/8/8/4KB2 w - - 0 1", "2b1k3/8/8/8/8/3B4/8/4KB2 w - - 0 1",
    };
    static const char *const enough[] = {
        "4k3/8/8/8/8/8/8/4K1NN w - - 0 1", "4k1n1/8/8/8/8/8/8/4K1N1 w - - 0 1",
        "4kb2/8/8/8/8/8/8/4KB2 w - - 0 1", "4k3/8/8/8/8/8/8/4KBN1 w - - 0 1",
        "4k3/8/8/8/8/8/P7/4K3 w - - 0 1",  "4k2r/8/8/8/8/8/8/4K3 w - - 0 1",
    };
    for (size_t i = 0; i < sizeof(bare) / sizeof(bare[0]); i++) {
        set(t, bare[i]);
        expect_end(t, LUDUS_CHESS_BARE_MATERIAL, LUDUS_DRAW);
    }
    for (size_t i = 0; i < sizeof(enough) / sizeof(enough[0]); i++) {
        set(t, enough[i]);
        expect_end(t, LUDUS_CHESS_ONGOING, LUDUS_ONGOING);
    }
}

static void a_game_ends_after_its_last_ply(void **state)
{
    table *t = *state;
    ludus_rng rng;
    int32_t longest = 0;
    for (uint64_t number = 0; number < 400 && longest < LUDUS_CHESS_MAX_PLIES; number++) {
        ludus_rng_init(&rng, 512, number);
        ludus_game_init(&t->game, t->pos);
        for (;;) {
            ludus_move moves[LUDUS_CHESS_MAX_MOVES];
            const int32_t num = ludus_game_legal(&t->game, t->pos, moves);
            if (num == 0) {
                break;
            }
            ludus_game_play(&t->game, t->pos, moves[ludus_rng_below(&rng, (uint32_t)num)]);
        }
        longest = ludus_chess_plies(t->pos) > longest ? ludus_chess_plies(t->pos) : longest;
    }
    assert_int_equal(longest, LUDUS_CHESS_MAX_PLIES);
    expect_end(t, LUDUS_CHESS_TOO_LONG, LUDUS_DRAW);
    ludus_chess_restart_plies(t->pos);
    expect_end(t, LUDUS_CHESS_ONGOING, LUDUS_ONGOING);
}

// ---- Moves and their text -----------------------------------------------------------------------

static void castling_is_written_as_the_position_asks(void **state)
{
    table *t = *state;
    set(t, "r3k2r/8/8/8/8/8/8/R3K2R w KQkq - 0 1");
    play(t, "e1g1 e8c8");
    expect_fen(t, "2kr3r/8/8/8/8/8/8/R4RK1 w - - 2 2");
    set(t, "r3k2r/8/8/8/8/8/8/R3K2R w KQkq - 0 1");
    play(t, "e1h1 e8a8"); // the other way of writing is understood
    expect_fen(t, "2kr3r/8/8/8/8/8/8/R4RK1 w - - 2 2");
    char text[LUDUS_GAME_TEXT_MAX];
    ludus_move move;
    set(t, "r3k2r/8/8/8/8/8/8/R3K2R b KQkq - 0 1");
    assert_int_equal(ludus_game_parse_move(&t->game, t->pos, "e8g8", &move, NULL), LUDUS_OK);
    ludus_chess_set_960(t->pos, true);
    ludus_game_move_text(&t->game, t->pos, move, text);
    assert_string_equal(text, "e8h8");
    ludus_chess_set_960(t->pos, false);
    ludus_game_move_text(&t->game, t->pos, move, text);
    assert_string_equal(text, "e8g8");
}

// From f1, the king's step to g1 and castling, which also ends there, must not be confused.
static void chess960_castling_and_king_steps_differ(void **state)
{
    table *t = *state;
    set(t, "k7/8/8/8/8/8/8/1R3K1R w KQ - 0 1");
    play(t, "f1h1");
    expect_fen(t, "k7/8/8/8/8/8/8/1R3RK1 b - - 1 1");
    set(t, "k7/8/8/8/8/8/8/1R3K1R w KQ - 0 1");
    play(t, "f1g1");
    expect_fen(t, "k7/8/8/8/8/8/8/1R4KR b - - 1 1");
    set(t, "k7/8/8/8/8/8/8/1R3K1R w KQ - 0 1");
    play(t, "f1b1");
    expect_fen(t, "k7/8/8/8/8/8/8/2KR3R b - - 1 1");
    // The rook shields its king: castling would open the rank to the rook on a1.
    ludus_move move;
    set(t, "k7/8/8/8/8/8/8/rR1K4 w B - 0 1");
    assert_int_equal(ludus_game_parse_move(&t->game, t->pos, "d1b1", &move, NULL), LUDUS_ERR_ARG);
}

static void texts_that_are_no_moves_are_refused(void **state)
{
    table *t = *state;
    static const char *const wrong[] = {"",      "e2",   "e2e9",  "e2e4q", "i2i4",  "0000",
                                        "e2e45", "a1b4", "e2 e4", "E2E4",  "e7e8k", "e1e8n"};
    ludus_game_init(&t->game, t->pos);
    ludus_move move = 77;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(ludus_game_parse_move(&t->game, t->pos, wrong[i], &move, NULL),
                         LUDUS_ERR_FORMAT);
    }
    assert_int_equal(ludus_game_parse_move(&t->game, t->pos, "e2e5", &move, NULL), LUDUS_ERR_ARG);
    set(t, "8/4P3/8/8/8/8/k7/4K3 w - - 0 1");
    assert_int_equal(ludus_game_parse_move(&t->game, t->pos, "e7e8", &move, NULL),
                     LUDUS_ERR_FORMAT); // promotes to what?
    assert_int_equal(move, 77);
}

// ---- The policy index ---------------------------------------------------------------------------

static void every_index_is_one_move_and_back(void **state)
{
    table *t = *state;
    ludus_chess_board pawns; // a pawn on every square of the seventh rank promotes
    ludus_chess_board_clear(&pawns);
    for (int32_t file = 0; file < 8; file++) {
        ludus_chess_toggle(&pawns, 0, LUDUS_CHESS_PAWN, 48 + file);
    }
    int32_t promotions = 0;
    for (ludus_move index = 0; index < LUDUS_CHESS_NUM_MOVES; index++) {
        const ludus_chess_move move = ludus_chess_of_index(&t->game, &pawns, index);
        assert_int_equal(ludus_chess_index_of(&t->game, move), index);
        promotions += ludus_chess_promotion(move) == LUDUS_CHESS_KNIGHT;
    }
    assert_int_equal(promotions, 22);
    assert_int_equal(ludus_chess_index_of(&t->game, ludus_chess_move_of(0, 1, 0)), 0);
    assert_int_equal(ludus_chess_index_of(&t->game, ludus_chess_move_of(0, 28, 0)),
                     LUDUS_MOVE_NONE);
}

static void black_sees_the_board_as_white_does(void **state)
{
    table *t = *state;
    ludus_move white, black;
    float planes[2][LUDUS_CHESS_NUM_PLANES * 64];
    set(t, "r3k2r/2p5/8/3Pp3/8/n7/8/R3K2R w KQq e6 5 9");
    ludus_game_encode(&t->game, t->pos, 0, planes[0]);
    assert_int_equal(ludus_game_parse_move(&t->game, t->pos, "d5e6", &white, NULL), LUDUS_OK);
    set(t, "r3k2r/8/N7/8/3pP3/8/2P5/R3K2R b kqQ e3 5 9");
    ludus_game_encode(&t->game, t->pos, 0, planes[1]);
    assert_int_equal(ludus_game_parse_move(&t->game, t->pos, "d4e3", &black, NULL), LUDUS_OK);
    assert_int_equal(white, black);
    assert_memory_equal(planes[0], planes[1], sizeof(planes[0]));
}

// The mirrored game, move by move: the same planes, the moves' images, the same end.
static void without_castling_the_mirror_image_is_the_same_game(void **state)
{
    table *t = *state;
    float planes[2][LUDUS_CHESS_NUM_PLANES * 64];
    ludus_move map[LUDUS_CHESS_NUM_MOVES], moves[LUDUS_CHESS_MAX_MOVES];
    void *mirror = ludus_alloc(1, t->game.spec.state_bytes);
    ludus_game_permute(&t->game, 1, map);
    for (uint64_t number = 0; number < 20; number++) {
        ludus_rng rng;
        ludus_rng_init(&rng, 7, number);
        set(t, "rnbkqbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBKQBNR w - - 0 1");
        memcpy(mirror, t->pos, t->game.spec.state_bytes);
        set(t, "rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w - - 0 1");
        int32_t num;
        while ((num = ludus_game_legal(&t->game, t->pos, moves)) > 0) {
            assert_int_equal(ludus_game_symmetries(&t->game, t->pos), 2);
            ludus_game_encode(&t->game, t->pos, 1, planes[0]);
            ludus_game_encode(&t->game, mirror, 0, planes[1]);
            assert_memory_equal(planes[0], planes[1], sizeof(planes[0]));
            for (int32_t i = 0; i < num; i++) {
                assert_true(ludus_game_is_legal(&t->game, mirror, map[moves[i]]));
            }
            const ludus_move move = moves[ludus_rng_below(&rng, (uint32_t)num)];
            ludus_game_play(&t->game, t->pos, move);
            ludus_game_play(&t->game, mirror, map[move]);
        }
        assert_int_equal(ludus_game_outcome(&t->game, mirror),
                         ludus_game_outcome(&t->game, t->pos));
    }
    ludus_free(mirror);
}

static void with_castling_left_and_right_differ(void **state)
{
    table *t = *state;
    ludus_game_init(&t->game, t->pos);
    assert_int_equal(ludus_game_symmetries(&t->game, t->pos), 1);
    set(t, "r3k3/8/8/8/8/8/8/4K3 b q - 0 1"); // one right of either side is enough
    assert_int_equal(ludus_game_symmetries(&t->game, t->pos), 1);
    set(t, "4k3/8/8/8/8/8/8/4K2R b K - 0 1");
    assert_int_equal(ludus_game_symmetries(&t->game, t->pos), 1);
}

static void planes_say_what_the_header_says(void **state)
{
    table *t = *state;
    float p[LUDUS_CHESS_NUM_PLANES][64];
    set(t, "r3k3/8/8/3Pp3/8/8/8/4K2R w Kq e6 0 1");
    play(t, "h1h2 a8a7 h2h1 a7a8 h1h2 a8a7 h2h1 a7a8");
    ludus_game_encode(&t->game, t->pos, 0, p[0]);
    static const struct {
        int32_t plane, square;
    } ones[] = {{0, 35}, {3, 7}, {5, 4}, {6, 36}, {9, 56}, {11, 60}};
    float sum = 0.0f;
    for (int32_t i = 0; i < 12 * 64; i++) {
        sum += p[i / 64][i % 64];
    }
    assert_true(sum == 6.0f);
    for (size_t i = 0; i < sizeof(ones) / sizeof(ones[0]); i++) {
        assert_true(p[ones[i].plane][ones[i].square] == 1.0f);
    }
    for (int32_t square = 0; square < 64; square++) {
        assert_true(p[12][square] == 0.0f && p[13][square] == 0.0f && p[16][square] == 0.0f);
        assert_true(p[17][square] == 1.0f && p[18][square] == 0.08f && p[19][square] == 1.0f);
    }
    set(t, "r3k3/8/8/3Pp3/8/8/8/4K2R w Kq e6 0 1");
    ludus_game_encode(&t->game, t->pos, 0, p[0]);
    assert_true(p[12][44] == 1.0f && p[13][0] == 1.0f && p[14][0] == 0.0f && p[15][0] == 0.0f);
    assert_true(p[16][63] == 1.0f && p[17][0] == 0.0f && p[18][0] == 0.0f);
}

static void the_clocks_are_part_of_the_hash(void **state)
{
    table *t = *state;
    set(t, "4k3/8/8/8/8/8/8/4K2R w - - 0 1");
    const uint64_t hash = ludus_game_hash(&t->game, t->pos);
    set(t, "4k3/8/8/8/8/8/8/4K2R w - - 7 1");
    assert_int_not_equal(ludus_game_hash(&t->game, t->pos), hash);
    set(t, "4k3/8/8/8/8/8/8/4K2R w - - 0 30");
    assert_int_equal(ludus_game_hash(&t->game, t->pos), hash);
}

// ---- For front ends -----------------------------------------------------------------------------

static void moves_come_apart_and_together(void **state)
{
    table *t = *state;
    static const char *const fens[] = {
        "r3k2r/pPp5/8/3pP3/8/8/1P6/R3K2R w KQkq d6 0 1",
        "r3k2r/1p6/8/8/3Pp3/8/pp6/R1N1K2R b KQkq d3 0 1",
    };
    int32_t castlings = 0, promotions = 0, captures = 0;
    for (size_t i = 0; i < 2; i++) {
        ludus_move moves[LUDUS_CHESS_MAX_MOVES];
        set(t, fens[i]);
        const int32_t num = ludus_game_legal(&t->game, t->pos, moves);
        for (int32_t j = 0; j < num; j++) {
            ludus_chess_parts_of_move parts;
            ludus_chess_parts(&t->game, t->pos, moves[j], &parts);
            assert_int_equal(
                ludus_chess_find(&t->game, t->pos, parts.from, parts.to, parts.promotion),
                moves[j]);
            castlings += parts.is_castling;
            promotions += parts.promotion != 0;
            captures += parts.is_capture;
        }
    }
    assert_int_equal(castlings, 4);
    assert_int_equal(promotions, 8 + 12);
    assert_int_equal(captures, (4 + 1 + 2) + (8 + 1 + 1));
}

static void a_numbered_start_is_played_like_any_other(void **state)
{
    table *t = *state;
    ludus_chess_start(&t->game, t->pos, 534);
    expect_fen(t, "rnbkqbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBKQBNR w KQkq - 0 1");
    play(t, "b2b3 b7b6 c1b2 c8b7 b1c3 b8c6 d1a1");
    expect_fen(t, "r2kqbnr/pbpppppp/1pn5/8/8/1PN5/PBPPPPPP/2KRQBNR b kq - 5 4");
}

static void the_drawing_has_white_below_and_marks_the_last_move(void **state)
{
    table *t = *state;
    char drawing[LUDUS_GAME_DRAW_MAX];
    ludus_move move;
    set(t, "r3k3/8/8/8/8/8/4P3/4K3 w q - 0 1");
    assert_int_equal(ludus_game_parse_move(&t->game, t->pos, "e2e4", &move, NULL), LUDUS_OK);
    ludus_game_play(&t->game, t->pos, move);
    ludus_game_draw(&t->game, t->pos, move, drawing);
    assert_string_equal(drawing, "   a b c d e f g h\n"
                                 " 8 \u265c . . . \u265a . . .\n"
                                 " 7 . . . . . . . .\n"
                                 " 6 . . . . . . . .\n"
                                 " 5 . . . . . . . .\n"
                                 " 4 . . . .(\u2659). . .\n"
                                 " 3 . . . . . . . .\n"
                                 " 2 . . . . . . . .\n"
                                 " 1 . . . . \u2654 . . .\n");
    assert_int_equal(ludus_game_parse_move(&t->game, t->pos, "e8c8", &move, NULL), LUDUS_OK);
    ludus_game_play(&t->game, t->pos, move);
    ludus_game_draw(&t->game, t->pos, move, drawing);
    assert_non_null(strstr(drawing, " 8 . .(\u265a)\u265c . . . .\n"));
}

static void the_guess_prefers_material_and_is_fair(void **state)
{
    table *t = *state;
    ludus_game_init(&t->game, t->pos);
    const float start = ludus_game_heuristic(&t->game, t->pos);
    assert_true(start > 0.0f && start < 0.1f); // the move is worth a little
    set(t, "rnb1kbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1");
    assert_true(ludus_game_heuristic(&t->game, t->pos) > 0.6f);
    set(t, "rnb1kbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR b KQkq - 0 1");
    assert_true(ludus_game_heuristic(&t->game, t->pos) < -0.6f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_games_keep_the_contract),
        cmocka_unit_test(perft_of_the_game_matches_the_published_counts),
        cmocka_unit_test(mate_and_stalemate_are_told_apart),
        cmocka_unit_test(the_third_occurrence_is_a_draw),
        cmocka_unit_test(other_rights_are_another_position),
        cmocka_unit_test(a_capture_or_pawn_move_forgets_the_past),
        cmocka_unit_test(fifty_moves_are_a_draw_unless_the_last_one_mates),
        cmocka_unit_test(bare_material_is_a_draw),
        cmocka_unit_test(a_game_ends_after_its_last_ply),
        cmocka_unit_test(castling_is_written_as_the_position_asks),
        cmocka_unit_test(chess960_castling_and_king_steps_differ),
        cmocka_unit_test(texts_that_are_no_moves_are_refused),
        cmocka_unit_test(every_index_is_one_move_and_back),
        cmocka_unit_test(black_sees_the_board_as_white_does),
        cmocka_unit_test(without_castling_the_mirror_image_is_the_same_game),
        cmocka_unit_test(with_castling_left_and_right_differ),
        cmocka_unit_test(planes_say_what_the_header_says),
        cmocka_unit_test(the_clocks_are_part_of_the_hash),
        cmocka_unit_test(moves_come_apart_and_together),
        cmocka_unit_test(a_numbered_start_is_played_like_any_other),
        cmocka_unit_test(the_drawing_has_white_below_and_marks_the_last_move),
        cmocka_unit_test(the_guess_prefers_material_and_is_fair),
    };
    return cmocka_run_group_tests(tests, open_table, close_table);
}
