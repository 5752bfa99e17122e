// Bytes as a run's checkpoint: the frame, and behind it the state of a small learner. The state is
// tried with whatever bytes follow the header, so that damage behind valid checksums is met too.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "selfplay/checkpoint.h"
#include "selfplay/learner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char recipe[] = "[run]\ngame = tictactoe\n[net]\nchannels = 8\nblocks = 0\n"
                             "[search]\nsimulations = 4\nmax_nodes = 64\n"
                             "[selfplay]\nslots = 2\nbatch = 2\n"
                             "[train]\nbatch = 4\nshards = 1\n[replay]\ncapacity_items = 100\n";

static void try_state(const uint8_t *state, size_t size)
{
    ludus_config *config;
    ludus_learner learner;
    ludus_error error;
    if (ludus_config_parse(&config, "fuzz", recipe, sizeof recipe - 1, &error) != LUDUS_OK ||
        ludus_learner_create(&learner, config, NULL, 1, &error) != LUDUS_OK) {
        abort();
    }
    ludus_cursor cursor = {.data = state, .size = size};
    if (learner.ops->load(learner.self, &cursor, &error) != LUDUS_OK &&
        strchr(error.text, '\n') != NULL) {
        abort();
    }
    ludus_learner_destroy(&learner);
    ludus_config_destroy(config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ludus_checkpoint checkpoint;
    ludus_error error;
    if (ludus_checkpoint_parse(&checkpoint, data, size, &error) == LUDUS_OK) {
        try_state(checkpoint.state, checkpoint.state_bytes);
    } else if (size > 88) {
        try_state(data + 88, size - 88);
    }
    return 0;
}
