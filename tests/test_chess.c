// Claims about the rules of chess: published perft counts, draws, castling, en passant, FEN.
// Text of moves, Chess960 front-end calls and planes: test_chess_game.c.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "envs/chess_attacks.h"
#include "envs/chess_board.h"
#include "tests/sanitized.h"

static ludus_chess_board board_of(const char *fen)
{
    ludus_chess_board board;
    ludus_error error;
    if (ludus_chess_board_from_fen(&board, fen, &error) != LUDUS_OK) {
        fail_msg("%s: %s", fen, error.text);
    }
    return board;
}

typedef struct known_count {
    const char *fen;
    int32_t depth, shallow; // in release, under sanitizers
    uint64_t leaves, shallow_leaves;
} known_count;

static void expect_counts(const known_count *known, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        const ludus_chess_board board = board_of(known[i].fen);
        const int32_t depth = LUDUS_TEST_SANITIZED ? known[i].shallow : known[i].depth;
        const uint64_t leaves = LUDUS_TEST_SANITIZED ? known[i].shallow_leaves : known[i].leaves;
        const uint64_t counted = ludus_chess_board_perft(&board, depth);
        if (counted != leaves) {
            fail_msg("%s depth %d: %llu, published %llu", known[i].fen, (int)depth,
                     (unsigned long long)counted, (unsigned long long)leaves);
        }
    }
}

// chessprogramming.org/Perft_Results, positions 1 to 6 (4 also mirrored).
static void perft_matches_the_published_counts(void **state)
{
    (void)state;
    static const known_count known[] = {
        {"rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1", 6, 4, 119060324, 197281},
        {"r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R w KQkq - 0 1", 5, 3, 193690690,
         97862},
        {"8/2p5/3p4/KP5r/1R3p1k/8/4P1P1/8 w - - 0 1", 6, 4, 11030083, 43238},
        {"r3k2r/Pppp1ppp/1b3nbN/nP6/BBP1P3/q4N2/Pp1P2PP/R2Q1RK1 w kq - 0 1", 5, 3, 15833292, 9467},
        {"r2q1rk1/pP1p2pp/Q4n2/bbp1p3/Np6/1B3NBn/pPPP1PPP/R3K2R b KQ - 0 1", 5, 3, 15833292, 9467},
        {"rnbq1k1r/pp1Pbppp/2p5/8/2B5/8/PPP1NnPP/RNBQK2R w KQ - 1 8", 5, 3, 89941194, 62379},
        {"r4rk1/1pp1qppp/p1np1n2/2b1p1B1/2B1P1b1/P1NP1N2/1PP1QPPP/R4RK1 w - - 0 10", 5, 3,
         164075551, 89890},
    };
    expect_counts(known, sizeof(known) / sizeof(known[0]));
}

// Collected by M. Sedlak for the rules that programs get wrong: en-passant captures that are
// pinned, castling through checks and after a rook is taken, promotion with and into checks. The
// shallow counts are ours, taken when the deep ones agreed.
static void perft_of_the_tricky_positions_matches(void **state)
{
    (void)state;
    static const known_count known[] = {
        {"3k4/3p4/8/K1P4r/8/8/8/8 b - - 0 1", 6, 3, 1134888, 1670},
        {"8/8/1k6/2b5/2pP4/8/5K2/8 b - d3 0 1", 6, 3, 1440467, 1928},
        {"5k2/8/8/8/8/8/8/4K2R w K - 0 1", 6, 3, 661072, 1198},
        {"3k4/8/8/8/8/8/8/R3K3 w Q - 0 1", 6, 3, 803711, 1286},
        {"r3k2r/1b4bq/8/8/8/8/7B/R3K2R w KQkq - 0 1", 4, 3, 1274206, 27826},
        {"r3k2r/8/3Q4/8/8/5q2/8/R3K2R b KQkq - 0 1", 4, 3, 1720476, 50509},
        {"2K2r2/4P3/8/8/8/8/8/3k4 w - - 0 1", 6, 3, 3821001, 1442},
        {"8/8/1P2K3/8/2n5/1q6/8/5k2 b - - 0 1", 5, 3, 1004658, 5160},
        {"4k3/1P6/8/8/8/8/K7/8 w - - 0 1", 6, 3, 217342, 472},
        {"8/P1k5/K7/8/8/8/8/8 w - - 0 1", 6, 3, 92683, 273},
        {"K1k5/8/P7/8/8/8/8/8 w - - 0 1", 6, 3, 2217, 13},
        {"8/k1P5/8/1K6/8/8/8/8 w - - 0 1", 7, 3, 567584, 268},
        {"8/8/2k5/5q2/5n2/8/5K2/8 b - - 0 1", 4, 3, 23527, 6559},
    };
    expect_counts(known, sizeof(known) / sizeof(known[0]));
}

// chessprogramming.org/Chess960_Perft_Results, Shredder-FEN.
static void chess960_perft_matches_the_published_counts(void **state)
{
    (void)state;
    static const known_count known[] = {
        {"bqnb1rkr/pp3ppp/3ppn2/2p5/5P2/P2P4/NPP1P1PP/BQ1BNRKR w HFhf - 2 9", 5, 3, 8146062, 12189},
        {"2nnrbkr/p1qppppp/8/1ppb4/6PP/3PP3/PPP2P2/BQNNRBKR w HEhe - 1 9", 5, 3, 16253601, 18002},
        {"b1q1rrkb/pppppppp/3nn3/8/P7/1PPP4/4PPPP/BQNNRKRB w GE - 1 9", 5, 3, 6417013, 10471},
        {"qbbnnrkr/2pp2pp/p7/1p2pp2/8/P3PP2/1PPP1KPP/QBBNNR1R w hf - 0 9", 5, 3, 9183776, 13440},
        {"1nbbnrkr/p1p1ppp1/3p4/1p3P1p/3Pq2P/8/PPP1P1P1/QNBBNRKR w HFhf - 0 9", 4, 3, 1171749,
         31058},
    };
    expect_counts(known, sizeof(known) / sizeof(known[0]));
}

// ---- Against plain loops ------------------------------------------------------------------------

static uint64_t reference_slide(int32_t square, int32_t line, uint64_t occupied)
{
    static const int32_t steps[LUDUS_CHESS_NUM_LINES][2] = {{1, 0}, {0, 1}, {1, 1}, {-1, 1}};
    uint64_t attacked = 0;
    for (int32_t sign = -1; sign <= 1; sign += 2) {
        int32_t rank = square / 8 + sign * steps[line][0];
        int32_t file = square % 8 + sign * steps[line][1];
        while (rank >= 0 && rank < 8 && file >= 0 && file < 8) {
            const uint64_t bit = UINT64_C(1) << (rank * 8 + file);
            attacked |= bit;
            if ((occupied & bit) != 0) {
                break;
            }
            rank += sign * steps[line][0];
            file += sign * steps[line][1];
        }
    }
    return attacked;
}

static void sliding_attacks_match_the_reference(void **state)
{
    (void)state;
    ludus_rng rng;
    ludus_rng_init(&rng, 64, 4);
    for (int32_t round = 0; round < (LUDUS_TEST_SANITIZED ? 100 : 4000); round++) {
        uint64_t occupied = ludus_rng_u64(&rng);
        for (int32_t i = round % 4; i > 0; i--) {
            occupied &= ludus_rng_u64(&rng);
        }
        const uint64_t pieces = occupied & ludus_rng_u64(&rng);
        uint64_t together = 0;
        for (int32_t square = 0; square < 64; square++) {
            for (int32_t line = 0; line < LUDUS_CHESS_NUM_LINES; line++) {
                const uint64_t expected = reference_slide(square, line, occupied);
                assert_int_equal(ludus_chess_slide(square, line, occupied), expected);
                const bool is_bishops = (square & 1) != 0; // odd squares hold bishops
                const bool is_diagonal = line > LUDUS_CHESS_LINE_RANK;
                together |= (pieces >> square & 1) && is_bishops == is_diagonal ? expected : 0;
            }
        }
        const uint64_t odd = UINT64_C(0xaaaaaaaaaaaaaaaa);
        assert_int_equal(ludus_chess_sliders_attack(pieces & ~odd, pieces & odd, occupied),
                         together);
    }
}

static void steps_do_not_run_around_the_edges(void **state)
{
    (void)state;
    for (int32_t a = 0; a < 64; a++) {
        for (int32_t b = 0; b < 64; b++) {
            const int32_t ranks = a / 8 > b / 8 ? a / 8 - b / 8 : b / 8 - a / 8;
            const int32_t files = a % 8 > b % 8 ? a % 8 - b % 8 : b % 8 - a % 8;
            const uint64_t bit = UINT64_C(1) << b;
            const bool knight = ranks * files == 2;
            const bool king = a != b && ranks <= 1 && files <= 1;
            assert_int_equal((ludus_chess_knight[a] & bit) != 0, knight);
            assert_int_equal((ludus_chess_king[a] & bit) != 0, king);
            assert_int_equal((ludus_chess_knights_attack(UINT64_C(1) << a) & bit) != 0, knight);
        }
    }
}

// ---- Random play --------------------------------------------------------------------------------

// In random games from many starts the count agrees with the list, and the board kept move by move
// is the board that its own FEN gives, key included.
static void the_kept_board_is_the_board_of_its_fen(void **state)
{
    (void)state;
    ludus_rng rng;
    ludus_rng_init(&rng, 960, 1);
    for (int32_t number = 0; number < 960; number += LUDUS_TEST_SANITIZED ? 60 : 4) {
        ludus_chess_board board;
        ludus_chess_board_start(&board, number);
        for (int32_t ply = 0; ply < 150; ply++) {
            ludus_chess_move moves[LUDUS_CHESS_MAX_MOVES];
            char fen[LUDUS_CHESS_FEN_MAX];
            const int32_t num = ludus_chess_moves(&board, moves);
            assert_int_equal(ludus_chess_count_moves(&board), num);
            ludus_chess_board_to_fen(&board, fen);
            ludus_chess_board again = board_of(fen);
            again.is_960 = board.is_960; // not said once the rights are gone
            assert_memory_equal(&again, &board, sizeof(board));
            if (num == 0 || board.fifty > 150) {
                break;
            }
            ludus_chess_make(&board, moves[ludus_rng_below(&rng, (uint32_t)num)]);
        }
    }
}

// ---- FEN ----------------------------------------------------------------------------------------

static void expect_fen(const char *fen, const char *expected)
{
    char out[LUDUS_CHESS_FEN_MAX];
    const ludus_chess_board board = board_of(fen);
    ludus_chess_board_to_fen(&board, out);
    assert_string_equal(out, expected);
}

static void fen_is_written_as_read(void **state)
{
    (void)state;
    static const char *const same[] = {
        "rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1",
        "4k3/8/8/8/8/8/8/R3K2R b KQ - 17 199",
        "r3k2r/8/8/8/8/8/8/4K3 w kq - 99 9999",
        "8/8/8/8/k2Pp2Q/8/8/3K4 b - - 0 1",
        "4k3/8/8/8/3Pp3/8/8/3K4 b - d3 0 1",
        "1r1k1r2/8/8/8/8/8/8/1R1K1R2 w KQkq - 0 1",
        "4k3/8/8/8/8/8/8/1R2K1RR w G - 0 1", // the inner rook has the right
    };
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        expect_fen(same[i], same[i]);
    }
    // Counters and rights may be missing; Shredder-FEN names files; KQkq are the outermost rooks.
    expect_fen("4k3/8/8/8/8/8/8/4K2R w", "4k3/8/8/8/8/8/8/4K2R w - - 0 1");
    expect_fen("  4k3/8/8/8/8/8/8/4K2R   w  K ", "4k3/8/8/8/8/8/8/4K2R w K - 0 1");
    expect_fen("r3k2r/8/8/8/8/8/8/R3K2R w HAha - 0 1", "r3k2r/8/8/8/8/8/8/R3K2R w KQkq - 0 1");
    expect_fen("4k3/8/8/8/8/8/8/4K1RR w H - 0 1", "4k3/8/8/8/8/8/8/4K1RR w K - 0 1");
    assert_int_equal(board_of("r3k2r/8/8/8/8/8/8/R3K2R w HAha - 0 1").is_960, 0);
    assert_int_equal(board_of("4k3/8/8/8/8/8/8/4K1R1 w G - 0 1").is_960, 1);
}

static void an_en_passant_square_counts_only_when_the_capture_is_legal(void **state)
{
    (void)state;
    static const char *const illegal[] = {
        "rnbqkbnr/pppppppp/8/8/4P3/8/PPPP1PPP/RNBQKBNR b KQkq e3 0 1", // nobody stands beside
        "8/8/8/8/k2Pp2Q/8/8/3K4 b - d3 0 1",                           // both pawns leave the rank
        "8/1k6/8/8/3Pp3/8/6B1/3K4 b - d3 0 1",                         // pinned on the diagonal
        "4k3/8/8/8/3Pp3/8/8/3KR3 b - d3 0 1",                          // pinned on the file
        "8/6k1/8/8/3Pp3/8/8/B2K4 b - d3 0 1", // the line opens behind the pawn that is taken
    };
    for (size_t i = 0; i < sizeof(illegal) / sizeof(illegal[0]); i++) {
        const ludus_chess_board board = board_of(illegal[i]);
        assert_int_equal(board.ep, LUDUS_CHESS_NO_FILE);
    }
    const ludus_chess_board with = board_of("8/8/8/8/k2Pp3/8/8/3K4 b - d3 0 1");
    const ludus_chess_board without = board_of("8/8/8/8/k2Pp3/8/8/3K4 b - - 0 1");
    assert_int_equal(with.ep, 3);
    assert_int_not_equal(with.key, without.key);
    assert_int_equal(ludus_chess_count_moves(&with), ludus_chess_count_moves(&without) + 1);
}

static void a_text_that_is_no_position_is_refused_with_a_reason(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"", "8 squares"},
        {"4k3/8/8/8/8/8/4K3 w - - 0 1", "fewer than 8"},
        {"4k3/8/8/8/8/8/8/8/4K3 w - - 0 1", "more than 8"},
        {"4k3/9/8/8/8/8/8/4K3 w - - 0 1", "strange letter"},
        {"4k4/8/8/8/8/8/8/4K3 w - - 0 1", "8 squares"},
        {"4k3pp/8/8/8/8/8/8/4K3 w - - 0 1", "longer"},
        {"4k3/8/8/8/8/8/8/4K3 x - - 0 1", "w or b"},
        {"4k3/8/8/8/8/8/8/4K3 white - - 0 1", "w or b"},
        {"4k3/8/8/8/8/8/8/4K3", "w or b"},
        {"8/8/8/8/8/8/8/4K3 w - - 0 1", "one king"},
        {"4k3/8/8/8/8/8/8/3KK3 w - - 0 1", "one king"},
        {"4k2P/8/8/8/8/8/8/4K3 w - - 0 1", "pawn"},
        {"4k3/8/8/8/8/8/PPPPPPPP/3QKQ2 w - - 0 1", "promotion"},
        {"4k3/PPPP4/PPPP4/P7/8/8/8/4K3 w - - 0 1", "promotion"},
        {"4k3/4R3/8/8/8/8/8/4K3 w - - 0 1", "in check"},
        {"8/8/8/8/8/8/4k3/4K3 w - - 0 1", "in check"},
        {"4k3/4r3/8/b6b/8/8/8/r3K2r w - - 0 1", "two checks"},
        {"4k3/8/8/8/8/8/8/4K3 w K - 0 1", "castling"},
        {"4k3/8/8/8/8/8/4K3/7R w K - 0 1", "castling"},
        {"4k3/8/8/8/8/8/8/4K2R w KK - 0 1", "castling"},
        {"4k3/8/8/8/8/8/8/4K2R w -K - 0 1", "castling"},
        {"4k3/8/8/8/8/8/8/4K3 w - e9 0 1", "en-passant"},
        {"4k3/8/8/8/8/8/8/4K3 w - e3 0 1", "en-passant"},
        {"4k3/8/8/8/8/8/8/4K3 w - e6 0 1", "en-passant"},
        {"4k3/8/4n3/3Pp3/8/8/8/4K3 w - e6 0 1", "en-passant"},
        {"4k3/8/8/8/8/8/8/4K3 w - - x 1", "counter"},
        {"4k3/8/8/8/8/8/8/4K3 w - - 999 1", "counter"},
        {"4k3/8/8/8/8/8/8/4K3 w - - 0 99999999999999", "counter"},
        {"4k3/8/8/8/8/8/8/4K3 w - - 0 1 more", "after the last"},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        ludus_chess_board board;
        ludus_error error = {LUDUS_OK, ""};
        const ludus_status status = ludus_chess_board_from_fen(&board, wrong[i][0], &error);
        if (status != LUDUS_ERR_FORMAT || strstr(error.text, wrong[i][1]) == NULL) {
            fail_msg("%s: %s", wrong[i][0], error.text);
        }
    }
}

// Scharnagl's table: the first, the last, the standard one, and some between.
static void chess960_positions_are_numbered_as_published(void **state)
{
    (void)state;
    static const struct {
        int32_t number;
        const char *row;
    } known[] = {
        {0, "bbqnnrkr"}, {1, "bqnbnrkr"}, {518, "rnbqkbnr"}, {534, "rnbkqbnr"}, {959, "rkrnnqbb"}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        char fen[LUDUS_CHESS_FEN_MAX];
        ludus_chess_board board;
        ludus_chess_board_start(&board, known[i].number);
        ludus_chess_board_to_fen(&board, fen);
        fen[8] = '\0';
        assert_string_equal(fen, known[i].row);
        assert_non_null(strstr(fen + 9, "w KQkq - 0 1"));
    }
    uint64_t keys[960];
    for (int32_t number = 0; number < 960; number++) {
        ludus_chess_board board;
        ludus_chess_board_start(&board, number);
        keys[number] = board.key;
        for (int32_t before = 0; before < number; before++) {
            assert_int_not_equal(keys[before], keys[number]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(perft_matches_the_published_counts),
        cmocka_unit_test(perft_of_the_tricky_positions_matches),
        cmocka_unit_test(chess960_perft_matches_the_published_counts),
        cmocka_unit_test(sliding_attacks_match_the_reference),
        cmocka_unit_test(steps_do_not_run_around_the_edges),
        cmocka_unit_test(the_kept_board_is_the_board_of_its_fen),
        cmocka_unit_test(fen_is_written_as_read),
        cmocka_unit_test(an_en_passant_square_counts_only_when_the_capture_is_legal),
        cmocka_unit_test(a_text_that_is_no_position_is_refused_with_a_reason),
        cmocka_unit_test(chess960_positions_are_numbered_as_published),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
