#include "selfplay/varint.h"

size_t ludus_varint_write(uint8_t *out, uint64_t value)
{
    size_t size = 0;
    while (value >= 0x80u) {
        out[size++] = (uint8_t)(value | 0x80u);
        value >>= 7;
    }
    out[size++] = (uint8_t)value;
    return size;
}

void ludus_varint_put(ludus_buffer *buffer, uint64_t value)
{
    uint8_t bytes[LUDUS_VARINT_MAX];
    ludus_buffer_put(buffer, bytes, ludus_varint_write(bytes, value));
}

uint64_t ludus_varint_get(ludus_cursor *cursor, uint64_t limit)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !cursor->failed; shift += 7) {
        if (cursor->offset >= cursor->size) {
            break;
        }
        const uint8_t byte = cursor->data[cursor->offset++];
        const uint64_t bits = byte & 0x7fu;
        if (shift == 63 && bits > 1) {
            break;
        }
        value |= bits << shift;
        if ((byte & 0x80u) == 0) {
            if ((bits == 0 && shift > 0) || value > limit) {
                break;
            }
            return value;
        }
    }
    cursor->failed = true;
    return 0;
}
