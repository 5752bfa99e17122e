// What the person does with mouse and keys on the play screen.

#include "viewer/play_internal.h"

#include "envs/chess.h"

#include <string.h>

// ---- Moves by hand ------------------------------------------------------------------------------

static bool is_castling(const ludus_play *p, ludus_move move)
{
    ludus_chess_parts_of_move parts;
    if (p->view.kind != LUDUS_BOARD_PIECES) {
        return false;
    }
    ludus_chess_parts(&p->game, p->pos, move, &parts);
    return parts.is_castling;
}

// The legal moves between two cells (from -1: to the cell); returns how many, *first the first.
// Castling is another gesture, see castling_by.
static int32_t moves_between(const ludus_play *p, int32_t from, int32_t to, ludus_move *first)
{
    int32_t n = 0;
    for (int32_t i = 0; i < p->num_legal; i++) {
        const ludus_move move = p->legal[i];
        if (ludus_board_view_move_to(&p->view, p->pos, move) == to &&
            ludus_board_view_move_from(&p->view, p->pos, move) == from && !is_castling(p, move)) {
            *first = n == 0 ? move : *first;
            n++;
        }
    }
    return n;
}

static bool is_own_piece(const ludus_play *p, int32_t cell)
{
    const int32_t side = ludus_game_to_move(&p->game, p->pos);
    return p->cells[cell] != LUDUS_MARK_NONE && (p->cells[cell] > 6) == (side == 1);
}

// Castling by the king's move onto its rook or onto the square where it ends; LUDUS_MOVE_NONE = not
// from and to these cells. In Chess960 a king may also just go to that square: then the rook is
// the way to say it.
static ludus_move castling_by(const ludus_play *p, int32_t from, int32_t to, bool by_rook)
{
    for (int32_t i = 0; i < p->num_legal; i++) {
        const ludus_move move = p->legal[i];
        ludus_chess_parts_of_move parts;
        ludus_chess_parts(&p->game, p->pos, move, &parts);
        const int32_t rook = (7 - parts.to / 8) * 8 + parts.to % 8;
        const int32_t end = ludus_board_view_move_to(&p->view, p->pos, move);
        if (parts.is_castling && (by_rook ? rook : end) == to &&
            ludus_board_view_move_from(&p->view, p->pos, move) == from) {
            return move;
        }
    }
    return LUDUS_MOVE_NONE;
}

// Moves the selected piece there if it can; whether it did (or asks what to promote to).
static bool put_down(ludus_play *p, int32_t to)
{
    const int32_t from = p->selected;
    ludus_move move = castling_by(p, from, to, true);
    int32_t n = move != LUDUS_MOVE_NONE ? 1 : moves_between(p, from, to, &move);
    if (n == 0) {
        move = castling_by(p, from, to, false);
        n = move != LUDUS_MOVE_NONE;
    }
    if (n == 1) {
        ludus_play_move(p, move);
    } else if (n > 1) { // what a pawn becomes
        p->promoting_from = from;
        p->promoting_to = to;
        p->is_dragging = false;
    }
    return n > 0;
}

static void press_piece_board(ludus_play *p, int32_t cell)
{
    if (p->selected >= 0 && p->selected != cell && put_down(p, cell)) {
        return;
    }
    const bool again = p->selected == cell && !p->is_dragging;
    p->selected = is_own_piece(p, cell) && !again ? cell : -1;
    p->is_dragging = p->selected >= 0;
}

static void press_stone_board(ludus_play *p, int32_t cell)
{
    ludus_move move;
    if (p->view.kind == LUDUS_BOARD_DROPS) { // anywhere in the column
        const ludus_move column = cell % p->view.columns;
        if (ludus_game_is_legal(&p->game, p->pos, column)) {
            ludus_play_move(p, column);
        }
    } else if (moves_between(p, -1, cell, &move) == 1) {
        ludus_play_move(p, move);
    }
}

static void choose_promotion(ludus_play *p, float x, float y)
{
    static const int32_t kinds[4] = {LUDUS_CHESS_QUEEN, LUDUS_CHESS_KNIGHT, LUDUS_CHESS_ROOK,
                                     LUDUS_CHESS_BISHOP};
    const int32_t from = (7 - p->promoting_from / 8) * 8 + p->promoting_from % 8;
    const int32_t to = (7 - p->promoting_to / 8) * 8 + p->promoting_to % 8;
    for (int i = 0; i < 4; i++) {
        if (ludus_rect_holds(ludus_play_promotion_square(p, i), x, y)) {
            const ludus_move move = ludus_chess_find(&p->game, p->pos, from, to, kinds[i]);
            ludus_play_move(p, move);
            return;
        }
    }
    p->promoting_to = -1;
    p->selected = -1;
}

static bool press_board(ludus_play *p, const ludus_event *event)
{
    const int32_t cell = ludus_board_view_cell_at(&p->view, event->x, event->y);
    if (p->promoting_to >= 0) {
        choose_promotion(p, event->x, event->y);
        return true;
    }
    if (cell < 0) {
        return false;
    }
    if (p->is_scoring && p->cursor == p->record.count) {
        ludus_play_toggle_dead(p, cell);
    } else if (ludus_play_is_persons_turn(p) && p->view.kind == LUDUS_BOARD_PIECES) {
        press_piece_board(p, cell);
    } else if (ludus_play_is_persons_turn(p)) {
        press_stone_board(p, cell);
    }
    return true;
}

static bool release_board(ludus_play *p, const ludus_event *event)
{
    const int32_t cell = ludus_board_view_cell_at(&p->view, event->x, event->y);
    if (!p->is_dragging) {
        return false;
    }
    p->is_dragging = false;
    if (cell >= 0 && cell != p->selected && put_down(p, cell)) {
        p->drop = 1; // the hand has brought it there
    }
    return true;
}

// ---- Mouse --------------------------------------------------------------------------------------

static int32_t table_row_at(const ludus_play *p, float x, float y)
{
    const int32_t rows = ludus_play_table_rows(p);
    for (int32_t i = 0; i < rows && i < p->seen.num_top; i++) {
        if (ludus_rect_holds(ludus_play_table_row(p, i), x, y)) {
            return i;
        }
    }
    return -1;
}

static void jump(ludus_play *p, int32_t ply)
{
    const int32_t at = ply < 0 ? 0 : ply > p->record.count ? p->record.count : ply;
    if (at != p->cursor) {
        ludus_play_show(p, at, at == p->cursor + 1);
        ludus_play_set_buttons(p);
    }
}

static bool press_mouse(ludus_play *p, const ludus_event *event)
{
    if (event->button != 1) {
        p->selected = -1;
        p->promoting_to = -1;
        return true;
    }
    const int32_t ply = ludus_game_curve_ply_at(&p->record, p->layout.curve, event->x, event->y);
    if (ply >= 0) {
        jump(p, ply);
        return true;
    }
    const int32_t listed = ludus_play_list_ply_at(p, event->x, event->y);
    if (listed >= 0) {
        jump(p, listed);
        return true;
    }
    return press_board(p, event);
}

static bool take_mouse(ludus_play *p, const ludus_event *event)
{
    switch (event->kind) {
    case LUDUS_EVENT_MOUSE_MOVE:
        p->hover = ludus_board_view_cell_at(&p->view, event->x, event->y);
        p->row_hover = table_row_at(p, event->x, event->y);
        p->curve_hover = ludus_game_curve_ply_at(&p->record, p->layout.curve, event->x, event->y);
        return true;
    case LUDUS_EVENT_MOUSE_LEAVE:
        p->hover = -1;
        p->row_hover = -1;
        p->curve_hover = -1;
        return true;
    case LUDUS_EVENT_MOUSE_DOWN:
        return press_mouse(p, event);
    case LUDUS_EVENT_MOUSE_UP:
        return event->button == 1 && release_board(p, event);
    case LUDUS_EVENT_WHEEL:
        jump(p, p->cursor - event->wheel_steps);
        return true;
    default:
        return false;
    }
}

// ---- Buttons and keys ---------------------------------------------------------------------------

static void pass_turn(ludus_play *p)
{
    const ludus_move pass = ludus_board_view_pass(&p->view);
    if (pass != LUDUS_MOVE_NONE && ludus_play_is_persons_turn(p) &&
        ludus_game_is_legal(&p->game, p->pos, pass)) {
        ludus_play_move(p, pass);
    }
}

void ludus_play_press(ludus_play *p, ludus_play_button button)
{
    if (p->buttons[button].is_hidden || p->buttons[button].is_disabled) {
        return;
    }
    switch (button) {
    case LUDUS_PLAY_NEW:
        ludus_play_dialog_open(p);
        break;
    case LUDUS_PLAY_UNDO:
        ludus_play_undo(p);
        break;
    case LUDUS_PLAY_HINT:
        ludus_play_ask_hint(p);
        break;
    case LUDUS_PLAY_ANALYSE:
        p->is_analysing = !p->is_analysing;
        break;
    case LUDUS_PLAY_PASS:
        pass_turn(p);
        break;
    case LUDUS_PLAY_RESIGN:
        ludus_play_resign(p);
        break;
    case LUDUS_PLAY_FLIP:
        p->view.is_flipped = !p->view.is_flipped;
        break;
    case LUDUS_PLAY_SAVE:
        ludus_play_save(p);
        break;
    case LUDUS_PLAY_PAUSE:
        p->is_paused = !p->is_paused;
        ludus_play_say_status(p);
        break;
    case LUDUS_PLAY_NUM_BUTTONS:
        break;
    }
    ludus_play_set_buttons(p);
}

// A letter held down acts once, and with Ctrl or Alt it is no letter.
static bool press_letter(ludus_play *p, const ludus_event *event)
{
    static const struct {
        int32_t key;
        ludus_play_button button;
    } keys[] = {
        {'n', LUDUS_PLAY_NEW},     {'u', LUDUS_PLAY_UNDO}, {'h', LUDUS_PLAY_HINT},
        {'a', LUDUS_PLAY_ANALYSE}, {'p', LUDUS_PLAY_PASS}, {'r', LUDUS_PLAY_RESIGN},
        {'f', LUDUS_PLAY_FLIP},    {'s', LUDUS_PLAY_SAVE}, {' ', LUDUS_PLAY_PAUSE},
    };
    if (event->is_repeat || event->ctrl || event->alt) {
        return false;
    }
    if (event->key == 'v') {
        p->heat = (ludus_play_heat)((p->heat + 1) % LUDUS_PLAY_NUM_HEATS);
        return true;
    }
    if (event->key == 'o') {
        p->shows_owner = !p->shows_owner;
        return true;
    }
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (keys[i].key == event->key) {
            ludus_play_press(p, keys[i].button);
            return true;
        }
    }
    return false;
}

static bool take_key(ludus_play *p, const ludus_event *event)
{
    switch (event->key) {
    case LUDUS_KEY_LEFT:
        jump(p, p->cursor - 1);
        return true;
    case LUDUS_KEY_RIGHT:
        jump(p, p->cursor + 1);
        return true;
    case LUDUS_KEY_HOME:
        jump(p, 0);
        return true;
    case LUDUS_KEY_END:
        jump(p, p->record.count);
        return true;
    case LUDUS_KEY_ESCAPE:
        if (p->selected >= 0 || p->promoting_to >= 0) {
            p->selected = -1;
            p->promoting_to = -1;
            return true;
        }
        return false;
    default:
        return press_letter(p, event);
    }
}

bool ludus_play_event(void *self, const ludus_event *event)
{
    ludus_play *p = self;
    bool used = false;
    if (p->dialog.is_open) {
        return ludus_play_dialog_event(p, event);
    }
    if (event->kind == LUDUS_EVENT_KEY) {
        return take_key(p, event);
    }
    const int32_t button = ludus_buttons_event(p->buttons, LUDUS_PLAY_NUM_BUTTONS, event, &used);
    if (button != LUDUS_BUTTON_NONE) {
        ludus_play_press(p, (ludus_play_button)button);
    }
    return used || take_mouse(p, event);
}
