// Text from files, for the terminal.
//
// Threads: one at a time.

#ifndef LUDUS_CMD_TEXT_H
#define LUDUS_CMD_TEXT_H

#include <stdbool.h>

// Prints UTF-8 with '?' for the control characters, those from U+0080 to U+009F too, that a
// terminal would obey; the ends of lines and tabs stay if `is_long`.
void ludus_text_print(const char *text, bool is_long);

#endif
