// safetensors: u64 length of the header, a JSON header, then the tensors' bytes one after another
// (https://github.com/huggingface/safetensors, "Format"). The description stands in the metadata,
// so a file is checked against what its own description implies, byte for byte, before it is used.

#include "nets/net.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/file.h"
#include "nets/net_graph.h"

#define MAX_HEADER_BYTES ((uint64_t)16 << 20)
#define MAX_FILE_BYTES ((size_t)2 << 30)
#define CHECKSUM_SEED 0x736166u
#define KEY_DESC "ludus.net"
#define KEY_CHECKSUM "ludus.checksum"
#define KEY_PROVENANCE "ludus.provenance"

static size_t tensor_bytes(const ludus_tensor *t)
{
    return ludus_tensor_count(t) * sizeof(float);
}

// ---- The description as JSON -----------------------------------------------------------------

// Every integer field of the description by name: one table writes and reads.
typedef struct field {
    const char *name;
    size_t offset;
    bool is_bool;
    bool is_optional; // added later: absent means 0, and 0 is not written
} field;

static const field desc_fields[] = {
    {"trunk", offsetof(ludus_net_desc, trunk), false, false},
    {"norm", offsetof(ludus_net_desc, norm), false, false},
    {"init", offsetof(ludus_net_desc, init), false, false},
    {"channels", offsetof(ludus_net_desc, channels), false, false},
    {"blocks", offsetof(ludus_net_desc, blocks), false, false},
    {"preactivation", offsetof(ludus_net_desc, preactivation), true, false},
    {"se_channels", offsetof(ludus_net_desc, se_channels), false, false},
    {"gpool_every", offsetof(ludus_net_desc, gpool_every), false, false},
    {"num_convs", offsetof(ludus_net_desc, num_convs), false, false},
    {"num_hidden", offsetof(ludus_net_desc, num_hidden), false, false},
    {"num_heads", offsetof(ludus_net_desc, num_heads), false, false},
    {"noisy", offsetof(ludus_net_desc, noisy), true, true},
};
static const field head_fields[] = {
    {"kind", offsetof(ludus_head_desc, kind), false, false},
    {"size", offsetof(ludus_head_desc, size), false, false},
    {"channels", offsetof(ludus_head_desc, channels), false, false},
    {"hidden", offsetof(ludus_head_desc, hidden), false, false},
    {"atoms", offsetof(ludus_head_desc, atoms), false, false},
    {"dueling", offsetof(ludus_head_desc, dueling), true, false},
    {"pooled", offsetof(ludus_head_desc, pooled), true, true},
};
#define NUM_DESC_FIELDS (sizeof(desc_fields) / sizeof(desc_fields[0]))
#define NUM_HEAD_FIELDS (sizeof(head_fields) / sizeof(head_fields[0]))
_Static_assert(sizeof(ludus_trunk_kind) == sizeof(int32_t), "enums are read as int32_t");

static void put_fields(json_t *object, const field *fields, size_t count, const void *from)
{
    for (size_t i = 0; i < count; i++) {
        const char *at = (const char *)from + fields[i].offset;
        int32_t value;
        if (fields[i].is_bool) {
            value = *(const bool *)at;
        } else {
            memcpy(&value, at, sizeof value);
        }
        if (value != 0 || !fields[i].is_optional) {
            json_object_set_new(object, fields[i].name, json_integer(value));
        }
    }
}

static bool get_integer(const json_t *object, const char *name, int32_t *out)
{
    const json_t *value = json_object_get(object, name);
    const json_int_t n = json_integer_value(value);
    *out = (int32_t)n;
    return json_is_integer(value) && n >= 0 && n <= INT32_MAX;
}

static bool get_fields(const json_t *object, const field *fields, size_t count, void *to)
{
    for (size_t i = 0; i < count; i++) {
        char *at = (char *)to + fields[i].offset;
        int32_t value = 0;
        const bool absent = json_object_get(object, fields[i].name) == NULL;
        if (!(absent && fields[i].is_optional) && !get_integer(object, fields[i].name, &value)) {
            return false;
        }
        if (fields[i].is_bool) {
            *(bool *)at = value != 0;
        } else {
            memcpy(at, &value, sizeof value);
        }
    }
    return true;
}

static json_t *integers(const int32_t *values, int32_t count)
{
    json_t *list = json_array();
    for (int32_t i = 0; i < count; i++) {
        json_array_append_new(list, json_integer(values[i]));
    }
    return list;
}

static bool get_integers(const json_t *list, int32_t *out, int32_t count)
{
    if (!json_is_array(list) || json_array_size(list) != (size_t)count) {
        return false;
    }
    for (int32_t i = 0; i < count; i++) {
        const json_t *value = json_array_get(list, (size_t)i);
        const json_int_t n = json_integer_value(value);
        if (!json_is_integer(value) || n < 0 || n > INT32_MAX) {
            return false;
        }
        out[i] = (int32_t)n;
    }
    return true;
}

static json_t *desc_to_json(const ludus_net_desc *d)
{
    json_t *object = json_object();
    put_fields(object, desc_fields, NUM_DESC_FIELDS, d);
    json_object_set_new(object, "in_shape", integers(d->in_shape, 3));
    json_object_set_new(object, "hidden", integers(d->hidden, d->num_hidden));
    json_object_set_new(object, "dropout", json_real((double)d->dropout));
    json_t *convs = json_array(), *heads = json_array();
    for (int32_t i = 0; i < d->num_convs; i++) {
        const ludus_conv_layer *l = &d->convs[i];
        const int32_t values[] = {l->channels, l->kernel, l->stride, l->pad};
        json_array_append_new(convs, integers(values, 4));
    }
    for (int32_t i = 0; i < d->num_heads; i++) {
        json_t *head = json_object();
        json_object_set_new(head, "name", json_string(d->heads[i].name));
        put_fields(head, head_fields, NUM_HEAD_FIELDS, &d->heads[i]);
        json_object_set_new(head, "loss_weight", json_real((double)d->heads[i].loss_weight));
        json_array_append_new(heads, head);
    }
    json_object_set_new(object, "convs", convs);
    json_object_set_new(object, "heads", heads);
    return object;
}

static bool get_heads(const json_t *list, ludus_net_desc *d)
{
    if (!json_is_array(list) || json_array_size(list) != (size_t)d->num_heads) {
        return false;
    }
    for (int32_t i = 0; i < d->num_heads; i++) {
        const json_t *head = json_array_get(list, (size_t)i);
        const char *name = json_string_value(json_object_get(head, "name"));
        if (name == NULL || strlen(name) >= LUDUS_NET_NAME_MAX ||
            !get_fields(head, head_fields, NUM_HEAD_FIELDS, &d->heads[i])) {
            return false;
        }
        memcpy(d->heads[i].name, name, strlen(name) + 1);
        d->heads[i].loss_weight = (float)json_number_value(json_object_get(head, "loss_weight"));
    }
    return true;
}

static bool desc_from_json(const json_t *object, ludus_net_desc *d)
{
    memset(d, 0, sizeof *d);
    if (!get_fields(object, desc_fields, NUM_DESC_FIELDS, d) ||
        d->num_convs > LUDUS_NET_MAX_LAYERS || d->num_hidden > LUDUS_NET_MAX_LAYERS ||
        d->num_heads > LUDUS_NET_MAX_HEADS ||
        !get_integers(json_object_get(object, "in_shape"), d->in_shape, 3) ||
        !get_integers(json_object_get(object, "hidden"), d->hidden, d->num_hidden)) {
        return false;
    }
    d->dropout = (float)json_number_value(json_object_get(object, "dropout"));
    const json_t *convs = json_object_get(object, "convs");
    if (!json_is_array(convs) || json_array_size(convs) != (size_t)d->num_convs) {
        return false;
    }
    for (int32_t i = 0; i < d->num_convs; i++) {
        int32_t v[4];
        if (!get_integers(json_array_get(convs, (size_t)i), v, 4)) {
            return false;
        }
        d->convs[i] = (ludus_conv_layer){v[0], v[1], v[2], v[3]};
    }
    return get_heads(json_object_get(object, "heads"), d);
}

// ---- Writing ---------------------------------------------------------------------------------

static json_t *tensor_entry(const ludus_tensor *t, uint64_t begin)
{
    json_t *offsets = json_array();
    json_array_append_new(offsets, json_integer((json_int_t)begin));
    json_array_append_new(offsets, json_integer((json_int_t)(begin + tensor_bytes(t))));
    json_t *entry = json_object();
    json_object_set_new(entry, "dtype", json_string("F32"));
    json_object_set_new(entry, "shape", integers(t->shape, t->rank));
    json_object_set_new(entry, "data_offsets", offsets);
    return entry;
}

static uint64_t checksum(const ludus_net *net)
{
    uint64_t hash = CHECKSUM_SEED;
    for (size_t i = 0; i < net->graph.num_tensors; i++) {
        const ludus_tensor *t = &net->graph.tensors[i];
        hash = ludus_hash64(t->data, tensor_bytes(t), hash);
    }
    return hash;
}

// NULL when memory is short or the provenance is not UTF-8.
static json_t *metadata(const ludus_net *net, const char *provenance)
{
    char sum[17];
    json_t *object = json_object(), *desc = desc_to_json(&net->desc);
    char *text = json_dumps(desc, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(desc);
    snprintf(sum, sizeof sum, "%016" PRIx64, checksum(net));
    // A NULL value is refused.
    const bool complete = json_object_set_new(object, "format", json_string("pt")) == 0 &&
                          json_object_set_new(object, KEY_DESC, json_string(text)) == 0 &&
                          json_object_set_new(object, KEY_CHECKSUM, json_string(sum)) == 0 &&
                          (provenance == NULL || json_object_set_new(object, KEY_PROVENANCE,
                                                                     json_string(provenance)) == 0);
    free(text);
    if (!complete) {
        json_decref(object);
        return NULL;
    }
    return object;
}

ludus_status ludus_net_to_bytes(const ludus_net *net, const char *provenance, void **bytes,
                                size_t *size)
{
    ludus_buffer out = {0};
    uint64_t offset = 0;
    json_t *header = json_object();
    bool complete = json_object_set_new(header, "__metadata__", metadata(net, provenance)) == 0;
    for (size_t i = 0; i < net->graph.num_tensors; i++) {
        const ludus_tensor *t = &net->graph.tensors[i];
        complete = json_object_set_new(header, t->name, tensor_entry(t, offset)) == 0 && complete;
        offset += tensor_bytes(t);
    }
    char *text = complete ? json_dumps(header, JSON_COMPACT) : NULL;
    json_decref(header);
    if (text == NULL) {
        return LUDUS_ERR_NOMEM;
    }
    // Spaces after the header align the tensors to 8 bytes.
    const size_t length = strlen(text), padded = (length + 7) / 8 * 8;
    ludus_buffer_put_u64(&out, padded);
    ludus_buffer_put(&out, text, length);
    ludus_buffer_put(&out, "       ", padded - length);
    for (size_t i = 0; i < net->graph.num_tensors; i++) {
        const ludus_tensor *t = &net->graph.tensors[i];
        ludus_buffer_put(&out, t->data, tensor_bytes(t));
    }
    free(text);
    if (out.failed) {
        ludus_buffer_free(&out);
        return LUDUS_ERR_NOMEM;
    }
    *bytes = out.data;
    *size = out.size;
    return LUDUS_OK;
}

ludus_status ludus_net_save(const ludus_net *net, const char *path, const char *provenance,
                            ludus_error *error)
{
    void *bytes;
    size_t size;
    if (ludus_net_to_bytes(net, provenance, &bytes, &size) != LUDUS_OK) {
        return ludus_fail(error, LUDUS_ERR_NOMEM,
                          "%s: out of memory, or a provenance that is not UTF-8", path);
    }
    const ludus_status status = ludus_file_replace(path, bytes, size, error);
    ludus_free(bytes);
    return status;
}

// ---- Reading ---------------------------------------------------------------------------------

// Checks the frame and parses the header; *data receives the view of the tensors' bytes.
static ludus_status read_header(const uint8_t *bytes, size_t size, json_t **header,
                                const uint8_t **data, size_t *data_size, ludus_error *error)
{
    const uint64_t length = size >= 8 ? ludus_load_u64(bytes) : 0;
    if (size < 10 || length > MAX_HEADER_BYTES || length > size - 8 || bytes[8] != '{') {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "not a safetensors file");
    }
    json_error_t where;
    *header = json_loadb((const char *)bytes + 8, (size_t)length, JSON_REJECT_DUPLICATES, &where);
    if (!json_is_object(*header)) {
        json_decref(*header);
        *header = NULL;
        return ludus_fail(error, LUDUS_ERR_FORMAT, "the header is not valid JSON");
    }
    *data = bytes + 8 + length;
    *data_size = size - 8 - (size_t)length;
    return LUDUS_OK;
}

static ludus_status read_desc(const json_t *header, ludus_net_desc *desc, ludus_error *error)
{
    const json_t *meta = json_object_get(header, "__metadata__");
    const char *text = json_string_value(json_object_get(meta, KEY_DESC));
    if (text == NULL) {
        return ludus_fail(error, LUDUS_ERR_FORMAT,
                          "a safetensors file, but not one that ludus wrote");
    }
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    const bool understood = object != NULL && desc_from_json(object, desc);
    json_decref(object);
    if (!understood) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "the net's description is damaged");
    }
    ludus_error why;
    return ludus_net_desc_check(desc, &why) == LUDUS_OK
               ? LUDUS_OK
               : ludus_fail(error, LUDUS_ERR_FORMAT, "%s", why.text);
}

static ludus_status check_tensors(const ludus_graph *graph, const json_t *header, size_t data_size,
                                  ludus_error *error)
{
    uint64_t offset = 0;
    if (json_object_size(header) != graph->num_tensors + 1) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "%zu tensors, the description wants %zu",
                          json_object_size(header) - 1, graph->num_tensors);
    }
    for (size_t i = 0; i < graph->num_tensors; i++) {
        const ludus_tensor *t = &graph->tensors[i];
        const json_t *entry = json_object_get(header, t->name);
        json_t *wanted = tensor_entry(t, offset);
        const bool equal = entry != NULL && json_equal(entry, wanted);
        json_decref(wanted);
        if (!equal) {
            return ludus_fail(error, LUDUS_ERR_FORMAT, "tensor %s: missing or of another shape",
                              t->name);
        }
        offset += tensor_bytes(t);
    }
    if (offset != data_size) {
        return ludus_fail(error, LUDUS_ERR_FORMAT,
                          "%zu bytes of tensors, the header wants %" PRIu64, data_size, offset);
    }
    return LUDUS_OK;
}

// Name of a norm's running variance with a value below 0, or NULL.
static const char *negative_variance(const ludus_net *net)
{
    const ludus_graph *g = &net->graph;
    for (int32_t i = 0; i < g->num_nodes; i++) {
        if (g->nodes[i].kind == LUDUS_NODE_BATCHNORM) {
            const ludus_tensor *t = &g->tensors[g->nodes[i].param[3]];
            for (size_t k = 0; k < ludus_tensor_count(t); k++) {
                if (t->data[k] < 0.0f) {
                    return t->name;
                }
            }
        }
    }
    return NULL;
}

static ludus_status fill_tensors(ludus_net *net, const json_t *header, const uint8_t *data,
                                 ludus_error *error)
{
    char sum[17];
    for (size_t i = 0; i < net->graph.num_tensors; i++) {
        const ludus_tensor *t = &net->graph.tensors[i];
        memcpy(t->data, data, tensor_bytes(t));
        data += tensor_bytes(t);
    }
    const char *damaged = ludus_net_nonfinite(net);
    if (damaged != NULL) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "tensor %s: not finite", damaged);
    }
    damaged = negative_variance(net);
    if (damaged != NULL) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "tensor %s: a negative variance", damaged);
    }
    snprintf(sum, sizeof sum, "%016" PRIx64, checksum(net));
    const json_t *meta = json_object_get(header, "__metadata__");
    const char *stored = json_string_value(json_object_get(meta, KEY_CHECKSUM));
    if (stored == NULL || strcmp(stored, sum) != 0) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "the weights are damaged (checksum)");
    }
    return LUDUS_OK;
}

ludus_status ludus_net_from_bytes(ludus_net **out, const void *bytes, size_t size,
                                  ludus_error *error)
{
    json_t *header = NULL;
    const uint8_t *data = NULL;
    size_t data_size = 0;
    ludus_net_desc desc;
    ludus_graph graph = {0};
    ludus_net *net = NULL;
    *out = NULL;
    ludus_status status = read_header(bytes, size, &header, &data, &data_size, error);
    if (status == LUDUS_OK) {
        status = read_desc(header, &desc, error);
    }
    if (status == LUDUS_OK && ludus_graph_build(&graph, &desc) != LUDUS_OK) {
        status = ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    // The graph knows every tensor's shape without holding any: check before the net is made.
    if (status == LUDUS_OK) {
        status = check_tensors(&graph, header, data_size, error);
    }
    if (status == LUDUS_OK) {
        status = ludus_net_create(&net, &desc, 0, error);
    }
    if (status == LUDUS_OK) {
        status = fill_tensors(net, header, data, error);
    }
    ludus_graph_free(&graph);
    json_decref(header);
    if (status != LUDUS_OK) {
        ludus_net_destroy(net);
        return status;
    }
    *out = net;
    return LUDUS_OK;
}

ludus_status ludus_net_load(ludus_net **out, const char *path, ludus_error *error)
{
    void *bytes;
    size_t size;
    *out = NULL;
    ludus_status status = ludus_file_read(path, MAX_FILE_BYTES, &bytes, &size, error);
    if (status != LUDUS_OK) {
        return status;
    }
    status = ludus_net_from_bytes(out, bytes, size, error);
    ludus_free(bytes);
    if (status != LUDUS_OK) {
        ludus_fail_within(error, "%s", path);
    }
    return status;
}

ludus_status ludus_net_provenance(const void *bytes, size_t size, char **text, ludus_error *error)
{
    json_t *header = NULL;
    const uint8_t *data;
    size_t data_size;
    *text = NULL;
    ludus_status status = read_header(bytes, size, &header, &data, &data_size, error);
    if (status == LUDUS_OK) {
        const json_t *meta = json_object_get(header, "__metadata__");
        const char *found = json_string_value(json_object_get(meta, KEY_PROVENANCE));
        if (found != NULL) {
            *text = ludus_strdup(found);
            status = *text != NULL ? LUDUS_OK : ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
        }
    }
    json_decref(header);
    return status;
}
