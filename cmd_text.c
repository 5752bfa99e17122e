#include "cmd_text.h"

#include <stdio.h>

#include "base/status.h"

void ludus_text_print(const char *text, bool is_long)
{
    size_t size;
    for (const char *c = text; *c != '\0'; c += size) {
        const bool may_stay = is_long && (*c == '\n' || *c == '\t');
        if (ludus_is_control(c, &size) && !may_stay) {
            putchar('?');
        } else {
            fwrite(c, 1, size, stdout);
        }
    }
}
