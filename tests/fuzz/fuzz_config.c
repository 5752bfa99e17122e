// Bytes as a recipe: refused in one line, or a recipe whose text parses to the same text. Every
// table of options is applied to what was accepted.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agents/mcts.h"
#include "nets/trainer.h"
#include "selfplay/run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void apply_all(ludus_config *config)
{
    ludus_run_config run = ludus_run_config_default();
    ludus_mcts_config search = ludus_mcts_config_default();
    ludus_trainer_config train = ludus_trainer_config_default();
    ludus_error error;
    (void)ludus_config_apply(config, ludus_run_options, ludus_run_num_options, &run, &error);
    (void)ludus_config_apply(config, ludus_mcts_options, ludus_mcts_num_options, &search, &error);
    (void)ludus_config_apply(config, ludus_trainer_options, ludus_trainer_num_options, &train,
                             &error);
    (void)ludus_config_check_used(config, &error);
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
