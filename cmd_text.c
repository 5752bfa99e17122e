#include "cmd_text.h"

#include <stdio.h>

void ludus_text_print(const char *text, bool is_long)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        const bool is_pair = c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0;
        const bool may_stay = is_long && (*c == '\n' || *c == '\t');
        const bool is_control = (*c < 0x20 && !may_stay) || *c == 0x7f || is_pair;
        putchar(is_control ? '?' : *c);
        c += is_pair;
    }
}
