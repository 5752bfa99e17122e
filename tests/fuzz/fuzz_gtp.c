// Bytes as the input of the GTP engine: every line that is one has an answer of the right form, and
// nothing else happens. Searches are of two simulations; files are out of reach.

#include "fuzz_require.h"
#include "agents/gtp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Answers begin with '=' or '?'; analysis lines with "info" or "play", its end is an empty line.
static void check(const char *text, void *user)
{
    (void)user;
    const size_t length = strlen(text);
    REQUIRE(length > 0 && text[length - 1] == '\n');
    const bool is_head = text[0] == '=' && strchr(text, '\n') == text + length - 1;
    const bool is_answer = (text[0] == '=' || text[0] == '?') && length >= 3 &&
                           strstr(text, "\n\n") == text + length - 2;
    const bool is_part =
        !strncmp(text, "info ", 5) || !strncmp(text, "play ", 5) || !strcmp(text, "\n");
    REQUIRE(is_head || is_answer || is_part);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ludus_gtp *gtp;
    ludus_gtp_config config = ludus_gtp_config_default();
    config.size = 5;
    config.simulations = 2;
    config.max_nodes = 500;
    config.enable_files = false;
    config.rules = size > 0 ? data[0] % 3 : 0;
    if (size > 4096 || ludus_gtp_create(&gtp, &config, check, NULL, NULL) != LUDUS_OK) {
        return 0;
    }
    const size_t half = size / 2;
    if (ludus_gtp_feed(gtp, data, half)) {
        ludus_gtp_feed(gtp, data + half, size - half);
    }
    ludus_gtp_end(gtp);
    ludus_gtp_destroy(gtp);
    return 0;
}
