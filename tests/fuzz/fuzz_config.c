// Bytes as a recipe: refused in one line, or a recipe whose text parses to the same text. Every
// table of options that a header names is applied to what was accepted, and what it makes of a
// field can be written as text.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agents/game_net.h"
#include "agents/mcts.h"
#include "agents/q_net.h"
#include "nets/trainer.h"
#include "selfplay/actors.h"
#include "selfplay/replay.h"
#include "selfplay/run.h"
#include "selfplay/selfplay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void apply(ludus_config *config, const ludus_option *options, size_t count, void *target)
{
    ludus_error error;
    char text[512];
    const ludus_status status = ludus_config_apply(config, options, count, target, &error);
    if (status != LUDUS_OK && strchr(error.text, '\n') != NULL) {
        abort();
    }
    for (size_t i = 0; i < count; i++) {
        ludus_option_to_text(&options[i], target, text, sizeof text);
    }
}

static void apply_all(ludus_config *config)
{
    ludus_run_config run = ludus_run_config_default();
    ludus_env_config env = ludus_env_config_default();
    ludus_net_desc net = ludus_net_desc_default();
    ludus_heads_config heads = ludus_heads_config_default();
    ludus_q_config q = ludus_q_config_default();
    ludus_mcts_config search = ludus_mcts_config_default();
    ludus_selfplay_config selfplay = ludus_selfplay_config_default();
    ludus_actors_config actors = ludus_actors_config_default();
    ludus_replay_config replay = ludus_replay_config_default();
    ludus_trainer_config train = ludus_trainer_config_default();
    apply(config, ludus_run_options, ludus_run_num_options, &run);
    apply(config, ludus_env_options, ludus_env_num_options, &env);
    apply(config, ludus_net_options, ludus_net_num_options, &net);
    apply(config, ludus_heads_options, ludus_heads_num_options, &heads);
    apply(config, ludus_q_options, ludus_q_num_options, &q);
    apply(config, ludus_mcts_options, ludus_mcts_num_options, &search);
    apply(config, ludus_selfplay_options, ludus_selfplay_num_options, &selfplay);
    apply(config, ludus_actors_options, ludus_actors_num_options, &actors);
    apply(config, ludus_replay_options, ludus_replay_num_options, &replay);
    apply(config, ludus_trainer_options, ludus_trainer_num_options, &train);
    (void)ludus_config_check_used(config, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ludus_config *config, *again;
    ludus_error error;
    char *text, *same;
    if (ludus_config_parse(&config, "fuzz", (const char *)data, size, &error) != LUDUS_OK) {
        if (config != NULL || strchr(error.text, '\n') != NULL) {
            abort();
        }
        return 0;
    }
    if (ludus_config_to_text(config, &text) != LUDUS_OK) {
        abort();
    }
    // Blanks around = may make a recipe at the limit longer than it.
    if (strlen(text) < (size_t)1 << 20) {
        if (ludus_config_parse(&again, "again", text, strlen(text), &error) != LUDUS_OK ||
            ludus_config_to_text(again, &same) != LUDUS_OK || strcmp(text, same) != 0) {
            abort();
        }
        ludus_free(same);
        ludus_config_destroy(again);
    }
    apply_all(config);
    ludus_free(text);
    ludus_config_destroy(config);
    return 0;
}
