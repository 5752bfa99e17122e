#include "selfplay/net_state.h"

#include <string.h>

void ludus_net_state_save(const ludus_net *net, ludus_buffer *out)
{
    void *bytes = NULL;
    size_t size = 0;
    if (ludus_net_to_bytes(net, NULL, &bytes, &size) != LUDUS_OK) {
        out->failed = true;
        return;
    }
    ludus_buffer_put_u64(out, size);
    ludus_buffer_put(out, bytes, size);
    ludus_free(bytes);
}

ludus_status ludus_net_state_load(ludus_net *net, ludus_cursor *in, ludus_error *error)
{
    const uint64_t size = ludus_cursor_u64(in);
    const uint8_t *bytes = ludus_cursor_skip(in, (size_t)size);
    if (bytes == NULL) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "the net is cut short");
    }
    ludus_net *loaded;
    ludus_status status = ludus_net_from_bytes(&loaded, bytes, (size_t)size, error);
    if (status != LUDUS_OK) {
        return status;
    }
    if (ludus_net_num_tensors(loaded) != ludus_net_num_tensors(net) ||
        ludus_net_num_params(loaded) != ludus_net_num_params(net)) {
        status = ludus_fail(error, LUDUS_ERR_FORMAT, "the net does not match the recipe");
    }
    for (size_t i = 0; status == LUDUS_OK && i < ludus_net_num_tensors(net); i++) {
        const ludus_tensor from = ludus_net_tensor(loaded, i);
        const ludus_tensor to = ludus_net_tensor(net, i);
        for (int32_t d = 0; d < to.rank; d++) {
            if (from.rank != to.rank || from.shape[d] != to.shape[d]) {
                status =
                    ludus_fail(error, LUDUS_ERR_FORMAT, "%s does not match the recipe", to.name);
                break;
            }
        }
        if (status == LUDUS_OK) {
            memcpy(to.data, from.data, ludus_tensor_count(&to) * sizeof *to.data);
        }
    }
    ludus_net_destroy(loaded);
    return status;
}
