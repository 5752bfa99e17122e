// What the play screen knows of thinking: the analysis, hints, and what bots see while they think.

#include "viewer/play_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define HINT_SECONDS 0.8
#define HEADLESS_SIMULATIONS 400

// Whether the latest look at the position of a ply shows more than what is shown. A search that has
// just begun has nothing to show; the last look stays until it has.
static bool has_news(const ludus_play *p, int32_t ply, const char *by)
{
    const ludus_thinker_snapshot *new = &p->latest;
    const bool is_shown = p->seen_ply == ply && p->seen.serial == new->serial &&
                          p->seen.stats.simulations == new->stats.simulations &&
                          !strcmp(p->seen_by, by);
    return new->stats.simulations > 0 && new->num_top > 0 && !is_shown;
}

// The latest look becomes what is shown.
static void note_seen(ludus_play *p, int32_t ply, const char *by)
{
    const ludus_thinker_snapshot swap = p->seen;
    p->seen = p->latest;
    p->latest = swap;
    const float score = p->seen.has_score ? p->seen.score : NAN;
    p->seen_ply = ply;
    p->seen_side = ludus_game_to_move(&p->game, ply == p->record.count ? p->record.end : p->pos);
    snprintf(p->seen_by, sizeof(p->seen_by), "%s", by);
    if (ply <= p->record.count && p->seen.stats.simulations > 0) {
        ludus_play_record_note(&p->record, ply, p->seen.stats.value, score);
    }
}

// ---- The analyst --------------------------------------------------------------------------------

void ludus_play_stop_analyst(ludus_play *p)
{
    if (p->is_analyst_on) {
        ludus_thinker_stop(p->analyst);
        p->is_analyst_on = false;
    }
}

static bool open_analyst(ludus_play *p)
{
    ludus_error error;
    if (p->analyst) {
        return true;
    }
    if (ludus_seat_thinker(&p->analyst, &p->game, p->net, p->threads, &error)) {
        ludus_notice_show(&p->notice, 6, "no analysis: %s", error.text);
        p->is_analysing = false;
        p->wants_hint = false;
        ludus_play_set_buttons(p);
        return false;
    }
    return true;
}

// The analyst looks at the position shown.
static void aim_analyst(ludus_play *p)
{
    const size_t bytes = p->game.spec.state_bytes;
    if (p->is_analyst_on && !memcmp(p->analysed, p->pos, bytes)) {
        return;
    }
    const ludus_think_limits endless = {.enable_endless = true};
    const ludus_think_limits limited = {.simulations = HEADLESS_SIMULATIONS};
    memcpy(p->analysed, p->pos, bytes);
    ludus_thinker_start(p->analyst, p->pos, p->is_headless ? &limited : &endless);
    p->is_analyst_on = true;
}

void ludus_play_ask_hint(ludus_play *p)
{
    if (ludus_play_is_persons_turn(p)) {
        p->wants_hint = true;
        p->hint_wait = HINT_SECONDS;
        p->passed_hint = LUDUS_MOVE_NONE;
    }
}

static void give_hint(ludus_play *p)
{
    char text[LUDUS_GAME_TEXT_MAX];
    p->wants_hint = false;
    if (!ludus_game_is_legal(&p->game, p->pos, p->seen.top[0].at.move)) {
        return;
    }
    const ludus_thought_move *best = &p->seen.top[0];
    p->passed_hint = best->at.move;
    ludus_board_move_text(&p->game, p->pos, p->passed_hint, text);
    ludus_notice_show(&p->notice, 4, "hint: %s  (%.0f %% to win)", text,
                      50 + 50 * (double)best->at.value);
}

// ---- Bots ---------------------------------------------------------------------------------------

static int compare_top(const ludus_mcts_move *a, const ludus_mcts_move *b)
{
    return a->visits > b->visits;
}

// A player's own account of its move becomes what is shown.
void ludus_play_take_answer(ludus_play *p, int32_t side, const ludus_player_answer *answer)
{
    char name[64];
    ludus_thinker_snapshot *s = &p->latest;
    ludus_seat_name(&p->seats[side].spec, name, sizeof(name));
    if (ludus_seat_see(&p->seats[side], s)) {
        note_seen(p, p->record.count, name);
        return;
    }
    if (!answer->has_value && answer->num_moves == 0) {
        return;
    }
    s->stats = (ludus_mcts_stats){.simulations = answer->simulations, .value = answer->value};
    s->has_ownership = s->has_score = false;
    s->serial = 0; // no search of ours
    s->seconds = 0;
    s->num_moves = 0;
    s->num_top = 0;
    for (int32_t i = 0; i < answer->num_moves && i < LUDUS_THOUGHT_TOP_MAX; i++) {
        s->top[s->num_top++] = (ludus_thought_move){.at = answer->moves[i], .line_length = 0};
        s->moves[s->num_moves++] = answer->moves[i];
        if (i > 0 && compare_top(&s->top[i].at, &s->top[i - 1].at)) {
            const ludus_thought_move swap = s->top[i];
            s->top[i] = s->top[i - 1];
            s->top[i - 1] = swap;
        }
    }
    if (s->num_top > 0 && answer->line_length > 0 && answer->line[0] == s->top[0].at.move) {
        s->top[0].line_length = answer->line_length;
        memcpy(s->top[0].line, answer->line, sizeof(answer->line));
    }
    note_seen(p, p->record.count, name);
    if (answer->has_value) {
        ludus_play_record_note(&p->record, p->record.count, answer->value, NAN);
    }
}

static bool see_bot(ludus_play *p)
{
    char name[64];
    if (p->is_over || p->cursor != p->record.count) {
        return false;
    }
    ludus_seat *seat = &p->seats[ludus_game_to_move(&p->game, p->record.end)];
    if (!seat->is_asked || !ludus_seat_see(seat, &p->latest)) {
        return false;
    }
    ludus_seat_name(&seat->spec, name, sizeof(name));
    const bool is_new = has_news(p, p->record.count, name);
    if (is_new) {
        note_seen(p, p->record.count, name);
    }
    return is_new;
}

// The analyst's latest look; whether something new is seen.
static bool see_analyst(ludus_play *p)
{
    static const char name[] = "analysis";
    ludus_thinker_snapshot_get(p->analyst, &p->latest);
    const bool is_new = has_news(p, p->cursor, name);
    if (is_new) {
        note_seen(p, p->cursor, name);
    }
    return is_new;
}

// The hint is about the position shown, once its search has been given its time.
static bool follow_hint(ludus_play *p, double seconds)
{
    p->hint_wait -= seconds;
    const bool is_seen =
        p->seen_ply == p->cursor && p->seen.num_top > 0 && p->seen.stats.simulations > 0;
    if (!p->wants_hint || p->hint_wait > 0 || !is_seen) {
        return false;
    }
    give_hint(p);
    return true;
}

bool ludus_play_follow_thinking(ludus_play *p, double seconds)
{
    const bool is_wanted = (p->is_analysing || p->wants_hint) && p->num_legal > 0 &&
                           !p->dialog.is_open && p->drop >= 1;
    const int32_t side = p->num_legal > 0 ? ludus_game_to_move(&p->game, p->pos) : 0;
    // A search at a seat can be looked into; beside other players the analyst works.
    const bool bot_thinks =
        p->cursor == p->record.count && p->seats[side].is_asked && p->seats[side].thinker != NULL;
    if (bot_thinks) {
        ludus_play_stop_analyst(p);
        return see_bot(p);
    }
    if (!is_wanted || !open_analyst(p)) {
        ludus_play_stop_analyst(p);
        return false;
    }
    aim_analyst(p);
    const bool is_new = see_analyst(p);
    return follow_hint(p, seconds) || is_new;
}
