// Claims about ludus as a UCI engine: a session talked to in this process, and the program itself.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/level.h"
#include "agents/uci_report.h"
#include "agents/uci_session.h"

static ludus_game game;

static int open_chess(void **state)
{
    ludus_error error;
    (void)state;
    return ludus_game_open(&game, "chess", &error) == LUDUS_OK ? 0 : -1;
}

static int close_chess(void **state)
{
    (void)state;
    ludus_game_close(&game);
    return 0;
}

// ---- A peer that keeps what it hears ------------------------------------------------------------

typedef struct peer {
    ludus_uci_session *session;
    pthread_mutex_t mutex;
    pthread_cond_t news;
    char heard[1 << 18];
    size_t length;
    size_t read; // what expect() has passed
} peer;

static void listen(const char *text, void *user)
{
    peer *p = user;
    pthread_mutex_lock(&p->mutex);
    const size_t length = strlen(text);
    assert_true(p->length + length + 1 < sizeof(p->heard));
    memcpy(p->heard + p->length, text, length + 1);
    p->length += length;
    pthread_cond_signal(&p->news);
    pthread_mutex_unlock(&p->mutex);
}

static peer *meet(void)
{
    ludus_error error;
    peer *p = calloc(1, sizeof(*p));
    pthread_mutex_init(&p->mutex, NULL);
    pthread_cond_init(&p->news, NULL);
    ludus_uci_session_config config = {.options = ludus_uci_options_default(),
                                       .name = "test",
                                       .say = listen,
                                       .user = p,
                                       .seed = 1};
    config.options.hash = 16;
    assert_int_equal(ludus_uci_session_create(&p->session, &game, &config, &error), LUDUS_OK);
    return p;
}

static void part(peer *p)
{
    ludus_uci_session_destroy(p->session);
    pthread_cond_destroy(&p->news);
    pthread_mutex_destroy(&p->mutex);
    free(p);
}

static void tell(peer *p, const char *line)
{
    assert_true(ludus_uci_session_hear(p->session, line));
}

// Waits for a line that begins with `word` after what was read before; copies it.
static void expect(peer *p, const char *word, char line[512])
{
    pthread_mutex_lock(&p->mutex);
    for (;;) {
        while (p->read < p->length) {
            const char *text = p->heard + p->read;
            const size_t length = strcspn(text, "\n");
            p->read += length + 1;
            if (strncmp(text, word, strlen(word)) == 0) {
                snprintf(line, 512, "%.*s", (int)length, text);
                pthread_mutex_unlock(&p->mutex);
                return;
            }
        }
        pthread_cond_wait(&p->news, &p->mutex);
    }
}

// Waits for the search's end; copies its last "info depth" line. A slow machine reports before.
static void expect_last_info(peer *p, char info[512])
{
    char line[512];
    info[0] = '\0';
    for (;;) {
        expect(p, "", line);
        if (strncmp(line, "bestmove", 8) == 0) {
            return;
        }
        if (strncmp(line, "info depth", 10) == 0) {
            strcpy(info, line);
        }
    }
}

static bool has_heard(peer *p, const char *word)
{
    pthread_mutex_lock(&p->mutex);
    const bool has = strstr(p->heard + p->read, word) != NULL;
    pthread_mutex_unlock(&p->mutex);
    return has;
}

static bool is_running_silently(peer *p)
{
    const double until = ludus_clock() + 0.05;
    while (ludus_clock() < until) {
        if (has_heard(p, "bestmove")) {
            return false;
        }
    }
    return true;
}

// ---- Introductions and options ------------------------------------------------------------------

static void it_introduces_itself_with_its_options(void **state)
{
    char line[512];
    static const char *const names[] = {
        "Hash",          "Clear Hash",  "Threads",      "WeightsFile",       "MultiPV",
        "Ponder",        "UCI_ShowWDL", "UCI_Chess960", "UCI_LimitStrength", "UCI_Elo",
        "Move Overhead", "Precision",   "Batch"};
    peer *p = meet();
    (void)state;
    tell(p, "uci\n");
    expect(p, "uciok", line);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char option[64];
        snprintf(option, sizeof(option), "option name %s type ", names[i]);
        assert_non_null(strstr(p->heard, option));
    }
    tell(p, "isready");
    expect(p, "readyok", line);
    assert_non_null(strstr(p->heard, "info string no net"));
    part(p);
}

static void mistakes_are_answered_and_survived(void **state)
{
    static const struct {
        const char *said, *answer;
    } cases[] = {
        {"hello", "info string unknown command: hello"},
        {"setoption name Hsh value 3", "info string no option \"Hsh\" (did you mean Hash?)"},
        {"setoption name Hash value many", "info string Hash must be 1 .. 65536"},
        {"setoption name Hash value 99999999999999999999", "info string Hash must be"},
        {"setoption name Ponder value perhaps", "info string Ponder must be true or false"},
        {"setoption value 3", "info string setoption: no name"},
        {"position", "info string position: neither startpos nor fen"},
        {"position fen 8/8/8/8", "info string no FEN"},
        {"position startpos moves e2e4 e2e4", "info string not a legal move: \"e2e4\""},
        {"position startpos e2e4", "info string position: expected \"moves\""},
        {"go nodes x", "info string go: nodes: \"x\""},
    };
    char line[512];
    peer *p = meet();
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        tell(p, cases[i].said);
        expect(p, "info string", line);
        assert_true(strncmp(line, cases[i].answer, strlen(cases[i].answer)) == 0);
    }
    tell(p, "stop");
    expect(p, "bestmove", line);
    tell(p, "tell me isready"); // unknown words before a command are skipped
    expect(p, "readyok", line);
    assert_false(ludus_uci_session_hear(p->session, "quit\n"));
    part(p);
}

// ---- Limits -------------------------------------------------------------------------------------

static int32_t number_after(const char *line, const char *word)
{
    const char *at = strstr(line, word);
    assert_non_null(at);
    return (int32_t)strtol(at + strlen(word), NULL, 10);
}

static void nodes_depth_and_times_end_a_search(void **state)
{
    char line[512];
    peer *p = meet();
    (void)state;
    tell(p, "position startpos moves e2e4");
    tell(p, "go nodes 100");
    expect_last_info(p, line);
    assert_int_equal(number_after(line, " nodes "), 100);
    static const char *const others[] = {"go depth 2", "go movetime 20",
                                         "go wtime 500 btime 500 winc 10 binc 10 movestogo 20",
                                         "go wtime -5 btime 0", "go mate 1 nodes 50"};
    tell(p, "setoption name Hash value 64"); // seconds of work; full, it ends a search too
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        tell(p, others[i]);
        expect_last_info(p, line);
        assert_true(number_after(line, " hashfull ") < 800);
    }
    part(p);
}

// The peer's clock loses nearly two seconds to a move of one simulation.
static void the_lag_is_learnt_from_the_peers_clock(void **state)
{
    static const struct {
        const char *go, *lag;
    } cases[] = {
        {"go wtime 60000 btime 60000 winc 100 binc 100 nodes 1", "lag 0.010 s"},
        {"go wtime 58200 btime 60000 winc 100 binc 100 nodes 1", "lag 0.100 s"},
        {"go wtime 99000 btime 60000 winc 100 binc 100 nodes 1", "lag 0.100 s"}, // another game
    };
    char line[512];
    peer *p = meet();
    (void)state;
    tell(p, "isready");
    tell(p, "debug on");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        tell(p, cases[i].go);
        expect(p, "info string time", line);
        assert_non_null(strstr(line, cases[i].lag));
        expect(p, "bestmove", line);
    }
    tell(p, "setoption name Move Overhead value 300");
    tell(p, "go wtime 99000 btime 60000 nodes 1");
    expect(p, "info string time", line);
    assert_non_null(strstr(line, "lag 0.300 s"));
    expect(p, "bestmove", line);
    tell(p, "debug off");
    const size_t before = p->length;
    tell(p, "go wtime 99000 btime 60000 nodes 1");
    expect(p, "bestmove", line);
    assert_null(strstr(p->heard + before, "lag"));
    part(p);
}

static void infinite_and_ponder_wait_for_their_word(void **state)
{
    char line[512];
    peer *p = meet();
    (void)state;
    // A mate in one proves the root at once; "infinite" still waits.
    tell(p, "position fen 6k1/5ppp/8/8/8/8/5PPP/3R2K1 w - - 0 1");
    tell(p, "go infinite");
    assert_true(is_running_silently(p));
    tell(p, "stop");
    expect(p, "bestmove", line);
    assert_string_equal(line, "bestmove d1d8");
    tell(p, "go ponder nodes 10 wtime 1000 btime 1000");
    assert_true(is_running_silently(p));
    tell(p, "ponderhit");
    expect(p, "bestmove d1d8", line);
    tell(p, "go ponder infinite");
    tell(p, "ponderhit");
    assert_true(is_running_silently(p));
    tell(p, "stop");
    expect(p, "bestmove d1d8", line);
    tell(p, "stop"); // nothing runs: nothing is said
    assert_false(has_heard(p, "bestmove"));
    part(p);
}

static void searchmoves_are_the_only_ones_searched(void **state)
{
    char line[512];
    peer *p = meet();
    (void)state;
    tell(p, "position startpos");
    tell(p, "go searchmoves a2a3 h2h4 nodes 200");
    expect(p, "bestmove", line);
    assert_true(strncmp(line, "bestmove a2a3", 13) == 0 || strncmp(line, "bestmove h2h4", 13) == 0);
    tell(p, "go nodes 50 searchmoves h2h4");
    expect(p, "bestmove h2h4", line);
    part(p);
}

// ---- What it says -------------------------------------------------------------------------------

static void mates_are_announced_with_their_distance(void **state)
{
    char line[512];
    peer *p = meet();
    (void)state;
    tell(p, "setoption name UCI_ShowWDL value true");
    tell(p, "position fen 6k1/5ppp/8/8/8/8/5PPP/3R2K1 w - - 0 1");
    tell(p, "go nodes 2000");
    expect_last_info(p, line);
    assert_non_null(strstr(line, " score mate 1 wdl 1000 0 0 "));
    assert_non_null(strstr(line, " pv d1d8"));
    // Two rooks: the lone king is mated in two whatever it does.
    tell(p, "position fen k7/7R/8/8/8/8/8/K5R1 b - - 0 1");
    tell(p, "go nodes 4000");
    expect_last_info(p, line);
    assert_non_null(strstr(line, " score mate -1 wdl 0 0 1000 "));
    part(p);
}

static void go_mate_finds_what_there_is_and_moves_anyway(void **state)
{
    char line[512];
    peer *p = meet();
    (void)state;
    tell(p, "setoption name UCI_ShowWDL value true");
    tell(p, "position fen 2b1N1k1/7p/4p1p1/8/B7/1P3p1P/6P1/4Q2K w - - 1 34");
    tell(p, "go mate 3");
    expect(p, "info depth 5", line);
    assert_non_null(strstr(line, " score mate 3 wdl 1000 0 0 nodes "));
    assert_non_null(strstr(line, " pv e1e5 "));
    expect(p, "bestmove", line);
    assert_non_null(strstr(line, "bestmove e1e5 ponder "));
    tell(p, "go mate 2");
    expect(p, "info string there is no mate in 2 moves", line);
    expect(p, "bestmove", line);
    assert_null(strstr(line, "(none)"));
    tell(p, "go mate 3 searchmoves h1g1 movetime 300");
    expect(p, "info string", line);
    expect(p, "bestmove h1g1", line);
    tell(p, "position startpos");
    tell(p, "go mate 12 nodes 300");
    expect(p, "info string found no mate in 12 moves", line);
    expect(p, "bestmove", line);
    tell(p, "go mate 100 nodes 300"); // more than is looked for, or claimed
    expect(p, "info string found no mate in 64 moves", line);
    expect(p, "bestmove", line);
    tell(p, "go mate 12"); // for hours
    assert_true(is_running_silently(p));
    tell(p, "stop");
    expect(p, "bestmove", line);
    tell(p, "go mate 12");
    tell(p, "isready");
    expect(p, "readyok", line);
    tell(p, "setoption name Hash value 8"); // ends it as well
    expect(p, "bestmove", line);
    tell(p, "go mate 12");
    part(p); // while it searches
}

static void several_lines_come_best_first(void **state)
{
    char line[512];
    peer *p = meet();
    (void)state;
    tell(p, "setoption name MultiPV value 3");
    tell(p, "position startpos");
    tell(p, "go nodes 300");
    for (int i = 1; i <= 3; i++) {
        char number[32];
        expect(p, "info depth", line);
        snprintf(number, sizeof(number), " multipv %d ", i);
        assert_non_null(strstr(line, number));
    }
    expect(p, "bestmove", line);
    part(p);
}

// A mate at once proves the root before any other move is looked at.
static void lines_that_nobody_searched_are_not_told(void **state)
{
    char line[512];
    peer *p = meet();
    (void)state;
    tell(p, "setoption name MultiPV value 3");
    tell(p, "position fen 6k1/5ppp/8/8/8/8/8/R3K3 w - - 0 1");
    tell(p, "go nodes 300");
    expect_last_info(p, line);
    assert_non_null(strstr(line, " multipv 1 score mate 1 "));
    assert_null(strstr(p->heard, " multipv 2 "));
    part(p);
}

static void centipawns_rise_with_the_value(void **state)
{
    (void)state;
    assert_int_equal(ludus_uci_centipawns(0.0f), 0);
    for (float v = -1.0f; v < 1.0f; v += 0.01f) {
        assert_true(ludus_uci_centipawns(v) <= ludus_uci_centipawns(v + 0.01f));
    }
    assert_true(ludus_uci_centipawns(-1.0f) >= -10000 && ludus_uci_centipawns(1.0f) <= 10000);
    assert_int_equal(ludus_uci_centipawns(0.5f), -ludus_uci_centipawns(-0.5f));
}

// ---- Rules --------------------------------------------------------------------------------------

static void chess960_castles_by_king_takes_rook(void **state)
{
    char line[512];
    peer *p = meet();
    (void)state;
    tell(p, "setoption name UCI_Chess960 value true");
    tell(p, "position fen 1r2k1r1/1p4p1/8/8/8/8/1P4P1/1R2K1R1 w GBgb - 0 1");
    tell(p, "go searchmoves e1g1 nodes 20");
    expect(p, "bestmove e1g1", line);
    tell(p, "position fen 1r2k1r1/1p4p1/8/8/8/8/1P4P1/1R2K1R1 w GBgb - 0 1 moves e1g1 e8b8");
    tell(p, "d");
    expect(p, "fen 2kr2r1/1p4p1/8/8/8/8/1P4P1/1R3RK1 w", line);
    part(p);
}

static void it_plays_on_where_nobody_claimed_the_draw(void **state)
{
    char text[4096] = "position startpos moves";
    char line[512];
    peer *p = meet();
    (void)state;
    for (int i = 0; i < 40; i++) {
        strcat(text, " g1f3 g8f6 f3g1 f6g8"); // 160 plies, 40 occurrences
    }
    tell(p, text);
    tell(p, "go nodes 50");
    expect(p, "bestmove", line);
    assert_null(strstr(line, "(none)"));
    tell(p, "position fen 4k3/8/8/8/8/8/8/4K1N1 w - - 0 1"); // nobody can win
    tell(p, "go nodes 50");
    expect(p, "bestmove", line);
    assert_null(strstr(line, "(none)"));
    part(p);
}

static void without_moves_there_is_no_best_one(void **state)
{
    char line[512];
    peer *p = meet();
    (void)state;
    tell(p, "position fen 7k/6Q1/6K1/8/8/8/8/8 b - - 0 1");
    tell(p, "go movetime 100");
    expect(p, "info string checkmate", line);
    expect(p, "bestmove (none)", line);
    part(p);
}

static void elo_chooses_the_level(void **state)
{
    (void)state;
    assert_int_equal(ludus_uci_level_of_elo(LUDUS_UCI_ELO_MIN), 1);
    assert_int_equal(ludus_uci_level_of_elo(LUDUS_UCI_ELO_MAX), LUDUS_LEVEL_MAX);
    for (int32_t level = 1; level <= LUDUS_LEVEL_MAX; level++) {
        assert_int_equal(ludus_uci_level_of_elo(400 + 200 * level), level);
    }
    for (int32_t elo = LUDUS_UCI_ELO_MIN; elo < LUDUS_UCI_ELO_MAX; elo++) {
        assert_true(ludus_uci_level_of_elo(elo) <= ludus_uci_level_of_elo(elo + 1));
    }
}

static void limited_strength_searches_less(void **state)
{
    char line[512];
    peer *p = meet();
    (void)state;
    tell(p, "setoption name UCI_LimitStrength value true");
    tell(p, "setoption name UCI_Elo value 600");
    expect(p, "info string UCI_Elo 600 plays level 1 of 10;", line);
    tell(p, "position startpos");
    tell(p, "go movetime 60000");
    expect_last_info(p, line);
    assert_int_equal(number_after(line, " nodes "), ludus_level_of(1).simulations);
    part(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_introduces_itself_with_its_options),
        cmocka_unit_test(mistakes_are_answered_and_survived),
        cmocka_unit_test(nodes_depth_and_times_end_a_search),
        cmocka_unit_test(the_lag_is_learnt_from_the_peers_clock),
        cmocka_unit_test(infinite_and_ponder_wait_for_their_word),
        cmocka_unit_test(searchmoves_are_the_only_ones_searched),
        cmocka_unit_test(mates_are_announced_with_their_distance),
        cmocka_unit_test(go_mate_finds_what_there_is_and_moves_anyway),
        cmocka_unit_test(several_lines_come_best_first),
        cmocka_unit_test(lines_that_nobody_searched_are_not_told),
        cmocka_unit_test(centipawns_rise_with_the_value),
        cmocka_unit_test(chess960_castles_by_king_takes_rook),
        cmocka_unit_test(it_plays_on_where_nobody_claimed_the_draw),
        cmocka_unit_test(without_moves_there_is_no_best_one),
        cmocka_unit_test(elo_chooses_the_level),
        cmocka_unit_test(limited_strength_searches_less),
    };
    return cmocka_run_group_tests(tests, open_chess, close_chess);
}
