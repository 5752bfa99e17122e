// Outcomes of calls that meet the outside world (files, recipes, memory, peers).
//
// A caller's bug is asserted; everything else returns a ludus_status. A call that can say more
// than its code takes a `ludus_error *` as its last parameter and writes one line that names the
// file, key or move that was wrong:
//
//     ludus_error error;
//     if (ludus_net_load(&net, path, &error)) {
//         fprintf(stderr, "ludus: %s\n", error.text);
//     }
//
// Threads: no shared state; an error block belongs to its caller.

#ifndef LUDUS_BASE_STATUS_H
#define LUDUS_BASE_STATUS_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __GNUC__
#define LUDUS_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define LUDUS_PRINTF(text, first)
#endif

typedef enum ludus_status {
    LUDUS_OK = 0,          // the only value that means success
    LUDUS_ERR_ARG,         // a value given by a person is out of range or unknown
    LUDUS_ERR_NOMEM,       // memory could not be had
    LUDUS_ERR_IO,          // the operating system refused to read or write
    LUDUS_ERR_FORMAT,      // a file or message is damaged or not what it claims to be
    LUDUS_ERR_STATE,       // not possible now (a full store, a finished game)
    LUDUS_ERR_UNSUPPORTED, // valid, but this build or machine cannot do it
    LUDUS_NUM_STATUS
} ludus_status;

#define LUDUS_ERROR_TEXT_MAX 512 // bytes, NUL included

typedef struct ludus_error {
    ludus_status status;             // code of the failure
    char text[LUDUS_ERROR_TEXT_MAX]; // one line without a newline
} ludus_error;

// The name of a code, e.g. "damaged or foreign data". Never NULL.
const char *ludus_status_name(ludus_status status);

// Writes the line (control characters become '?', so a hostile file name cannot forge output)
// and returns `status`, so that callers can `return ludus_fail(error, ...)`. NULL is accepted.
ludus_status ludus_fail(ludus_error *error, ludus_status status, const char *format, ...)
    LUDUS_PRINTF(3, 4);

// Whether a control character begins here that a terminal would obey, those from U+0080 to U+009F
// included, as letters and as single bytes: "\x9b" alone is what "\x1b[" is. *size: the bytes of
// the UTF-8 letter that begins here, 1 for a byte that begins none. `text` is not at its end.
bool ludus_is_control(const char *text, size_t *size);

// Puts "PREFIX: " before the line already in `error`, e.g. the file it came from. Returns the
// status in `error` (LUDUS_ERR_STATE when `error` is NULL).
ludus_status ludus_fail_within(ludus_error *error, const char *format, ...) LUDUS_PRINTF(2, 3);

#endif
