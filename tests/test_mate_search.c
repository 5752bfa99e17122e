// Claims about exact mates: the published exercises, a slow search by the rules alone, limits.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agents/mate_search.h"
#include "envs/chess_positions.h"

static ludus_chess_board board_of(const char *fen)
{
    ludus_chess_board board;
    ludus_error error;
    if (ludus_chess_board_from_fen(&board, fen, &error)) {
        fail_msg("%s: %s", fen, error.text);
    }
    return board;
}

static ludus_mate search(const ludus_chess_board *board, int32_t moves)
{
    ludus_mate found;
    const ludus_mate_limits limits = ludus_mate_limits_default(moves);
    assert_int_equal(ludus_mate_search(board, &limits, &found), LUDUS_OK);
    return found;
}

// Plays the line: legal moves, the last of which mates.
static void check_line(const ludus_chess_board *board, const ludus_mate *found)
{
    ludus_chess_board at = *board;
    ludus_chess_move moves[LUDUS_CHESS_MAX_MOVES];
    assert_int_equal(found->line_length, 2 * found->moves - 1);
    for (int32_t i = 0; i < found->line_length; i++) {
        const int32_t n = ludus_chess_moves(&at, moves);
        bool is_legal = false;
        for (int32_t k = 0; k < n; k++) {
            is_legal = is_legal || moves[k] == found->line[i];
        }
        assert_true(is_legal);
        ludus_chess_make(&at, found->line[i]);
    }
    assert_true(ludus_chess_board_is_check(&at) && ludus_chess_count_moves(&at) == 0);
}

// Whether one of these first moves mates in so many moves.
static bool can_mate(const ludus_chess_board *board, int32_t moves, const ludus_chess_move *only,
                     int32_t num_only)
{
    ludus_mate found;
    ludus_mate_limits limits = ludus_mate_limits_default(moves);
    limits.only = only;
    limits.num_only = num_only;
    assert_int_equal(ludus_mate_search(board, &limits, &found), LUDUS_OK);
    return found.verdict == LUDUS_MATE_FOUND;
}

// Whether any move but this one mates in so many moves.
static bool has_other_solution(const ludus_chess_board *board, int32_t moves, ludus_chess_move best)
{
    ludus_chess_move others[LUDUS_CHESS_MAX_MOVES];
    int32_t num = 0;
    const int32_t n = ludus_chess_moves(board, others);
    for (int32_t i = 0; i < n; i++) {
        if (others[i] != best) {
            others[num++] = others[i];
        }
    }
    return can_mate(board, moves, others, num);
}

static void mates_in_one_to_three_are_found_and_no_shorter_ones(void **state)
{
    ludus_game game;
    ludus_error error;
    int32_t num = 0, num_doubtful = 0;
    (void)state;
    assert_int_equal(ludus_game_open(&game, "chess", &error), LUDUS_OK);
    void *pos = ludus_alloc(1, game.spec.state_bytes);
    for (size_t i = 0; ludus_chess_positions[i] != NULL; i++) {
        ludus_chess_exercise e;
        assert_int_equal(
            ludus_chess_exercise_read(&game, ludus_chess_positions[i], pos, &e, &error), LUDUS_OK);
        if (e.mate == 0) {
            continue;
        }
        const ludus_chess_board *board = ludus_chess_board_of(pos);
        ludus_mate found = search(board, 3);
        assert_int_equal(found.verdict, LUDUS_MATE_FOUND);
        assert_int_equal(found.moves, e.mate);
        check_line(board, &found);
        const ludus_chess_move best = ludus_chess_of_index(&game, board, e.best);
        assert_true(can_mate(board, e.mate, &best, 1));
        num_doubtful += has_other_solution(board, e.mate, best);
        if (e.mate > 1) {
            assert_int_equal(search(board, e.mate - 1).verdict, LUDUS_MATE_NONE);
        }
        num++;
    }
    assert_int_equal(num, 42);
    assert_int_equal(num_doubtful, 9); // as envs/chess_positions.h says
    ludus_free(pos);
    ludus_game_close(&game);
}

// By the rules alone, no table, no order.
static bool mates_slowly(const ludus_chess_board *board, int32_t moves)
{
    ludus_chess_move ours[LUDUS_CHESS_MAX_MOVES], theirs[LUDUS_CHESS_MAX_MOVES];
    const int32_t n = moves > 0 ? ludus_chess_moves(board, ours) : 0;
    for (int32_t i = 0; i < n; i++) {
        ludus_chess_board next = *board;
        ludus_chess_make(&next, ours[i]);
        const int32_t num_replies = ludus_chess_moves(&next, theirs);
        bool is_mate = num_replies > 0 || ludus_chess_board_is_check(&next);
        for (int32_t k = 0; k < num_replies && is_mate; k++) {
            ludus_chess_board after = next;
            ludus_chess_make(&after, theirs[k]);
            is_mate = mates_slowly(&after, moves - 1);
        }
        if (is_mate) {
            return true;
        }
    }
    return false;
}

// Positions where mates are frequent: heavy pieces against a king with a pawn or two.
static void it_agrees_with_a_slow_search(void **state)
{
    static const char *const starts[] = {
        "k7/8/2K5/8/8/8/p7/6Q1 w - - 0 1",    "3k4/3p4/8/3K4/8/8/8/R6R w - - 0 1",
        "7k/6pp/8/6N1/8/8/1Q6/K7 w - - 0 1",  "r3k3/8/8/8/8/8/5PPP/4K2R b Kq - 0 1",
        "8/1P1k4/8/3K4/8/8/6R1/8 w - - 0 1",  "5rk1/5ppp/8/8/2B5/1Q6/8/K3R3 w - - 0 1",
        "8/8/8/2p5/1pk5/8/1PQ5/1K6 b - - 0 1"};
    ludus_rng rng;
    int32_t found = 0;
    (void)state;
    ludus_rng_init(&rng, 5, 0);
    for (int i = 0; i < 700; i++) {
        ludus_chess_board board = board_of(starts[i % 7]);
        ludus_chess_move moves[LUDUS_CHESS_MAX_MOVES];
        for (uint32_t ply = ludus_rng_below(&rng, 8); ply > 0; ply--) {
            const int32_t n = ludus_chess_moves(&board, moves);
            if (n == 0) {
                break;
            }
            ludus_chess_make(&board, moves[ludus_rng_below(&rng, (uint32_t)n)]);
        }
        for (int32_t most = 1; most <= 2; most++) {
            const ludus_mate mate = search(&board, most);
            assert_int_equal(mate.verdict == LUDUS_MATE_FOUND, mates_slowly(&board, most));
            assert_int_not_equal(mate.verdict, LUDUS_MATE_UNDECIDED);
            if (mate.verdict == LUDUS_MATE_FOUND) {
                check_line(&board, &mate);
                found++;
            }
        }
    }
    assert_true(found > 50);
}

// A small table forgets, and is right all the same.
static void a_crowded_table_changes_nothing(void **state)
{
    static const char *const fens[] = {"8/6R1/8/3kP2p/5p2/N2B4/2P2B1P/1K6 w - - 3 52",
                                       "2b1N1k1/7p/4p1p1/8/B7/1P3p1P/6P1/4Q2K w - - 1 34"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        const ludus_chess_board board = board_of(fens[i]);
        ludus_mate_limits limits = ludus_mate_limits_default(3);
        ludus_mate found;
        limits.bytes = 1024;
        assert_int_equal(ludus_mate_search(&board, &limits, &found), LUDUS_OK);
        assert_int_equal(found.verdict, LUDUS_MATE_FOUND);
        assert_int_equal(found.moves, 3);
        check_line(&board, &found);
    }
}

// Rooks that drive a king to the edge by checks alone: longer than a full search could go.
static void long_mates_by_checks_alone_are_found(void **state)
{
    (void)state;
    const ludus_chess_board board = board_of("8/8/8/8/5k2/8/R7/1R5K w - - 0 1");
    const ludus_mate found = search(&board, 8);
    assert_int_equal(found.verdict, LUDUS_MATE_FOUND);
    assert_true(found.moves >= 4 && found.moves <= 8);
    check_line(&board, &found);
}

static bool count_polls(void *user)
{
    int32_t *left = user;
    return --*left < 0;
}

static void limits_leave_it_undecided(void **state)
{
    const ludus_chess_board start =
        board_of("rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq -");
    ludus_mate_limits limits = ludus_mate_limits_default(20);
    ludus_mate found;
    int32_t polls = 3;
    (void)state;
    limits.nodes = 10000;
    assert_int_equal(ludus_mate_search(&start, &limits, &found), LUDUS_OK);
    assert_int_equal(found.verdict, LUDUS_MATE_UNDECIDED);
    assert_true(found.nodes >= 10000 && found.nodes < 11000);
    limits = ludus_mate_limits_default(20);
    limits.should_stop = count_polls;
    limits.user = &polls;
    assert_int_equal(ludus_mate_search(&start, &limits, &found), LUDUS_OK);
    assert_int_equal(found.verdict, LUDUS_MATE_UNDECIDED);
    limits = ludus_mate_limits_default(20);
    limits.seconds = 0.01;
    assert_int_equal(ludus_mate_search(&start, &limits, &found), LUDUS_OK);
    assert_int_equal(found.verdict, LUDUS_MATE_UNDECIDED);
}

static void only_the_first_moves_asked_for_count(void **state)
{
    const ludus_chess_board board = board_of("6k1/5ppp/8/8/8/8/5PPP/3R2K1 w - - 0 1");
    const ludus_chess_move mate = ludus_chess_move_of(3, 59, 0),
                           other = ludus_chess_move_of(3, 11, 0);
    (void)state;
    assert_true(can_mate(&board, 1, &mate, 1));
    assert_false(can_mate(&board, 1, &other, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mates_in_one_to_three_are_found_and_no_shorter_ones),
        cmocka_unit_test(it_agrees_with_a_slow_search),
        cmocka_unit_test(a_crowded_table_changes_nothing),
        cmocka_unit_test(long_mates_by_checks_alone_are_found),
        cmocka_unit_test(limits_leave_it_undecided),
        cmocka_unit_test(only_the_first_moves_asked_for_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
