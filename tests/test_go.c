// Claims about the rules of Go.

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/process.h"
#include "envs/go.h"
#include "sanitized.h"

static void *open_game(ludus_game *game, const char *name)
{
    assert_int_equal(ludus_game_open(game, name, NULL), LUDUS_OK);
    void *pos = ludus_alloc(1, game->spec.state_bytes);
    ludus_game_init(game, pos);
    return pos;
}

static void close_game(ludus_game *game, void *pos)
{
    ludus_free(pos);
    ludus_game_close(game);
}

static void *set_board(ludus_game *game, const char *name, const char *text)
{
    ludus_error error;
    void *pos = open_game(game, name);
    if (ludus_game_from_text(game, pos, text, &error)) {
        fail_msg("%s", error.text);
    }
    return pos;
}

static ludus_move move_of(const ludus_game *game, const void *pos, const char *text)
{
    ludus_move move = LUDUS_MOVE_NONE;
    return ludus_game_parse_move(game, pos, text, &move, NULL) == LUDUS_OK ? move : LUDUS_MOVE_NONE;
}

static void play_all(const ludus_game *game, void *pos, const char *const *moves)
{
    for (; *moves != NULL; moves++) {
        const ludus_move move = move_of(game, pos, *moves);
        if (move == LUDUS_MOVE_NONE) {
            fail_msg("%s is not legal", *moves);
        }
        ludus_game_play(game, pos, move);
    }
}

// ---- The contract, and a slow obvious implementation ------------------------------------------

static void random_games_keep_the_contract(void **state)
{
    static const char *const names[] = {"go2", "go3", "go5", "go9", "go19"};
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        ludus_game game;
        ludus_error error;
        assert_int_equal(ludus_game_open(&game, names[i], &error), LUDUS_OK);
        const int32_t games = game.spec.board[0] > 9 ? 1 : LUDUS_TEST_SANITIZED ? 4 : 12;
        if (ludus_game_check(&game, 7, games, &error)) {
            fail_msg("%s", error.text);
        }
        ludus_game_close(&game);
    }
}

#define SLOW_MAX 81
#define SLOW_BOARDS 1024

// Stones alone, floods alone, every board kept whole.
typedef struct slow_go {
    int32_t size;
    bool allows_suicide;
    char board[SLOW_MAX]; // '.', 'b', 'w'
    char past[SLOW_BOARDS][SLOW_MAX];
    int32_t num_past;
} slow_go;

static bool slow_has_liberty(const slow_go *g, const char *board, int32_t point, bool *seen)
{
    const int32_t n = g->size, row = point / n, column = point % n;
    const int32_t next[4][2] = {
        {row - 1, column}, {row + 1, column}, {row, column - 1}, {row, column + 1}};
    seen[point] = true;
    for (int i = 0; i < 4; i++) {
        if (next[i][0] < 0 || next[i][0] >= n || next[i][1] < 0 || next[i][1] >= n) {
            continue;
        }
        const int32_t at = next[i][0] * n + next[i][1];
        if (board[at] == '.' ||
            (board[at] == board[point] && !seen[at] && slow_has_liberty(g, board, at, seen))) {
            return true;
        }
    }
    return false;
}

// The board after a stone, in `board`; false when that is illegal.
static bool slow_play(const slow_go *g, int32_t point, char colour, char *board)
{
    const int32_t points = g->size * g->size;
    bool dead[SLOW_MAX] = {false};
    memcpy(board, g->board, SLOW_MAX);
    if (board[point] != '.') {
        return false;
    }
    board[point] = colour;
    for (int32_t i = 0; i < points; i++) {
        bool seen[SLOW_MAX] = {false};
        dead[i] = board[i] != '.' && board[i] != colour && !slow_has_liberty(g, board, i, seen);
    }
    for (int32_t i = 0; i < points; i++) {
        board[i] = dead[i] ? '.' : board[i];
    }
    for (int32_t i = 0; i < points; i++) {
        bool seen[SLOW_MAX] = {false};
        dead[i] = board[i] == colour && !slow_has_liberty(g, board, i, seen);
    }
    if (dead[point] && !g->allows_suicide) {
        return false;
    }
    for (int32_t i = 0; i < points; i++) {
        board[i] = dead[i] ? '.' : board[i];
    }
    for (int32_t i = 0; i < g->num_past; i++) {
        if (memcmp(g->past[i], board, (size_t)points) == 0) {
            return false;
        }
    }
    return true;
}

static void slow_keep(slow_go *g)
{
    assert_true(g->num_past < SLOW_BOARDS);
    memcpy(g->past[g->num_past++], g->board, SLOW_MAX);
}

static int64_t compare_game(const ludus_game *game, void *pos, slow_go *slow, ludus_rng *rng)
{
    ludus_move moves[SLOW_MAX + 1];
    int64_t positions = 0;
    const int32_t points = slow->size * slow->size;
    ludus_game_init(game, pos);
    ludus_go_allow_suicide(game, pos, slow->allows_suicide);
    memset(slow->board, '.', sizeof slow->board);
    slow->num_past = 0;
    slow_keep(slow);
    while (ludus_game_outcome(game, pos) == LUDUS_ONGOING) {
        const int32_t n = ludus_game_legal(game, pos, moves);
        const char colour = ludus_game_to_move(game, pos) == 0 ? 'b' : 'w';
        char after[SLOW_MAX];
        int32_t k = 0;
        for (int32_t i = 0; i < points; i++) {
            const bool legal = k < n && moves[k] == i;
            assert_int_equal(slow_play(slow, i, colour, after), legal);
            k += legal;
        }
        // Few passes, so that boards fill up and strings are captured.
        const ludus_move move = n == 1 || ludus_rng_below(rng, 40) == 0
                                    ? points
                                    : moves[ludus_rng_below(rng, (uint32_t)n - 1)];
        ludus_game_play(game, pos, move);
        if (move != points) {
            assert_true(slow_play(slow, move, colour, after));
            memcpy(slow->board, after, sizeof after);
            slow_keep(slow);
        }
        for (int32_t i = 0; i < points; i++) {
            const ludus_go_colour at = ludus_go_at(game, pos, i);
            assert_int_equal(slow->board[i], at == LUDUS_GO_EMPTY   ? '.'
                                             : at == LUDUS_GO_BLACK ? 'b'
                                                                    : 'w');
        }
        positions++;
    }
    return positions;
}

// LUDUS_GO_GAMES asks for more games than usual.
static void moves_and_boards_equal_a_slow_implementation(void **state)
{
    static const char *const names[] = {"go2", "go3", "go4", "go6", "go9"};
    const char *asked = getenv("LUDUS_GO_GAMES");
    const int64_t games = asked ? atoll(asked) : LUDUS_TEST_SANITIZED ? 10 : 400;
    slow_go *slow = calloc(1, sizeof *slow);
    int64_t positions = 0;
    ludus_rng rng;
    (void)state;
    ludus_rng_init(&rng, 3, 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        ludus_game game;
        void *pos = open_game(&game, names[i]);
        slow->size = game.spec.board[0];
        for (int64_t k = 0; k < games / slow->size; k++) {
            slow->allows_suicide = k % 2 == 1;
            positions += compare_game(&game, pos, slow, &rng);
        }
        close_game(&game, pos);
    }
    print_message("%lld positions\n", (long long)positions);
    assert_true(positions > (LUDUS_TEST_SANITIZED ? 500 : 20000));
    free(slow);
}

// ---- Published counts ------------------------------------------------------------------------

// Boards on which every string has a liberty: Tromp & Farneback 2007, table 1.
static void counts_of_legal_boards_are_the_published_ones(void **state)
{
    static const struct {
        const char *name;
        int32_t points, count;
    } sizes[] = {{"go2", 4, 57}, {"go3", 9, 12675}, {"go4", 16, 24318165}};
    (void)state;
    for (size_t s = 0; s < (LUDUS_TEST_SANITIZED ? 2 : 3); s++) {
        ludus_game game;
        void *pos = open_game(&game, sizes[s].name);
        int32_t count = 0, boards = 1;
        for (int32_t i = 0; i < sizes[s].points; i++) {
            boards *= 3;
        }
        for (int32_t b = 0; b < boards; b++) {
            ludus_go_colour colours[16];
            int32_t rest = b;
            for (int32_t i = 0; i < sizes[s].points; i++, rest /= 3) {
                colours[i] = (ludus_go_colour)(rest % 3);
            }
            count += ludus_go_set_up(&game, pos, colours, LUDUS_GO_BLACK, NULL) == LUDUS_OK;
        }
        assert_int_equal(count, sizes[s].count);
        close_game(&game, pos);
    }
}

// ---- Rules by example ------------------------------------------------------------------------

static void a_ko_may_not_be_retaken_at_once(void **state)
{
    ludus_game game;
    void *pos = set_board(&game, "go4", ".xo./x.xo/.xo./.... o");
    (void)state;
    // White takes B3, black may not take C3 back before something else has changed.
    assert_int_equal(move_of(&game, pos, "C3"), LUDUS_MOVE_NONE);
    play_all(&game, pos, (const char *const[]){"B3", NULL});
    assert_int_equal(ludus_go_captures(&game, pos, LUDUS_GO_WHITE), 1);
    assert_int_equal(move_of(&game, pos, "C3"), LUDUS_MOVE_NONE);
    play_all(&game, pos, (const char *const[]){"A1", "D1", "C3", NULL});
    assert_int_equal(ludus_go_captures(&game, pos, LUDUS_GO_BLACK), 1);
    close_game(&game, pos);
}

static void suicide_is_illegal_and_capture_is_not(void **state)
{
    ludus_game game;
    void *pos = set_board(&game, "go3", ".x./xx./... o");
    (void)state;
    assert_int_equal(move_of(&game, pos, "A3"), LUDUS_MOVE_NONE);
    close_game(&game, pos);
    pos = set_board(&game, "go3", ".xo/xxo/oo. o");
    assert_true(move_of(&game, pos, "A3") >= 0);
    play_all(&game, pos, (const char *const[]){"A3", NULL});
    assert_int_equal(ludus_go_captures(&game, pos, LUDUS_GO_WHITE), 3);
    close_game(&game, pos);
}

static void two_passes_end_the_game_and_area_decides(void **state)
{
    ludus_game game;
    ludus_go_colour owner[25];
    float lead, owned[25];
    void *pos = set_board(&game, "go5", ".xo../.xo../.xo../.xo../.xo.. x");
    (void)state;
    ludus_go_set_komi(&game, pos, 13);
    play_all(&game, pos, (const char *const[]){"pass", "pass", NULL});
    assert_int_equal(ludus_game_outcome(&game, pos), LUDUS_LOSS); // 10 against 15 + 6.5
    assert_int_equal(ludus_go_area(&game, pos, owner), 2 * (10 - 15) - 13);
    ludus_game_result(&game, pos, &lead, owned);
    assert_true(lead == -11.5f);
    for (int i = 0; i < 25; i++) {
        assert_int_equal(owner[i], i % 5 < 2 ? LUDUS_GO_BLACK : LUDUS_GO_WHITE);
        assert_true(owned[i] == (i % 5 < 2 ? 1.0f : 0.0f));
    }
    close_game(&game, pos);
}

static void dead_stones_count_for_the_other_side(void **state)
{
    ludus_game game;
    ludus_go_colour owner[25];
    bool dead[25] = {false};
    void *pos = set_board(&game, "go5", ".xo../oxo../.xo../.xo.x/.xo.. x");
    (void)state;
    ludus_go_set_komi(&game, pos, 0);
    dead[5] = dead[19] = true; // a white stone at A4, a black one at E2
    assert_int_equal(ludus_go_area_without(&game, pos, dead, owner), 2 * (10 - 15));
    // Territory 5 and 10, a prisoner each.
    assert_int_equal(ludus_go_territory(&game, pos, dead, owner), 2 * (5 + 1 - 10 - 1));
    assert_int_equal(owner[1], LUDUS_GO_EMPTY);
    close_game(&game, pos);
}

static void unconditional_life_is_found(void **state)
{
    static const struct {
        const char *board;
        const char *safe; // 'x', 'o' or '.'
    } cases[] = {
        {".x.x./xxxxx/...../...../..... x", "xxxxxxxxxx..............."}, // two eyes
        {".xx../xx.../...../...../..... x", "........................."}, // one eye
        // An eye of two points and one of one, with a white stone inside the first.
        {".ox.x/xxxxx/...../...../..... x", "xxxxxxxxxx..............."},
        // Two strings that live by two eyes they share; white has nothing.
        {".x.../x.x../.x.../x..../..... x", "........................."},
        // Both sides live; the column between them is nobody's.
        {".x.o./xx.oo/.x.o./xx.oo/.x.o. x", "xx.ooxx.ooxx.ooxx.ooxx.oo"},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        ludus_game game;
        ludus_go_colour safe[25];
        void *pos = set_board(&game, "go5", cases[k].board);
        ludus_go_safe(&game, pos, safe);
        for (int i = 0; i < 25; i++) {
            assert_int_equal("xo."[safe[i]], cases[k].safe[i]);
        }
        close_game(&game, pos);
    }
}

// A suicide of two stones, which then belong to the opponent's captures; that of one would repeat
// the board.
static void suicide_is_legal_where_it_is_allowed(void **state)
{
    ludus_game game;
    void *pos = set_board(&game, "go4", "o.x./xx../..../.... o");
    (void)state;
    assert_int_equal(move_of(&game, pos, "B4"), LUDUS_MOVE_NONE);
    ludus_go_allow_suicide(&game, pos, true);
    play_all(&game, pos, (const char *const[]){"B4", NULL});
    assert_int_equal(ludus_go_at(&game, pos, 0), LUDUS_GO_EMPTY);
    assert_int_equal(ludus_go_at(&game, pos, 1), LUDUS_GO_EMPTY);
    assert_int_equal(ludus_go_captures(&game, pos, LUDUS_GO_BLACK), 2);
    play_all(&game, pos, (const char *const[]){"D1", "pass", "B4", NULL});
    assert_int_equal(move_of(&game, pos, "A4"), LUDUS_MOVE_NONE); // one white stone
    close_game(&game, pos);
}

// ---- The end of a game -----------------------------------------------------------------------

static void settled_boards_are_judged_as_players_do(void **state)
{
    ludus_game game;
    ludus_go_verdict verdict;
    ludus_rng rng;
    float black[25];
    (void)state;
    ludus_rng_init(&rng, 8, 0);
    // White's stone at A5 sits in black's territory, black's at E3 in white's.
    void *pos = set_board(&game, "go5", "oxoo./.xooo/xxo.x/.xooo/.xoo. x");
    (void)ludus_go_playouts(&game, pos, &rng, 400, black);
    ludus_go_judge(&game, pos, black, &verdict);
    for (int i = 0; i < 25; i++) {
        assert_int_equal(verdict.dead[i], i == 0 || i == 14);
        assert_int_equal(verdict.owner[i], i % 5 < 2 ? LUDUS_GO_BLACK : LUDUS_GO_WHITE);
    }
    assert_true(verdict.is_settled);
    close_game(&game, pos);
    // An open board is nobody's yet.
    pos = set_board(&game, "go5", "...../..x../...../.o.../..... x");
    (void)ludus_go_playouts(&game, pos, &rng, 400, black);
    ludus_go_judge(&game, pos, black, &verdict);
    assert_false(verdict.is_settled);
    for (int i = 0; i < 25; i++) {
        assert_false(verdict.dead[i]);
        assert_true(black[i] > 0.05f && black[i] < 0.95f);
    }
    close_game(&game, pos);
}

static void shares_of_the_mover_are_told_as_blacks(void **state)
{
    const float mover[25] = {1.0f, 0.25f};
    (void)state;
    for (int black_moves = 0; black_moves < 2; black_moves++) {
        ludus_game game;
        float black[25];
        void *pos = set_board(&game, "go5",
                              black_moves ? "...../...../...../...../..... x"
                                          : "...../...../...../...../..... o");
        ludus_go_black_share(&game, pos, mover, black);
        assert_true(black[0] == (black_moves ? 1.0f : 0.0f));
        assert_true(black[1] == (black_moves ? 0.25f : 0.75f));
        assert_true(black[24] == (black_moves ? 0.0f : 1.0f));
        close_game(&game, pos);
    }
}

static void play_goes_on_after_two_passes(void **state)
{
    ludus_game game;
    void *pos = open_game(&game, "go5");
    (void)state;
    play_all(&game, pos, (const char *const[]){"C3", "pass", "pass", NULL});
    assert_int_not_equal(ludus_game_outcome(&game, pos), LUDUS_ONGOING);
    ludus_go_resume(&game, pos);
    play_all(&game, pos, (const char *const[]){"B2", "pass", NULL});
    assert_int_equal(ludus_game_outcome(&game, pos), LUDUS_ONGOING);
    assert_int_equal(move_of(&game, pos, "C3"), LUDUS_MOVE_NONE);
    close_game(&game, pos);
}

// The answer of GNU Go to one command, without its "= ".
static void gnugo_ask(ludus_process *gnugo, const char *command, char *out, size_t size)
{
    char line[64];
    const char *answer;
    ludus_error error;
    snprintf(line, sizeof line, "%s\n", command);
    assert_int_equal(ludus_process_write(gnugo, line, 60, &error), LUDUS_OK);
    out[0] = '\0';
    for (bool is_first = true;; is_first = false) {
        if (ludus_process_read_line(gnugo, 60, &answer, &error)) {
            fail_msg("%s", error.text);
        }
        if (answer[0] == '\0') {
            return;
        }
        assert_true(!is_first || answer[0] == '=');
        const size_t used = strlen(out);
        snprintf(out + used, size - used, "%s ", is_first ? answer + 2 : answer);
    }
}

// GNU Go plays itself and counts; we count the same boards with the dead stones that it names.
static void counting_agrees_with_gnugo(void **state)
{
    static const char *const commands[] = {"gnugo --mode gtp --level 1 --japanese-rules",
                                           "gnugo --mode gtp --level 1 --chinese-rules"};
    (void)state;
    if (system("command -v gnugo >/dev/null") != 0) {
        skip();
    }
    for (int k = 0; k < 6; k++) {
        ludus_game game;
        ludus_process *gnugo;
        char text[1024], *rest = NULL;
        bool dead[81] = {false};
        ludus_go_colour owner[81];
        void *pos = open_game(&game, "go9");
        assert_int_equal(ludus_process_start(&gnugo, commands[k % 2], NULL), LUDUS_OK);
        gnugo_ask(gnugo, "boardsize 9", text, sizeof text);
        gnugo_ask(gnugo, "komi 7", text, sizeof text);
        snprintf(text, sizeof text, "set_random_seed %d", k);
        gnugo_ask(gnugo, text, text, sizeof text);
        while (ludus_game_outcome(&game, pos) == LUDUS_ONGOING) {
            gnugo_ask(gnugo, ludus_game_to_move(&game, pos) ? "genmove w" : "genmove b", text,
                      sizeof text);
            text[strcspn(text, " ")] = '\0';
            play_all(&game, pos, (const char *const[]){text, NULL});
        }
        gnugo_ask(gnugo, "final_status_list dead", text, sizeof text);
        for (char *w = strtok_r(text, " ", &rest); w != NULL; w = strtok_r(NULL, " ", &rest)) {
            ludus_move point;
            assert_int_equal(game.ops->move_from_text(game.ctx, pos, w, &point), LUDUS_OK);
            dead[point] = true;
        }
        gnugo_ask(gnugo, "final_score", text, sizeof text);
        const double theirs = text[0] == '0' ? 0 : (text[0] == 'B' ? 1 : -1) * atof(text + 2);
        const int32_t ours = k % 2 == 0 ? ludus_go_territory(&game, pos, dead, owner)
                                        : ludus_go_area_without(&game, pos, dead, owner);
        assert_true(0.5 * ours == theirs);
        ludus_process_stop(gnugo, 5);
        close_game(&game, pos);
    }
}

static void moves_are_written_as_in_gtp(void **state)
{
    ludus_game game;
    char text[LUDUS_GAME_TEXT_MAX];
    void *pos = open_game(&game, "go19");
    (void)state;
    assert_int_equal(move_of(&game, pos, "A19"), 0);
    assert_int_equal(move_of(&game, pos, "t1"), 360);
    assert_int_equal(move_of(&game, pos, "J10"), 9 * 19 + 8);
    assert_int_equal(move_of(&game, pos, "PASS"), 361);
    assert_int_equal(move_of(&game, pos, "I5"), LUDUS_MOVE_NONE);
    assert_int_equal(move_of(&game, pos, "A20"), LUDUS_MOVE_NONE);
    assert_int_equal(move_of(&game, pos, "A0"), LUDUS_MOVE_NONE);
    ludus_game_move_text(&game, pos, 8, text);
    assert_string_equal(text, "J19");
    close_game(&game, pos);
}

// Playouts fill the board but for eyes, so everything belongs to somebody; from a board with one
// colour alive they cannot lose it; and equal streams give equal games.
static void playouts_end_with_everything_owned(void **state)
{
    ludus_game game;
    ludus_rng rng;
    int32_t lead, again, wins = 0;
    (void)state;
    void *pos = open_game(&game, "go9");
    for (uint64_t i = 0; i < 200; i++) {
        ludus_rng_init(&rng, 5, i);
        const int32_t moves = ludus_go_playout(&game, pos, &rng, &lead);
        assert_true(moves > 81 / 2 && moves <= game.spec.max_plies);
        // All 81 points are somebody's, so the lead on the board is odd.
        assert_int_equal((lead + ludus_go_komi(&game, pos)) / 2 & 1, 1);
        wins += lead > 0;
        ludus_rng_init(&rng, 5, i);
        assert_int_equal(ludus_go_playout(&game, pos, &rng, &again), moves);
        assert_int_equal(again, lead);
    }
    assert_true(wins > 40 && wins < 120); // black moves first, white has 7 points
    close_game(&game, pos);
    pos = set_board(&game, "go5", ".x.x./xxxxx/xxxxx/...../..... o");
    for (uint64_t i = 0; i < 50; i++) {
        ludus_rng_init(&rng, 6, i);
        (void)ludus_go_playout(&game, pos, &rng, &lead);
        assert_true(lead >= 2 * (15 - 10));
    }
    close_game(&game, pos);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_games_keep_the_contract),
        cmocka_unit_test(moves_and_boards_equal_a_slow_implementation),
        cmocka_unit_test(counts_of_legal_boards_are_the_published_ones),
        cmocka_unit_test(a_ko_may_not_be_retaken_at_once),
        cmocka_unit_test(suicide_is_illegal_and_capture_is_not),
        cmocka_unit_test(two_passes_end_the_game_and_area_decides),
        cmocka_unit_test(dead_stones_count_for_the_other_side),
        cmocka_unit_test(unconditional_life_is_found),
        cmocka_unit_test(suicide_is_legal_where_it_is_allowed),
        cmocka_unit_test(settled_boards_are_judged_as_players_do),
        cmocka_unit_test(shares_of_the_mover_are_told_as_blacks),
        cmocka_unit_test(play_goes_on_after_two_passes),
        cmocka_unit_test(counting_agrees_with_gnugo),
        cmocka_unit_test(moves_are_written_as_in_gtp),
        cmocka_unit_test(playouts_end_with_everything_owned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
