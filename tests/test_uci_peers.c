// Claims about the program and programs not written here, over pipes: Stockfish as its opponent,
// PolyGlot as the one that drives it. Skipped where they are not installed.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/process.h"
#include "envs/chess.h"
#include "other_program.h"
#include "selfplay/match.h"

#define PATIENCE 60.0 // seconds

static void a_match_with_stockfish_is_played_to_its_end(void **state)
{
    char ludus[1024], ours[1200];
    ludus_game game;
    ludus_error error;
    ludus_match_result result;
    ludus_match_config config = ludus_match_config_default();
    (void)state;
    if (!program_is_installed("stockfish")) {
        skip();
    }
    program_under_test(ludus);
    assert_int_equal(ludus_game_open(&game, "chess", &error), LUDUS_OK);
    snprintf(ours, sizeof(ours), "uci:%s uci?nodes=20&Hash=8&WeightsFile=<empty>", ludus);
    config.player[0] = ours;
    config.player[1] = "uci:stockfish?nodes=300&Hash=8";
    config.pairs = 1;
    config.opening_plies = 6;
    if (ludus_match_run(&game, &config, NULL, NULL, NULL, &result, &error)) {
        fail_msg("%s", error.text);
    }
    print_message("+%d =%d -%d in %.0f plies\n", result.wins, result.draws, result.losses,
                  result.plies);
    assert_int_equal(result.wins + result.draws + result.losses, 2);
    assert_int_equal(result.forfeits[0] + result.forfeits[1], 0);
    ludus_game_close(&game);
}

// ---- PolyGlot: xboard's protocol towards us, UCI towards ludus ----------------------------------

static void tell(ludus_process *p, const char *text)
{
    ludus_error error;
    if (ludus_process_write(p, text, PATIENCE, &error)) {
        fail_msg("%s", error.text);
    }
}

// The rest of the next line that begins with `word`; a complaint about a move fails.
static const char *expect(ludus_process *p, const char *word)
{
    const char *line;
    ludus_error error;
    for (;;) {
        if (ludus_process_read_line(p, PATIENCE, &line, &error)) {
            fail_msg("waiting for \"%s\": %s", word, error.text);
        }
        if (strncmp(line, "Illegal", 7) == 0) {
            fail_msg("%s", line);
        }
        const char *at = strstr(line, word);
        if (at != NULL) {
            return at + strlen(word);
        }
    }
}

static void play_typed(const ludus_game *game, void *pos, const char *text)
{
    char word[LUDUS_GAME_TEXT_MAX];
    ludus_move move;
    ludus_error error;
    snprintf(word, sizeof(word), "%.*s", (int)strcspn(text, " "), text);
    if (ludus_game_parse_move(game, pos, word, &move, &error)) {
        fail_msg("%s", error.text);
    }
    ludus_game_play(game, pos, move);
}

// PolyGlot has rules of its own: it refuses our random moves when they are illegal and passes on
// what ludus answers, which our rules check.
static void polyglot_drives_it_through_a_game(void **state)
{
    char ludus[1024], command[1200];
    ludus_game game;
    ludus_process *p;
    ludus_error error;
    ludus_rng rng;
    (void)state;
    if (!program_is_installed("polyglot")) {
        skip();
    }
    program_under_test(ludus);
    assert_int_equal(ludus_game_open(&game, "chess", &error), LUDUS_OK);
    void *pos = ludus_alloc(1, game.spec.state_bytes);
    ludus_game_init(&game, pos);
    ludus_rng_init(&rng, 11, 0);
    // Elo 600 is four simulations a move.
    snprintf(command, sizeof(command), "polyglot -noini -ec '%s uci' -pg Ludus -log false", ludus);
    assert_int_equal(ludus_process_start(&p, command, &error), LUDUS_OK);
    tell(p, "xboard\nprotover 2\n");
    expect(p, "done=1");
    tell(p, "option UCI_LimitStrength=1\noption UCI_Elo=600\nnew\n");
    for (int32_t i = 0; i < 20 && ludus_game_outcome(&game, pos) == LUDUS_ONGOING; i++) {
        char line[64];
        ludus_move legal[LUDUS_CHESS_MAX_MOVES];
        char text[LUDUS_GAME_TEXT_MAX];
        const int32_t n = ludus_game_legal(&game, pos, legal);
        ludus_game_move_text(&game, pos, legal[ludus_rng_below(&rng, (uint32_t)n)], text);
        play_typed(&game, pos, text);
        snprintf(line, sizeof(line), "usermove %s\n", text);
        tell(p, line);
        if (ludus_game_outcome(&game, pos) == LUDUS_ONGOING) {
            play_typed(&game, pos, expect(p, "move "));
        }
    }
    assert_true(ludus_chess_plies(pos) >= 20);
    tell(p, "quit\n");
    ludus_process_stop(p, 5.0);
    ludus_free(pos);
    ludus_game_close(&game);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_match_with_stockfish_is_played_to_its_end),
        cmocka_unit_test(polyglot_drives_it_through_a_game),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
