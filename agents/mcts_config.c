#include "agents/mcts.h"

#include <string.h>

static const char *const root_names[] = {"puct", "gumbel", NULL};

const ludus_option ludus_mcts_options[] = {
    LUDUS_OPTION_ENUM(ludus_mcts_config, "search", "root", root, root_names,
                      "puct (AlphaZero) or gumbel (sequential halving)"),
    LUDUS_OPTION_INT32(ludus_mcts_config, "search", "simulations", simulations, 1, 1e6, "per move"),
    LUDUS_OPTION_FLOAT(ludus_mcts_config, "search", "c_puct", c_puct, 0, 100, "exploration"),
    LUDUS_OPTION_FLOAT(ludus_mcts_config, "search", "c_base", c_base, 1, 1e9,
                       "visits at which exploration begins to grow"),
    LUDUS_OPTION_FLOAT(ludus_mcts_config, "search", "fpu_reduction", fpu_reduction, 0, 2,
                       "first-play urgency: how much worse than its parent a new move seems"),
    LUDUS_OPTION_FLOAT(ludus_mcts_config, "search", "root_fpu_reduction", root_fpu_reduction, 0, 2,
                       "the same at the root under noise"),
    LUDUS_OPTION_FLOAT(ludus_mcts_config, "search", "draw_value", draw_value, -1, 1,
                       "of a draw for the player to move at the root"),
    LUDUS_OPTION_FLOAT(ludus_mcts_config, "search", "noise_alpha", noise_alpha, 0, 100,
                       "Dirichlet alpha; 0 = 10 / legal moves"),
    LUDUS_OPTION_FLOAT(ludus_mcts_config, "search", "noise_share", noise_share, 0, 1,
                       "share of Dirichlet noise in the root's priors"),
    LUDUS_OPTION_FLOAT(ludus_mcts_config, "search", "temperature", temperature, 0, 100,
                       "of the visit counts in the first plies"),
    LUDUS_OPTION_INT32(ludus_mcts_config, "search", "temperature_plies", temperature_plies, 0, 1e6,
                       "how many those are"),
    LUDUS_OPTION_FLOAT(ludus_mcts_config, "search", "temperature_final", temperature_final, 0, 100,
                       "afterwards; 0 = most visits"),
    LUDUS_OPTION_INT32(ludus_mcts_config, "search", "gumbel_actions", gumbel_actions, 1, 10000,
                       "root moves that sequential halving considers"),
    LUDUS_OPTION_FLOAT(ludus_mcts_config, "search", "gumbel_c_visit", gumbel_c_visit, 0, 1e6,
                       "weight of values against priors, see the paper"),
    LUDUS_OPTION_FLOAT(ludus_mcts_config, "search", "gumbel_c_scale", gumbel_c_scale, 0, 1e3,
                       "weight of values against priors, see the paper"),
    LUDUS_OPTION_BOOL(ludus_mcts_config, "search", "solver", enable_solver,
                      "back up proven wins, draws and losses"),
    LUDUS_OPTION_BOOL(ludus_mcts_config, "search", "lookahead", enable_lookahead,
                      "look for a move that wins at once in every new node (needs solver)"),
    LUDUS_OPTION_BOOL(ludus_mcts_config, "search", "symmetry", enable_symmetry,
                      "evaluate each position through a symmetry drawn from its hash"),
    LUDUS_OPTION_INT32(ludus_mcts_config, "search", "average_symmetries", average_symmetries, 1, 64,
                       "symmetries averaged at the root"),
    LUDUS_OPTION_INT32(ludus_mcts_config, "search", "cache_entries", cache_entries, 0, 1e8,
                       "evaluation cache of each tree; 0 = off"),
    LUDUS_OPTION_INT32(ludus_mcts_config, "search", "max_nodes", max_nodes, 0, 1e9,
                       "tree size; 0 = 2 * simulations + 1024"),
    LUDUS_OPTION_INT32(ludus_mcts_config, "search", "virtual_loss", virtual_loss, 1, 100,
                       "visits lent to a leaf that is being evaluated"),
};
const size_t ludus_mcts_num_options = sizeof(ludus_mcts_options) / sizeof(ludus_mcts_options[0]);

ludus_mcts_config ludus_mcts_config_default(void)
{
    return (ludus_mcts_config){
        .root = LUDUS_ROOT_PUCT,
        .simulations = 100,
        .c_puct = 1.5f,
        .c_base = 19652.0f,
        .fpu_reduction = 0.25f,
        .noise_share = 0.25f,
        .temperature = 1.0f,
        .gumbel_actions = 16,
        .gumbel_c_visit = 50.0f,
        .gumbel_c_scale = 1.0f,
        .enable_solver = true,
        .enable_symmetry = true,
        .average_symmetries = 1,
        .virtual_loss = 1,
    };
}

ludus_mcts_config ludus_mcts_config_for_game(const ludus_game *game)
{
    ludus_mcts_config config = ludus_mcts_config_default();
    config.enable_lookahead = strcmp(game->spec.name, "chess") == 0;
    return config;
}
