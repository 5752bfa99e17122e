// SHA-256 (FIPS 180-4), for tests that compare with published hashes. Slow and plain.

#ifndef LUDUS_TESTS_SHA256_REF_H
#define LUDUS_TESTS_SHA256_REF_H

#include <stddef.h>
#include <stdint.h>

typedef struct sha256_ref {
    uint32_t h[8];
    uint64_t bytes;    // taken in so far
    uint8_t block[64]; // the last bytes % 64 of them
} sha256_ref;

void sha256_ref_init(sha256_ref *sha);
void sha256_ref_add(sha256_ref *sha, const void *data, size_t size);
// 64 hexadecimal digits and a NUL.
void sha256_ref_finish(sha256_ref *sha, char *hex);

#endif
