// Claims about nets in files: exact round trips, and no trust in what is read.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "sample_nets.h"
#include "temp_folder.h"

static void every_kind_of_net_survives_a_file(void **state)
{
    sample_net nets[NUM_SAMPLE_NETS];
    char path[TEMP_PATH_MAX];
    ludus_error error;
    ludus_net *read;
    temp_path(state, "net.safetensors", path);
    sample_nets(nets);
    for (int i = 0; i < NUM_SAMPLE_NETS; i++) {
        ludus_net *net = sample_net_create(&nets[i].desc, 3);
        assert_int_equal(ludus_net_save(net, path, "{\"by\": \"test\"}", &error), LUDUS_OK);
        if (ludus_net_load(&read, path, &error)) {
            fail_msg("%s: %s", nets[i].name, error.text);
        }
        assert_int_equal(ludus_net_hash(read), ludus_net_hash(net));
        const ludus_net_desc *a = ludus_net_describe(net), *b = ludus_net_describe(read);
        assert_int_equal(a->num_heads, b->num_heads);
        assert_string_equal(a->heads[0].name, b->heads[0].name);
        assert_true(a->heads[0].loss_weight == b->heads[0].loss_weight);
        ludus_net_destroy(net);
        ludus_net_destroy(read);
    }
}

static void provenance_comes_back(void **state)
{
    sample_net nets[NUM_SAMPLE_NETS];
    ludus_error error;
    void *bytes;
    size_t size;
    char *text;
    (void)state;
    sample_nets(nets);
    ludus_net *net = sample_net_create(&nets[0].desc, 3);
    assert_int_equal(ludus_net_to_bytes(net, "{\"games\": 7}", &bytes, &size), LUDUS_OK);
    assert_int_equal(ludus_net_provenance(bytes, size, &text, &error), LUDUS_OK);
    assert_string_equal(text, "{\"games\": 7}");
    ludus_free(text);
    ludus_free(bytes);
    ludus_net_destroy(net);
}

static void a_provenance_that_is_not_utf8_is_refused(void **state)
{
    sample_net nets[NUM_SAMPLE_NETS];
    void *bytes;
    size_t size;
    (void)state;
    sample_nets(nets);
    ludus_net *net = sample_net_create(&nets[0].desc, 3);
    assert_int_not_equal(ludus_net_to_bytes(net, "{\"by\": \"\xe9\"}", &bytes, &size), LUDUS_OK);
    ludus_net_destroy(net);
}

// Values that every later step would turn into nothing, with a checksum that is right.
static void values_that_cannot_be_are_refused(void **state)
{
    static const struct {
        const char *tensor, *why;
        float value;
    } wrong[] = {{"weight", "not finite", NAN}, {"running_var", "negative variance", -1.0f}};
    sample_net nets[NUM_SAMPLE_NETS];
    ludus_error error;
    (void)state;
    sample_nets(nets);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        ludus_net *net = sample_net_create(&nets[0].desc, 3), *read;
        size_t k = 0;
        while (strstr(ludus_net_tensor(net, k).name, wrong[i].tensor) == NULL) {
            k++;
        }
        ludus_net_tensor(net, k).data[0] = wrong[i].value;
        void *bytes;
        size_t size;
        assert_int_equal(ludus_net_to_bytes(net, NULL, &bytes, &size), LUDUS_OK);
        assert_int_equal(ludus_net_from_bytes(&read, bytes, size, &error), LUDUS_ERR_FORMAT);
        assert_non_null(strstr(error.text, wrong[i].why));
        ludus_free(bytes);
        ludus_net_destroy(net);
    }
}

// A copy of exactly `size` bytes, so that a read past the end is caught under asan.
static ludus_status load_copy(const uint8_t *bytes, size_t size, ludus_error *error)
{
    ludus_net *net;
    uint8_t *copy = malloc(size > 0 ? size : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    const ludus_status status = ludus_net_from_bytes(&net, copy, size, error);
    assert_true((net == NULL) == (status != LUDUS_OK));
    ludus_net_destroy(net);
    free(copy);
    return status;
}

static uint8_t *sample_bytes(size_t *size)
{
    sample_net nets[NUM_SAMPLE_NETS];
    void *bytes;
    sample_nets(nets);
    ludus_net *net = sample_net_create(&nets[6].desc, 3);
    assert_int_equal(ludus_net_to_bytes(net, NULL, &bytes, size), LUDUS_OK);
    ludus_net_destroy(net);
    return bytes;
}

static void every_truncation_is_refused(void **state)
{
    size_t size;
    ludus_error error;
    (void)state;
    uint8_t *bytes = sample_bytes(&size);
    for (size_t n = 0; n < size; n += n < 64 ? 1 : 37) {
        assert_int_not_equal(load_copy(bytes, n, &error), LUDUS_OK);
        assert_null(strchr(error.text, '\n'));
    }
    ludus_free(bytes);
}

static void every_flipped_bit_of_the_weights_is_refused(void **state)
{
    size_t size;
    ludus_error error;
    ludus_rng rng;
    (void)state;
    uint8_t *bytes = sample_bytes(&size);
    const size_t weights = 8 + (size_t)ludus_load_u64(bytes);
    ludus_rng_init(&rng, 2, 0);
    for (int i = 0; i < 300; i++) {
        const size_t at = weights + ludus_rng_below(&rng, (uint32_t)(size - weights));
        const uint8_t mask = (uint8_t)(1u << ludus_rng_below(&rng, 8));
        bytes[at] ^= mask;
        assert_int_equal(load_copy(bytes, size, &error), LUDUS_ERR_FORMAT);
        bytes[at] ^= mask;
    }
    // In the header a flip may change what only people read; it must never crash or half-load.
    for (size_t at = 0; at < weights; at++) {
        bytes[at] ^= 4;
        (void)load_copy(bytes, size, &error);
        bytes[at] ^= 4;
    }
    assert_int_equal(load_copy(bytes, size, &error), LUDUS_OK);
    ludus_free(bytes);
}

static void bytes_left_over_are_refused(void **state)
{
    size_t size;
    ludus_error error;
    (void)state;
    uint8_t *bytes = sample_bytes(&size);
    uint8_t *longer = calloc(size + 64, 1);
    assert_non_null(longer);
    memcpy(longer, bytes, size);
    assert_int_equal(load_copy(longer, size, &error), LUDUS_OK);
    assert_int_equal(load_copy(longer, size + 1, &error), LUDUS_ERR_FORMAT);
    assert_int_equal(load_copy(longer, size + 64, &error), LUDUS_ERR_FORMAT);
    free(longer);
    ludus_free(bytes);
}

// He et al. 2015 eq. 10 and Glorot & Bengio 2010 eq. 16: the deviation of a layer's weights.
static void weights_begin_as_he_and_xavier_say(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        ludus_net *net;
        ludus_error error;
        sample_net nets[NUM_SAMPLE_NETS];
        sample_nets(nets);
        ludus_net_desc desc = nets[0].desc;
        desc.channels = 48;
        desc.init = i == 0 ? LUDUS_INIT_HE : LUDUS_INIT_XAVIER;
        assert_int_equal(ludus_net_create(&net, &desc, 5, &error), LUDUS_OK);
        int found = 0;
        for (size_t k = 0; k < ludus_net_num_tensors(net); k++) {
            const ludus_tensor t = ludus_net_tensor(net, k);
            if (strcmp(t.name, "trunk.block0.conv1.weight") != 0) {
                continue;
            }
            found++;
            const double fan = 48 * 9, count = 48 * fan;
            double sum = 0.0;
            for (size_t w = 0; w < (size_t)count; w++) {
                sum += (double)t.data[w] * (double)t.data[w];
            }
            const double variance = i == 0 ? 2.0 / fan : 2.0 / (fan + fan);
            assert_true(sum / count > 0.95 * variance && sum / count < 1.05 * variance);
        }
        assert_int_equal(found, 1);
        ludus_net_destroy(net);
    }
}

static void forged_sizes_allocate_nothing(void **state)
{
    static const char header[] =
        "{\"__metadata__\":{\"ludus.net\":\"{\\\"trunk\\\":0,\\\"norm\\\":1,\\\"init\\\":0,"
        "\\\"channels\\\":1024,\\\"blocks\\\":64,\\\"preactivation\\\":0,\\\"se_channels\\\":0,"
        "\\\"gpool_every\\\":0,\\\"num_convs\\\":0,\\\"num_hidden\\\":0,\\\"num_heads\\\":0,"
        "\\\"in_shape\\\":[4096,256,256],\\\"hidden\\\":[],\\\"convs\\\":[],\\\"heads\\\":[],"
        "\\\"dropout\\\":0.0}\"}}";
    uint8_t bytes[8 + sizeof header];
    ludus_error error;
    (void)state;
    ludus_store_u64(bytes, sizeof header - 1);
    memcpy(bytes + 8, header, sizeof header);
    const uint64_t before = ludus_alloc_count();
    assert_int_equal(load_copy(bytes, 8 + sizeof header - 1, &error), LUDUS_ERR_FORMAT);
    ludus_store_u64(bytes, UINT64_MAX);
    assert_int_equal(load_copy(bytes, sizeof bytes, &error), LUDUS_ERR_FORMAT);
    assert_int_equal(ludus_alloc_count(), before);
}

static void a_foreign_file_is_named(void **state)
{
    char path[TEMP_PATH_MAX];
    ludus_net *net;
    ludus_error error;
    temp_path(state, "foreign", path);
    assert_int_equal(ludus_file_replace(path, "hello, world", 12, &error), LUDUS_OK);
    assert_int_equal(ludus_net_load(&net, path, &error), LUDUS_ERR_FORMAT);
    assert_non_null(strstr(error.text, path));
    assert_null(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_net_survives_a_file),
        cmocka_unit_test(provenance_comes_back),
        cmocka_unit_test(a_provenance_that_is_not_utf8_is_refused),
        cmocka_unit_test(values_that_cannot_be_are_refused),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(every_flipped_bit_of_the_weights_is_refused),
        cmocka_unit_test(bytes_left_over_are_refused),
        cmocka_unit_test(weights_begin_as_he_and_xavier_say),
        cmocka_unit_test(forged_sizes_allocate_nothing),
        cmocka_unit_test(a_foreign_file_is_named),
    };
    return cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy);
}
