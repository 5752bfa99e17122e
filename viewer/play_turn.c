// The game of the play screen: whose turn it is, moves, undoing, ends, counting.

#include "viewer/play_internal.h"

#include "envs/chess.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define BOT_SECONDS 0.35 // a bot's move comes no sooner after the last one

// ---- Showing ------------------------------------------------------------------------------------

// Marks of the last move before `ply` and the way it came.
static void note_last_move(ludus_play *p, int32_t ply)
{
    p->last_from = -1;
    p->last_to = -1;
    if (ply > 0) {
        ludus_play_record_at(&p->record, ply - 1, p->pos);
        const ludus_move move = p->record.moves[ply - 1];
        p->last_from = ludus_board_view_move_from(&p->view, p->pos, move);
        p->last_to = ludus_board_view_move_to(&p->view, p->pos, move);
    }
}

void ludus_play_show(ludus_play *p, int32_t ply, bool is_animated)
{
    assert(ply >= 0 && ply <= p->record.count);
    note_last_move(p, ply);
    p->cursor = ply;
    ludus_play_record_at(&p->record, ply, p->pos);
    p->num_legal = ludus_game_legal(&p->game, p->pos, p->legal);
    ludus_board_view_read(&p->view, p->pos, p->cells);
    p->has_winning =
        p->num_legal == 0 && ludus_board_view_winning_line(&p->view, p->cells, p->winning);
    p->selected = -1;
    p->is_dragging = false;
    p->promoting_to = -1;
    p->passed_hint = LUDUS_MOVE_NONE;
    p->wants_hint = false;
    p->drop = is_animated ? 0 : 1;
    p->moving_from = p->last_from;
}

// ---- Ends ---------------------------------------------------------------------------------------

static void count_go(ludus_play *p)
{
    p->area_lead = ludus_go_area_without(&p->game, p->record.end, p->dead, p->owner);
    ludus_go_colour ignored[LUDUS_PLAY_CELLS];
    p->territory_lead = ludus_go_territory(&p->game, p->record.end, p->dead, ignored);
}

void ludus_play_say_lead(char *out, size_t size, int32_t lead)
{
    if (lead == 0) {
        snprintf(out, size, "A draw");
    } else {
        snprintf(out, size, "%s wins by %.1f", lead > 0 ? "Black" : "White",
                 0.5 * (double)(lead > 0 ? lead : -lead));
    }
}

static void say_result(ludus_play *p)
{
    const ludus_outcome outcome = ludus_game_outcome(&p->game, p->record.end);
    const int32_t side = ludus_game_to_move(&p->game, p->record.end);
    const int32_t winner = outcome == LUDUS_WIN ? side : 1 - side;
    const char *name = ludus_board_view_side_name(&p->view, winner);
    const char *why = "";
    if (p->view.kind == LUDUS_BOARD_PIECES) {
        why = ludus_chess_end_name(ludus_chess_end_of(p->record.end));
    }
    if (outcome == LUDUS_DRAW) {
        snprintf(p->status, sizeof(p->status), "A draw%s%s", why[0] ? ": " : "", why);
    } else {
        snprintf(p->status, sizeof(p->status), "%s wins%s%s", name, why[0] ? ": " : "", why);
    }
}

static void say_turn(ludus_play *p)
{
    const int32_t side = ludus_game_to_move(&p->game, p->record.end);
    const char *name = ludus_board_view_side_name(&p->view, side);
    const bool two =
        p->seats[0].spec.kind == LUDUS_SEAT_PERSON && p->seats[1].spec.kind == LUDUS_SEAT_PERSON;
    if (p->seats[side].has_failed) {
        snprintf(p->status, sizeof(p->status), "%s cannot play on", name);
    } else if (p->seats[side].spec.kind != LUDUS_SEAT_PERSON) {
        snprintf(p->status, sizeof(p->status), "%s %s", name,
                 p->is_paused ? "waits (space goes on)" : "is thinking\xe2\x80\xa6");
    } else if (two) {
        snprintf(p->status, sizeof(p->status), "%s to move", name);
    } else {
        snprintf(p->status, sizeof(p->status), "Your move (%s)", name);
    }
}

void ludus_play_say_status(ludus_play *p)
{
    if (p->resigned >= 0) {
        snprintf(p->status, sizeof(p->status), "%s wins: %s resigned",
                 ludus_board_view_side_name(&p->view, 1 - p->resigned),
                 ludus_board_view_side_name(&p->view, p->resigned));
    } else if (p->is_scoring) {
        ludus_play_say_lead(p->status, sizeof(p->status), p->area_lead);
    } else if (p->is_over) {
        say_result(p);
    } else {
        say_turn(p);
    }
}

// After each change of the end of the game.
static void look_at_end(ludus_play *p)
{
    p->is_over = p->resigned >= 0 || ludus_game_outcome(&p->game, p->record.end) != LUDUS_ONGOING;
    p->is_scoring = p->is_over && p->resigned < 0 && ludus_is_go(&p->game);
    memset(p->dead, 0, sizeof(p->dead));
    if (p->is_scoring) {
        count_go(p);
    }
    ludus_play_say_status(p);
    ludus_play_set_buttons(p);
}

// A string of stones of one colour, found from a cell.
void ludus_play_toggle_dead(ludus_play *p, int32_t cell)
{
    int32_t stack[LUDUS_PLAY_CELLS];
    bool visited[LUDUS_PLAY_CELLS] = {false};
    const ludus_mark mark = p->cells[cell];
    const bool is_dead = !p->dead[cell];
    const int32_t size = p->view.columns;
    int32_t count = 1;
    if (!p->is_scoring || mark == LUDUS_MARK_NONE) {
        return;
    }
    stack[0] = cell;
    visited[cell] = true;
    while (count > 0) {
        const int32_t at = stack[--count];
        const int32_t around[4] = {at % size > 0 ? at - 1 : -1, at % size < size - 1 ? at + 1 : -1,
                                   at - size, at + size < size * size ? at + size : -1};
        p->dead[at] = is_dead;
        for (int i = 0; i < 4; i++) {
            if (around[i] >= 0 && p->cells[around[i]] == mark && !visited[around[i]]) {
                visited[around[i]] = true;
                stack[count++] = around[i];
            }
        }
    }
    count_go(p);
    ludus_play_say_status(p);
}

// ---- Moves --------------------------------------------------------------------------------------

static void forget_bots(ludus_play *p)
{
    for (int side = 0; side < 2; side++) {
        if (p->seats[side].is_asked) {
            ludus_seat_forget(&p->seats[side]);
        }
    }
}

static void add_move(ludus_play *p, ludus_move move)
{
    const bool is_at_end = p->cursor == p->record.count;
    ludus_board_move_text(&p->game, p->record.end, move, p->texts[p->record.count]);
    ludus_play_record_add(&p->record, move);
    if (is_at_end) {
        ludus_play_show(p, p->record.count, true);
    }
    p->since_move = 0;
    look_at_end(p);
}

bool ludus_play_is_persons_turn(const ludus_play *p)
{
    if (p->num_legal == 0 || (p->is_over && p->cursor == p->record.count)) {
        return false;
    }
    const int32_t side = ludus_game_to_move(&p->game, p->pos);
    return p->seats[side].spec.kind == LUDUS_SEAT_PERSON;
}

void ludus_play_move(ludus_play *p, ludus_move move)
{
    if (p->cursor < p->record.count) { // played on from an earlier position
        forget_bots(p);
        ludus_play_record_cut(&p->record, p->cursor);
        p->seen_ply = p->seen_ply > p->cursor ? -1 : p->seen_ply; // of a position that is gone
        p->resigned = -1;
    }
    add_move(p, move);
}

// Whether the player to move has nothing but a pass: no decision in Othello. Uses p->legal.
static bool must_pass(ludus_play *p, const void *pos)
{
    return p->view.kind == LUDUS_BOARD_CLOTH && ludus_game_legal(&p->game, pos, p->legal) == 1 &&
           p->legal[0] == ludus_board_view_pass(&p->view);
}

// The last ply before the end at which somebody decided whom undoing is for: of a person and a bot
// the person. -1 = none. Uses p->pos and p->legal.
static int32_t last_decision(ludus_play *p)
{
    const bool is_person[2] = {p->seats[0].spec.kind == LUDUS_SEAT_PERSON,
                               p->seats[1].spec.kind == LUDUS_SEAT_PERSON};
    const bool two_alike = is_person[0] == is_person[1];
    int32_t ply = p->record.count - (p->resigned < 0);
    for (; ply >= 0; ply--) {
        ludus_play_record_at(&p->record, ply, p->pos);
        if ((two_alike || is_person[ludus_game_to_move(&p->game, p->pos)]) &&
            !must_pass(p, p->pos)) {
            break;
        }
    }
    return ply;
}

void ludus_play_undo(ludus_play *p)
{
    int32_t count = last_decision(p);
    if (count < 0 && p->resigned >= 0) {
        count = p->record.count; // resigning is taken back at least
    }
    if (count < 0) { // the first move of a bot is not taken back
        ludus_play_show(p, p->cursor, false);
        return;
    }
    forget_bots(p);
    p->resigned = -1;
    ludus_play_record_cut(&p->record, count);
    p->seen_ply = -1;
    p->since_move = 0;
    ludus_play_show(p, p->record.count, false);
    look_at_end(p);
}

void ludus_play_resign(ludus_play *p)
{
    const int32_t side = ludus_game_to_move(&p->game, p->record.end);
    const bool is_person = p->seats[side].spec.kind == LUDUS_SEAT_PERSON;
    if (p->is_over) {
        return;
    }
    forget_bots(p);
    p->resigned = is_person || p->seats[1 - side].spec.kind != LUDUS_SEAT_PERSON ? side : 1 - side;
    look_at_end(p);
}

// ---- Turns --------------------------------------------------------------------------------------

// Forced passes of Othello are no decision.
static bool pass_if_forced(ludus_play *p)
{
    if (p->cursor != p->record.count || p->drop < 1 || !must_pass(p, p->pos)) {
        return false;
    }
    ludus_notice_show(&p->notice, 2.5, "%s has no move and passes",
                      ludus_board_view_side_name(&p->view, ludus_game_to_move(&p->game, p->pos)));
    ludus_play_move(p, ludus_board_view_pass(&p->view));
    return true;
}

// It is not asked again; undoing, resigning and a new game go on.
static void give_up_seat(ludus_play *p, int32_t side, const char *why)
{
    p->seats[side].has_failed = true;
    ludus_seat_forget(&p->seats[side]);
    ludus_notice_show(&p->notice, 10, "%s", why);
    look_at_end(p);
}

static bool take_bot_turn(ludus_play *p, int32_t side)
{
    ludus_player_answer answer;
    ludus_seat *seat = &p->seats[side];
    if (!seat->is_asked) {
        ludus_seat_ask(seat, &p->record);
    }
    if (p->since_move < BOT_SECONDS && !p->is_headless) {
        return false; // the last move is still on its way
    }
    switch (ludus_seat_poll(seat, &answer)) {
    case LUDUS_PLAYER_MOVED:
        if (!ludus_game_is_legal(&p->game, p->record.end, answer.move)) {
            give_up_seat(p, side, "the player chose an illegal move");
            return true;
        }
        ludus_play_take_answer(p, side, &answer);
        add_move(p, answer.move);
        return true;
    case LUDUS_PLAYER_RESIGNED:
        p->resigned = side;
        look_at_end(p);
        ludus_notice_show(&p->notice, 6, "%s", answer.error.text);
        return true;
    case LUDUS_PLAYER_FAILED:
        give_up_seat(p, side, answer.error.text);
        return true;
    default:
        return false; // thinking
    }
}

bool ludus_play_take_turns(ludus_play *p)
{
    if (p->is_over || p->dialog.is_open) {
        return false;
    }
    const int32_t side = ludus_game_to_move(&p->game, p->record.end);
    if (p->seats[side].spec.kind == LUDUS_SEAT_PERSON) {
        return pass_if_forced(p);
    }
    return !p->is_paused && !p->seats[side].has_failed && take_bot_turn(p, side);
}

// ---- New games ----------------------------------------------------------------------------------

static bool is_same_seat(const ludus_seat_spec *a, const ludus_seat_spec *b)
{
    const bool is_alike = a->kind == b->kind && !strcmp(a->net, b->net);
    return a->kind == LUDUS_SEAT_ALPHABETA ? is_alike && a->level == b->level
                                           : is_alike && !strcmp(a->player, b->player);
}

ludus_status ludus_play_start(ludus_play *p, const ludus_seat_spec seats[2], ludus_error *error)
{
    ludus_status status = LUDUS_OK;
    forget_bots(p);
    ludus_play_stop_analyst(p);
    for (int side = 0; side < 2; side++) {
        ludus_seat *seat = &p->seats[side];
        if (seat->game && !seat->has_failed && is_same_seat(&seat->spec, &seats[side])) {
            seat->spec.level = seats[side].level;
            if (seat->thinker) {
                ludus_thinker_reset(seat->thinker);
            }
            continue;
        }
        ludus_seat_close(seat);
        p->left_thread = p->left_thread || seat->was_left;
        ludus_seat_spec spec = seats[side];
        spec.seed += (uint64_t)side;
        status = ludus_seat_open(seat, &p->game, &spec, error);
        if (status) { // a person can always sit down
            spec.kind = LUDUS_SEAT_PERSON;
            ludus_seat_open(seat, &p->game, &spec, NULL);
            break;
        }
    }
    const bool is_only_second =
        seats[0].kind != LUDUS_SEAT_PERSON && seats[1].kind == LUDUS_SEAT_PERSON;
    p->view.is_flipped = is_only_second && p->view.kind == LUDUS_BOARD_PIECES;
    p->resigned = -1;
    p->is_paused = false;
    p->seen_ply = -1;
    p->since_move = 0;
    ludus_play_record_clear(&p->record);
    ludus_play_show(p, 0, false);
    look_at_end(p);
    return status;
}
