// A batch for each net of sample_nets.h, and its loss by the definitions, for tests of training.

#ifndef LUDUS_TESTS_TRAINING_ROWS_H
#define LUDUS_TESTS_TRAINING_ROWS_H

#include "nets/trainer.h"

#define TRAINING_ROWS 8
#define TRAINING_MAX_INPUT (TRAINING_ROWS * 3 * 4 * 5)
#define TRAINING_MAX_OUTPUT (TRAINING_ROWS * 64)

typedef struct training_rows {
    float in[TRAINING_MAX_INPUT];
    float target[LUDUS_NET_MAX_HEADS][TRAINING_MAX_OUTPUT];
    int32_t action[TRAINING_ROWS];
    float weight[TRAINING_ROWS];
    ludus_batch batch; // points into the above
} training_rows;

// Inputs, actions, weights, and targets of the right kind for every head.
void training_rows_make(const ludus_net *net, training_rows *r);
// The summed loss of the plain C reference under the noise of step 0, in double.
double training_rows_loss(const ludus_net *net, const training_rows *r,
                          const ludus_trainer_config *c);

#endif
