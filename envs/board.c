#include "envs/board.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static int32_t row_label(ludus_board_shape shape, int32_t row)
{
    return shape.labels == LUDUS_BOARD_UPWARDS ? shape.rows - row : row + 1;
}

static char column_label(ludus_board_shape shape, int32_t column)
{
    return (char)((shape.labels == LUDUS_BOARD_COLUMNS ? '1' : 'a') + column);
}

static char *draw_labels(ludus_board_shape shape, char *out)
{
    memcpy(out, "   ", 3);
    out += 3;
    for (int32_t column = 0; column < shape.columns; column++) {
        *out++ = ' ';
        *out++ = column_label(shape, column);
    }
    *out++ = '\n';
    return out;
}

static char *draw_row(ludus_board_shape shape, const char *cells, int32_t row, int32_t last,
                      char *out)
{
    if (shape.labels == LUDUS_BOARD_COLUMNS) {
        memcpy(out, "   ", 3);
    } else {
        const int32_t label = row_label(shape, row);
        out[0] = ' ';
        out[1] = label >= 10 ? (char)('0' + label / 10) : ' ';
        out[2] = (char)('0' + label % 10);
    }
    out += 3;
    const int32_t first = row * shape.columns;
    for (int32_t cell = first; cell < first + shape.columns; cell++) {
        const bool after_last = cell > first && cell - 1 == last;
        *out++ = cell == last ? '(' : after_last ? ')' : ' ';
        *out++ = cells[cell];
    }
    if (first + shape.columns - 1 == last) {
        *out++ = ')';
    }
    *out++ = '\n';
    return out;
}

void ludus_board_draw(ludus_board_shape shape, const char *cells, int32_t last, char *out)
{
    assert(shape.rows <= LUDUS_BOARD_MAX_SIDE && shape.columns <= LUDUS_BOARD_MAX_SIDE);
    out = draw_labels(shape, out);
    for (int32_t row = 0; row < shape.rows; row++) {
        out = draw_row(shape, cells, row, last, out);
    }
    *out = '\0';
}

int32_t ludus_board_cell(ludus_board_shape shape, const char *text)
{
    int32_t column = -1;
    if (text[0] >= 'a' && text[0] <= 'z') {
        column = text[0] - 'a';
    } else if (text[0] >= 'A' && text[0] <= 'Z') {
        column = text[0] - 'A';
    }
    if (column < 0 || column >= shape.columns || text[1] < '1' || text[1] > '9') {
        return -1;
    }
    int32_t label = text[1] - '0';
    if (text[2] != '\0') {
        if (text[2] < '0' || text[2] > '9' || text[3] != '\0') {
            return -1;
        }
        label = label * 10 + (text[2] - '0');
    }
    if (label > shape.rows) {
        return -1;
    }
    const int32_t row = shape.labels == LUDUS_BOARD_UPWARDS ? shape.rows - label : label - 1;
    return row * shape.columns + column;
}

void ludus_board_cell_text(ludus_board_shape shape, int32_t cell, char *out)
{
    const int32_t label = row_label(shape, cell / shape.columns);
    *out++ = (char)('a' + cell % shape.columns);
    if (label >= 10) {
        *out++ = (char)('0' + label / 10);
    }
    *out++ = (char)('0' + label % 10);
    *out = '\0';
}

// One row of a board in text; moves *text past it.
static ludus_status parse_row(int32_t columns, const char **text, char *cells, ludus_error *error)
{
    const char *p = *text;
    int32_t filled = 0;
    while (*p != '\0' && *p != '/' && *p != ' ') {
        int32_t run = 1;
        char stone = *p;
        if (*p >= '1' && *p <= '9') {
            run = *p - '0';
            stone = '.';
            if (p[1] >= '0' && p[1] <= '9') {
                run = run * 10 + (*++p - '0');
            }
        } else if (*p == 'X' || *p == 'O') {
            stone = *p == 'X' ? 'x' : 'o';
        } else if (*p != 'x' && *p != 'o' && *p != '.') {
            return ludus_fail(error, LUDUS_ERR_FORMAT,
                              "'%c' is no part of a board (x, o, ., number)", *p);
        }
        if (run > columns - filled) {
            return ludus_fail(error, LUDUS_ERR_FORMAT, "a row of the board has over %d cells",
                              (int)columns);
        }
        memset(cells + filled, stone, (size_t)run);
        filled += run;
        p++;
    }
    if (filled != columns) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "a row of the board has %d of %d cells",
                          (int)filled, (int)columns);
    }
    *text = p;
    return LUDUS_OK;
}

static ludus_status parse_side(const char *text, int32_t *to_move, ludus_error *error)
{
    *to_move = -1;
    if (*text == '\0') {
        return LUDUS_OK;
    }
    if (text[0] == ' ' && (text[1] == 'x' || text[1] == 'o') && text[2] == '\0') {
        *to_move = text[1] == 'o';
        return LUDUS_OK;
    }
    return ludus_fail(error, LUDUS_ERR_FORMAT,
                      "after the board comes ' x' or ' o', the player to move, not '%.20s'", text);
}

ludus_status ludus_board_parse(ludus_board_shape shape, const char *text, char *cells,
                               int32_t *to_move, ludus_error *error)
{
    for (int32_t row = 0; row < shape.rows; row++) {
        const ludus_status status = parse_row(shape.columns, &text, cells, error);
        if (status != LUDUS_OK) {
            return status;
        }
        cells += shape.columns;
        if (row + 1 < shape.rows && *text++ != '/') {
            return ludus_fail(error, LUDUS_ERR_FORMAT, "the board has %d of %d rows", (int)row + 1,
                              (int)shape.rows);
        }
    }
    return parse_side(text, to_move, error);
}

ludus_status ludus_board_parse_alternating(ludus_board_shape shape, const char *text, char *cells,
                                           int32_t *to_move, ludus_error *error)
{
    int32_t stated;
    const ludus_status status = ludus_board_parse(shape, text, cells, &stated, error);
    if (status != LUDUS_OK) {
        return status;
    }
    int32_t stones[2] = {0, 0};
    for (int32_t cell = 0; cell < shape.rows * shape.columns; cell++) {
        stones[0] += cells[cell] == 'x';
        stones[1] += cells[cell] == 'o';
    }
    *to_move = stones[0] - stones[1];
    if (*to_move != 0 && *to_move != 1) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "%d x and %d o: x moves first, then in turn",
                          (int)stones[0], (int)stones[1]);
    }
    if (stated >= 0 && stated != *to_move) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "with %d x and %d o it is %c's turn",
                          (int)stones[0], (int)stones[1], *to_move == 0 ? 'x' : 'o');
    }
    return LUDUS_OK;
}

int32_t ludus_board_turn(int32_t size, int32_t sym, int32_t cell)
{
    int32_t row = cell / size;
    int32_t column = cell % size;
    if (sym & 1) {
        column = size - 1 - column;
    }
    if (sym & 2) {
        row = size - 1 - row;
    }
    return sym & 4 ? column * size + row : row * size + column;
}
