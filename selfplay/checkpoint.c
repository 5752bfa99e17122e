#include "selfplay/checkpoint.h"

#include <math.h>
#include <string.h>

#define MAGIC "LUDUSCKP"
#define MAGIC_BYTES 8
#define VERSION 1u
#define HEADER_BYTES 88
#define HASH_SEED 0x6c75647573u // any constant: hashes of empty parts differ from zero
#define MAX_FILE_BYTES ((size_t)16 << 30)

static uint64_t double_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double double_from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void store_header(const ludus_checkpoint *c, uint64_t recipe_hash, uint8_t *header)
{
    memcpy(header, MAGIC, MAGIC_BYTES);
    ludus_store_u32(header + 8, VERSION);
    ludus_store_u32(header + 12, 0);
    ludus_store_u64(header + 16, c->iteration);
    ludus_store_u64(header + 24, double_bits(c->seconds));
    ludus_store_u64(header + 32, c->metrics_bytes);
    ludus_store_u64(header + 40, c->recipe_bytes);
    ludus_store_u64(header + 48, c->state_bytes);
    ludus_store_u64(header + 56, recipe_hash);
    ludus_store_u64(header + 64, c->state_hash);
    ludus_store_u64(header + 72, 0);
    ludus_store_u64(header + 80, ludus_hash64(header, 80, HASH_SEED));
}

ludus_status ludus_checkpoint_write(const char *path, ludus_checkpoint *checkpoint,
                                    ludus_error *error)
{
    uint8_t header[HEADER_BYTES];
    ludus_file_writer *writer;
    // What could not be read again must not take the place of what can.
    if (checkpoint->state_bytes > MAX_FILE_BYTES - HEADER_BYTES - checkpoint->recipe_bytes) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED,
                          "%s: a checkpoint of %zu bytes is too large", path,
                          checkpoint->state_bytes);
    }
    ludus_status status = ludus_file_writer_create(&writer, path, error);
    if (status != LUDUS_OK) {
        return status;
    }
    checkpoint->state_hash = ludus_hash64(checkpoint->state, checkpoint->state_bytes, HASH_SEED);
    store_header(checkpoint, ludus_hash64(checkpoint->recipe, checkpoint->recipe_bytes, HASH_SEED),
                 header);
    ludus_file_write(writer, header, sizeof header);
    ludus_file_write(writer, checkpoint->recipe, checkpoint->recipe_bytes);
    ludus_file_write(writer, checkpoint->state, checkpoint->state_bytes);
    return ludus_file_commit(writer, error);
}

static ludus_status check_header(const uint8_t *header, size_t size, ludus_error *error)
{
    if (size < HEADER_BYTES || memcmp(header, MAGIC, MAGIC_BYTES) != 0) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "not a checkpoint of ludus");
    }
    if (ludus_load_u64(header + 80) != ludus_hash64(header, 80, HASH_SEED)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "the checkpoint's header is damaged");
    }
    if (ludus_load_u32(header + 8) != VERSION) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED,
                          "checkpoint version %u; this program reads version %u",
                          ludus_load_u32(header + 8), VERSION);
    }
    return LUDUS_OK;
}

ludus_status ludus_checkpoint_parse(ludus_checkpoint *out, const void *bytes, size_t size,
                                    ludus_error *error)
{
    const uint8_t *header = bytes;
    const ludus_status status = check_header(header, size, error);
    if (status != LUDUS_OK) {
        return status;
    }
    const uint64_t recipe_bytes = ludus_load_u64(header + 40);
    const uint64_t state_bytes = ludus_load_u64(header + 48);
    const uint64_t room = size - HEADER_BYTES;
    if (recipe_bytes > room || state_bytes != room - recipe_bytes) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "the checkpoint is cut short or too long");
    }
    const ludus_checkpoint c = {
        .iteration = ludus_load_u64(header + 16),
        .seconds = double_from_bits(ludus_load_u64(header + 24)),
        .metrics_bytes = ludus_load_u64(header + 32),
        .recipe = (const char *)header + HEADER_BYTES,
        .recipe_bytes = (size_t)recipe_bytes,
        .state = header + HEADER_BYTES + recipe_bytes,
        .state_bytes = (size_t)state_bytes,
        .state_hash = ludus_load_u64(header + 64),
    };
    if (ludus_load_u64(header + 56) != ludus_hash64(c.recipe, c.recipe_bytes, HASH_SEED) ||
        c.state_hash != ludus_hash64(c.state, c.state_bytes, HASH_SEED) || !isfinite(c.seconds)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "the checkpoint is damaged (checksum)");
    }
    *out = c;
    return LUDUS_OK;
}

ludus_status ludus_checkpoint_read(ludus_checkpoint *out, const char *path, void **bytes,
                                   ludus_error *error)
{
    size_t size;
    ludus_status status = ludus_file_read(path, MAX_FILE_BYTES, bytes, &size, error);
    if (status != LUDUS_OK) {
        return status;
    }
    status = ludus_checkpoint_parse(out, *bytes, size, error);
    if (status != LUDUS_OK) {
        ludus_free(*bytes);
        *bytes = NULL;
        return ludus_fail_within(error, "%s", path);
    }
    return LUDUS_OK;
}
