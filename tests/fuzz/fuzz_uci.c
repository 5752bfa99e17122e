// Bytes as lines of UCI, both ways: what a peer tells our front end, and what an engine tells our
// player. Searches are kept to a few simulations.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_require.h"
#include "agents/uci_engine.h"
#include "agents/uci_session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_TEXT 4096

static void hear_nothing(const char *text, void *user)
{
    (void)user;
    REQUIRE(text[0] == '\0' || text[strlen(text) - 1] == '\n');
}

static void check_engine_line(const char *text)
{
    ludus_uci_line line;
    if (ludus_uci_line_parse(text, &line)) {
        REQUIRE(line.number >= 1 && strlen(line.move) > 0);
        REQUIRE(!line.has_wdl || line.wdl[0] + line.wdl[1] + line.wdl[2] > 0);
    }
}

// Options that would read files or start threads by the dozen are left to the tests.
static bool is_costly(const char *line)
{
    return strstr(line, "eights") != NULL || strstr(line, "EIGHTS") != NULL ||
           strstr(line, "hread") != NULL || strstr(line, "HREAD") != NULL ||
           strstr(line, "ash") != NULL || strstr(line, "ASH") != NULL;
}

static void check_texts(const ludus_game *game, void *pos, const char *line)
{
    ludus_uci_go go;
    ludus_uci_word name, value;
    ludus_error error;
    if (ludus_uci_position_parse(game, line, false, pos, &error) != LUDUS_OK) {
        REQUIRE(strlen(error.text) > 0);
    }
    (void)ludus_uci_go_parse(game, pos, line, &go, &error);
    REQUIRE(go.num_search <= LUDUS_CHESS_MAX_MOVES && go.move_time >= 1 && go.time[0] >= 1);
    if (ludus_uci_setoption_parse(line, &name, &value)) {
        REQUIRE(name.length > 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[MAX_TEXT];
    ludus_game game;
    ludus_error error;
    ludus_uci_session *session;
    ludus_uci_session_config config = {
        .options = ludus_uci_options_default(), .name = "fuzz", .say = hear_nothing};
    config.options.hash = 2;
    if (size >= sizeof(text) || ludus_game_open(&game, "chess", &error)) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    void *pos = ludus_alloc(1, game.spec.state_bytes);
    REQUIRE(pos != NULL);
    ludus_game_init(&game, pos);
    REQUIRE(ludus_uci_session_create(&session, &game, &config, &error) == LUDUS_OK);
    bool goes_on = true;
    for (char *line = text; *line != '\0' && goes_on;) {
        char *end = line + strcspn(line, "\n");
        char *next = *end == '\n' ? end + 1 : end;
        *end = '\0';
        check_engine_line(line);
        check_texts(&game, pos, line);
        goes_on = is_costly(line) || ludus_uci_session_hear(session, line);
        if (strstr(line, "go") != NULL && goes_on) {
            goes_on = ludus_uci_session_hear(session, "stop");
        }
        line = next;
    }
    ludus_uci_session_destroy(session);
    ludus_free(pos);
    ludus_game_close(&game);
    return 0;
}
