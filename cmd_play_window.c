#include "cmd_play_window.h"

#include "agents/player.h"
#include "cmd_data.h"
#include "viewer/play_screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Where no net is, alpha-beta plays the games that have a heuristic and playouts the others.
static ludus_seat_spec default_bot(const ludus_game *game, const ludus_play_window_args *args,
                                   const char *net)
{
    ludus_seat_spec bot = {.kind = LUDUS_SEAT_SEARCH,
                           .level = args->level,
                           .threads = args->threads,
                           .seed = args->seed};
    snprintf(bot.net, sizeof(bot.net), "%s", net);
    if (!net[0] && game->ops->heuristic) {
        bot.kind = LUDUS_SEAT_ALPHABETA;
    }
    return bot;
}

// From a player's text; fails with one line when there is no such player.
static ludus_status read_seat(ludus_seat_spec *out, const ludus_game *game, const char *text,
                              const ludus_seat_spec *bot, ludus_error *error)
{
    ludus_player player;
    *out = *bot;
    if (!text) {
        return LUDUS_OK;
    }
    if (!strcmp(text, "human")) {
        out->kind = LUDUS_SEAT_PERSON;
        return LUDUS_OK;
    }
    const ludus_status status = ludus_player_open(&player, game, text, error);
    if (status) {
        return status;
    }
    ludus_player_close(&player);
    out->kind = LUDUS_SEAT_PLAYER;
    snprintf(out->player, sizeof(out->player), "%s", text);
    return LUDUS_OK;
}

static ludus_status seat_players(ludus_play_config *config, const ludus_game *game,
                                 const ludus_play_window_args *args, ludus_error *error)
{
    const ludus_seat_spec bot = default_bot(game, args, config->net);
    const char *me = args->me ? args->me : "human";
    const char *mine = !strcmp(me, "bot") ? NULL : me;
    ludus_status status =
        read_seat(&config->seats[1 - args->side], game, args->opponent, &bot, error);
    if (!status) {
        status = read_seat(&config->seats[args->side], game, mine, &bot, error);
    }
    config->bot = bot;
    if (config->seats[1 - args->side].kind == LUDUS_SEAT_PLAYER) {
        config->bot = config->seats[1 - args->side];
    }
    return status;
}

int ludus_play_window(const ludus_command *command, const char *name,
                      const ludus_play_window_args *given)
{
    char net[LUDUS_PATH_MAX];
    ludus_game game;
    ludus_error error;
    ludus_play *play = NULL;
    ludus_play_window_args args = *given;
    if (ludus_game_open(&game, name, &error)) {
        return ludus_cmd_fail(command, &error);
    }
    const int32_t cores = ludus_cmd_threads(args.threads);
    args.threads = args.threads ? args.threads : cores > 1 ? cores - 1 : 1;
    if (args.net) {
        snprintf(net, sizeof(net), "%s", args.net);
    } else {
        ludus_data_find_net(&game, net);
    }
    ludus_play_config config = {.game = name,
                                .start = args.from,
                                .moves = args.moves,
                                .net = net,
                                .threads = args.threads,
                                .seed = args.seed,
                                .enable_analysis = args.enable_analysis,
                                .is_headless = ludus_window_args_headless(&args.window)};
    int status;
    if (seat_players(&config, &game, &args, &error) || ludus_play_create(&play, &config, &error)) {
        status = ludus_cmd_fail(command, &error);
    } else {
        status = ludus_cmd_window(command, &args.window, &ludus_play_screen, play);
    }
    ludus_game_close(&game);
    if (!ludus_play_destroy(play)) {
        fflush(stdout);
        _Exit(status); // a player is still thinking and uses what exit() would tear down
    }
    return status;
}
