// The list of the moves so far: rows of cells to click; the latest rows when there are too many.

#include "viewer/play_internal.h"

#include "envs/chess.h"

#include <math.h>
#include <stdio.h>

#define ROW 22.0f
#define CELL 56.0f   // least width of a move
#define HEAD 24.0f   // the heading
#define NUMBER 30.0f // of the row's first move

// ---- The grid -----------------------------------------------------------------------------------

typedef struct move_grid {
    int32_t columns, rows; // that fit
    int32_t first;         // ply of the first cell, from 0
    float width;           // of a cell
} move_grid;

static move_grid grid_of(const ludus_play *p)
{
    const ludus_rect area = p->layout.moves;
    move_grid g = {0};
    g.columns = (int32_t)floorf((area.w - NUMBER) / CELL);
    g.columns -= g.columns > 2 ? g.columns % 2 : 0; // whole pairs
    g.rows = (int32_t)floorf((area.h - HEAD) / ROW);
    if (g.columns < 1 || g.rows < 1) {
        return (move_grid){0};
    }
    const int32_t needed = (p->record.count + g.columns - 1) / g.columns;
    const int32_t shown = p->cursor > 0 ? (p->cursor - 1) / g.columns : 0; // the cursor's row
    int32_t top = needed > g.rows ? needed - g.rows : 0;
    top = shown < top ? shown : top;
    g.first = top * g.columns;
    g.width = (area.w - NUMBER) / (float)g.columns;
    return g;
}

static ludus_rect cell_of(const ludus_play *p, const move_grid *g, int32_t place)
{
    const ludus_rect area = p->layout.moves;
    return (ludus_rect){area.x + NUMBER + g->width * (float)(place % g->columns),
                        area.y + HEAD + ROW * (float)(place / g->columns), g->width, ROW};
}

// What stands before a row that begins with the move to a ply: of chess the number of the move, as
// on a score sheet, elsewhere the ply.
static void row_number(const ludus_play *p, int32_t ply, char *out, size_t size)
{
    if (p->view.kind != LUDUS_BOARD_PIECES) {
        snprintf(out, size, "%d", (int)ply);
        return;
    }
    const ludus_chess_board *start = ludus_chess_board_of(p->record.start);
    const int32_t half = ply - 1 + start->side; // half moves since White's first one
    snprintf(out, size, "%d%s", (int)start->move_number + (int)half / 2,
             half % 2 ? "\xe2\x80\xa6" : ".");
}

int32_t ludus_play_list_ply_at(const ludus_play *p, float x, float y)
{
    const move_grid g = grid_of(p);
    for (int32_t i = 0; i < g.rows * g.columns && g.first + i < p->record.count; i++) {
        if (ludus_rect_holds(cell_of(p, &g, i), x, y)) {
            return g.first + i + 1;
        }
    }
    return -1;
}

void ludus_play_draw_list(const ludus_play *p, ludus_canvas *canvas)
{
    const ludus_theme *theme = ludus_canvas_theme(canvas);
    const move_grid g = grid_of(p);
    const ludus_rect area = p->layout.moves;
    const ludus_text_style head = {.size = 12, .colour = theme->soft};
    const ludus_text_style text = {.size = 13, .colour = theme->text};
    if (g.rows == 0) {
        return;
    }
    ludus_canvas_fill(canvas, (ludus_rect){area.x, area.y, area.w, 1}, theme->edge);
    ludus_canvas_text(canvas, (ludus_rect){area.x + 3, area.y + 4, area.w, HEAD - 4}, &head,
                      p->record.count > 0 ? "moves" : "no moves yet");
    for (int32_t i = 0; i < g.rows * g.columns && g.first + i < p->record.count; i++) {
        const int32_t ply = g.first + i + 1;
        ludus_rect cell = cell_of(p, &g, i);
        if (i % g.columns == 0) {
            char number[16];
            row_number(p, ply, number, sizeof(number));
            ludus_canvas_text(canvas, (ludus_rect){area.x + 3, cell.y, NUMBER - 3, ROW}, &head,
                              number);
        }
        if (ply == p->cursor) {
            ludus_canvas_fill_rounded(canvas, ludus_rect_inset(cell, 1), 4,
                                      ludus_colour_fade(theme->accent, 0.25f));
        }
        cell.x += 5;
        cell.w -= 7;
        ludus_canvas_text(canvas, cell, &text, p->texts[ply - 1]);
    }
}
