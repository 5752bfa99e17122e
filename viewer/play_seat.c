#include "viewer/play_seat.h"

#include "agents/game_net.h"
#include "agents/level.h"
#include "envs/go.h"

#include <stdio.h>
#include <string.h>

#define CLOSE_SECONDS 0.25 // for a player to end by itself
#define REPORT_SECONDS 0.05
#define TREE_BYTES ((size_t)128 << 20)

ludus_status ludus_seat_thinker(ludus_thinker **out, const ludus_game *game, const char *net,
                                int32_t threads, ludus_error *error)
{
    ludus_net *loaded = NULL;
    ludus_thinker_config config = ludus_thinker_config_for_game(game);
    *out = NULL;
    if (net[0]) {
        const ludus_status status = ludus_net_load_for_game(&loaded, net, game, error);
        if (status) {
            return status;
        }
    }
    config.threads = threads < 1 ? 1 : threads > 64 ? 64 : threads;
    config.report_seconds = REPORT_SECONDS;
    config.max_nodes = ludus_thinker_nodes_for(game, TREE_BYTES);
    config.max_nodes = config.max_nodes < 400000 ? config.max_nodes : 400000;
    const ludus_status status = ludus_thinker_create(out, game, loaded, &config, error);
    ludus_net_destroy(loaded);
    return status;
}

ludus_status ludus_seat_open(ludus_seat *seat, const ludus_game *game, const ludus_seat_spec *spec,
                             ludus_error *error)
{
    *seat = (ludus_seat){.spec = *spec, .game = game};
    ludus_rng_init(&seat->rng, spec->seed, 1);
    switch (spec->kind) {
    case LUDUS_SEAT_SEARCH:
        return ludus_seat_thinker(&seat->thinker, game, spec->net, spec->threads, error);
    case LUDUS_SEAT_ALPHABETA:
        snprintf(seat->spec.player, sizeof(seat->spec.player), "alphabeta:%d",
                 1 + spec->level / 2); // depths 1 to 6
        return ludus_player_thread_create(&seat->player, game->spec.name, seat->spec.player,
                                          spec->seed, error);
    case LUDUS_SEAT_PLAYER:
        return ludus_player_thread_create(&seat->player, game->spec.name, spec->player, spec->seed,
                                          error);
    case LUDUS_SEAT_PERSON:
        break;
    }
    return LUDUS_OK;
}

void ludus_seat_close(ludus_seat *seat)
{
    ludus_thinker_destroy(seat->thinker);
    const bool ended = ludus_player_thread_destroy(seat->player, CLOSE_SECONDS);
    seat->was_left = seat->was_left || !ended;
    seat->thinker = NULL;
    seat->player = NULL;
    seat->is_asked = false;
}

void ludus_seat_ask(ludus_seat *seat, const ludus_play_record *record)
{
    seat->is_asked = true;
    if (seat->thinker) {
        const ludus_level level = ludus_level_of(seat->spec.level);
        const ludus_think_limits limits = {.simulations = level.simulations};
        ludus_thinker_start(seat->thinker, record->end, &limits);
    } else if (seat->player) {
        ludus_player_thread_ask(seat->player, record->start, record->moves, record->count);
    }
}

void ludus_seat_forget(ludus_seat *seat)
{
    if (seat->thinker) {
        ludus_thinker_stop(seat->thinker);
    } else if (seat->player) {
        ludus_player_thread_forget(seat->player);
    }
    seat->is_asked = false;
}

ludus_player_state ludus_seat_poll(ludus_seat *seat, ludus_player_answer *answer)
{
    if (seat->player) {
        const ludus_player_state state = ludus_player_thread_poll(seat->player, answer);
        if (state == LUDUS_PLAYER_MOVED || state == LUDUS_PLAYER_RESIGNED) {
            seat->is_asked = false;
        }
        seat->has_failed = seat->has_failed || state == LUDUS_PLAYER_FAILED;
        return state;
    }
    if (!seat->thinker || !seat->is_asked) {
        return LUDUS_PLAYER_IDLE;
    }
    if (ludus_thinker_is_running(seat->thinker)) {
        return LUDUS_PLAYER_THINKING;
    }
    const ludus_level level = ludus_level_of(seat->spec.level);
    memset(answer, 0, sizeof(*answer));
    answer->move = ludus_thinker_choose(seat->thinker, &level, &seat->rng);
    if (ludus_thinker_should_pass(seat->thinker, false)) {
        answer->move = ludus_go_pass(ludus_go_size(seat->game));
    }
    seat->is_asked = false;
    return LUDUS_PLAYER_MOVED;
}

bool ludus_seat_see(ludus_seat *seat, ludus_thinker_snapshot *snapshot)
{
    if (!seat->thinker) {
        return false;
    }
    ludus_thinker_snapshot_get(seat->thinker, snapshot);
    return snapshot->serial > 0;
}

void ludus_seat_wait(ludus_seat *seat)
{
    if (seat->player && seat->is_asked) {
        ludus_player_thread_wait(seat->player);
    } else if (seat->thinker && seat->is_asked) {
        while (!ludus_thinker_wait(seat->thinker, 1)) {
        }
    }
}

void ludus_seat_name(const ludus_seat_spec *spec, char *out, size_t size)
{
    switch (spec->kind) {
    case LUDUS_SEAT_PERSON:
        snprintf(out, size, "you");
        break;
    case LUDUS_SEAT_SEARCH:
    case LUDUS_SEAT_ALPHABETA:
        snprintf(out, size, "ludus, level %d", spec->level);
        break;
    case LUDUS_SEAT_PLAYER:
        snprintf(out, size, "%s", spec->player);
        break;
    }
}
