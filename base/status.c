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

static void clean_line(char *text)
{
    for (; *text != '\0'; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c == 0x7f) {
            *text = '?';
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
