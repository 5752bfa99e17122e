// Bytes as a safetensors file: refused in one line, or a net that writes the same weights again.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "nets/net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ludus_net *net, *again;
    ludus_error error;
    char *text;
    void *bytes;
    size_t written;
    if (ludus_net_provenance(data, size, &text, NULL) == LUDUS_OK) {
        ludus_free(text);
    }
    if (ludus_net_from_bytes(&net, data, size, &error) != LUDUS_OK) {
        if (net != NULL || strchr(error.text, '\n') != NULL || error.text[0] == '\0') {
            abort();
        }
        return 0;
    }
    if (ludus_net_to_bytes(net, NULL, &bytes, &written) != LUDUS_OK ||
        ludus_net_from_bytes(&again, bytes, written, &error) != LUDUS_OK ||
        ludus_net_hash(again) != ludus_net_hash(net)) {
        abort();
    }
    ludus_free(bytes);
    ludus_net_destroy(again);
    ludus_net_destroy(net);
    return 0;
}
