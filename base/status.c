#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *ludus_status_name(ludus_status status)
{
    static const char *const names[LUDUS_NUM_STATUS] = {
        [LUDUS_OK] = "success",
        [LUDUS_ERR_ARG] = "value not accepted",
        [LUDUS_ERR_NOMEM] = "out of memory",
        [LUDUS_ERR_IO] = "input or output failed",
        [LUDUS_ERR_FORMAT] = "damaged or foreign data",
        [LUDUS_ERR_STATE] = "not possible now",
        [LUDUS_ERR_UNSUPPORTED] = "not supported here",
    };
    return (unsigned)status < LUDUS_NUM_STATUS ? names[status] : "unknown status";
}

// Bytes of the well-formed UTF-8 letter that begins here, 1 for any other byte.
static size_t letter_size(const unsigned char *c)
{
    const size_t size = c[0] >= 0xf5 || c[0] < 0xc2 ? 1 : c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
    for (size_t i = 1; i < size; i++) {
        if ((c[i] & 0xc0) != 0x80) {
            return 1; // the NUL as well
        }
    }
    const bool is_too_long = (c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xf0 && c[1] < 0x90);
    const bool is_no_letter = (c[0] == 0xed && c[1] >= 0xa0) || (c[0] == 0xf4 && c[1] >= 0x90);
    return is_too_long || is_no_letter ? 1 : size;
}

bool ludus_is_control(const char *text, size_t *size)
{
    const unsigned char *c = (const unsigned char *)text;
    *size = letter_size(c);
    return *size == 1 ? *c < 0x20 || (*c >= 0x7f && *c < 0xa0)
                      : *size == 2 && c[0] == 0xc2 && c[1] < 0xa0;
}

static void clean_line(char *text)
{
    size_t size;
    for (char *c = text; *c != '\0'; c += size) {
        if (ludus_is_control(c, &size)) {
            memset(c, '?', size);
        }
    }
}

ludus_status ludus_fail(ludus_error *error, ludus_status status, const char *format, ...)
{
    if (error != NULL) {
        va_list args;
        va_start(args, format);
        error->status = status;
        vsnprintf(error->text, sizeof error->text, format, args);
        va_end(args);
        clean_line(error->text);
    }
    return status;
}

ludus_status ludus_fail_within(ludus_error *error, const char *format, ...)
{
    if (error == NULL) {
        return LUDUS_ERR_STATE;
    }
    char line[LUDUS_ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    const int used = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (used >= 0 && (size_t)used + 2 < sizeof line) {
        const size_t room = sizeof line - (size_t)used - 2;
        memcpy(line + used, ": ", 2);
        memcpy(line + used + 2, error->text, room);
        line[sizeof line - 1] = '\0'; // a cut end is better than no line
    }
    clean_line(line);
    memcpy(error->text, line, sizeof line);
    return error->status;
}
