// dump_forward NET: a net's outputs for random inputs, as JSON, for programs that check what we
// compute (tests/tools/check_torch.py).

#include "nets/net.h"

#include <stdio.h>
#include <stdlib.h>

#define ROWS 5

static void print_values(const float *x, size_t count)
{
    printf("[");
    for (size_t i = 0; i < count; i++) {
        printf("%s%.9g", i > 0 ? "," : "", (double)x[i]);
    }
    printf("]");
}

static void dump(const ludus_net *net, ludus_net_exec *exec)
{
    const ludus_net_desc *desc = ludus_net_describe(net);
    const size_t planes =
        (size_t)desc->in_shape[0] * (size_t)desc->in_shape[1] * (size_t)desc->in_shape[2];
    float *in = calloc(ROWS * planes, sizeof *in), *out[LUDUS_NET_MAX_HEADS] = {NULL};
    ludus_rng rng;
    ludus_rng_init(&rng, 1, 0);
    for (size_t i = 0; in != NULL && i < ROWS * planes; i++) {
        in[i] = (float)ludus_rng_below(&rng, 2);
    }
    for (int32_t h = 0; h < desc->num_heads; h++) {
        out[h] = calloc(ROWS * ludus_net_head_outputs(net, h), sizeof(float));
        if (in == NULL || out[h] == NULL) {
            abort();
        }
    }
    ludus_net_forward(exec, ROWS, in, out);
    printf("{\"rows\": %d, \"in\": ", ROWS);
    print_values(in, ROWS * planes);
    for (int32_t h = 0; h < desc->num_heads; h++) {
        printf(", \"%s\": ", desc->heads[h].name);
        print_values(out[h], ROWS * ludus_net_head_outputs(net, h));
        free(out[h]);
    }
    printf("}\n");
    free(in);
}

int main(int argc, char **argv)
{
    ludus_net *net = NULL;
    ludus_net_exec *exec = NULL;
    ludus_error error;
    const ludus_exec_config config = {.max_batch = ROWS};
    if (argc != 2) {
        fprintf(stderr, "usage: dump_forward NET\n");
        return 2;
    }
    ludus_status status = ludus_net_load(&net, argv[1], &error);
    status = status ? status : ludus_net_exec_create(&exec, net, &config, &error);
    if (status == LUDUS_OK) {
        dump(net, exec);
    } else {
        fprintf(stderr, "dump_forward: %s\n", error.text);
    }
    ludus_net_exec_destroy(exec);
    ludus_net_destroy(net);
    return status == LUDUS_OK ? 0 : 1;
}
