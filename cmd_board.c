#include "cmd_board.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && value[0];
}

static bool locale_is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (int i = 0; i < 3; i++) {
        if (is_set(names[i])) {
            const char *dot = strchr(getenv(names[i]), '.');
            return dot && (!strcasecmp(dot, ".UTF-8") || !strcasecmp(dot, ".utf8"));
        }
    }
    return false;
}

ludus_board_style ludus_board_style_detect(void)
{
    const char *term = getenv("TERM");
    const bool is_terminal = isatty(STDOUT_FILENO) == 1 && term && strcmp(term, "dumb") != 0;
    return (ludus_board_style){.has_colour = is_terminal && !is_set("NO_COLOR"),
                               .has_unicode = is_terminal && locale_is_utf8()};
}

static void print_cell(const ludus_board_style *style, char cell)
{
    const char kind = (char)tolower((unsigned char)cell);
    const char *colour = kind == 'x' ? "\033[1;31m" : kind == 'o' ? "\033[1;33m" : "\033[2m";
    const bool is_marked = cell == '(' || cell == ')';
    // Without colours the two kinds of stones must differ in shape.
    const char *stone = cell == '.'                         ? "·"
                        : cell == '+'                       ? "+"
                        : kind == 'o' && !style->has_colour ? "○"
                                                            : "●";
    if (style->has_colour && !is_marked) {
        printf("%s", colour);
    }
    if (style->has_unicode && !is_marked) {
        printf("%s", stone);
    } else {
        putchar(cell);
    }
    if (style->has_colour && !is_marked) {
        printf("\033[0m");
    }
}

void ludus_board_print(const ludus_board_style *style, const ludus_game *game, const void *pos,
                       ludus_move last)
{
    char *text = ludus_alloc(LUDUS_GAME_DRAW_MAX, 1);
    if (!text) {
        return;
    }
    ludus_game_draw(game, pos, last, text);
    const char *rest = text;
    if (style->has_colour || style->has_unicode) {
        const char *newline = strchr(text, '\n'); // the first line holds the columns' names
        rest = newline ? newline : "";
        printf("%.*s", (int)(rest - text), text);
        // Rows of the board begin with their number or a cell; other lines hold no stones.
        bool is_row = false;
        for (; *rest; rest++) {
            const bool begins = rest == text || rest[-1] == '\n';
            const char first = rest[strspn(rest, " ")];
            is_row = begins ? isdigit((unsigned char)first) || strchr("xo.(", first) : is_row;
            if (is_row && strchr("xoXO.+()", *rest)) {
                print_cell(style, *rest);
            } else {
                putchar(*rest);
            }
        }
    }
    printf("%s\n", rest);
    ludus_free(text);
}
