// Matches between players: pairs of games with swapped colours from varied openings, on all cores,
// with Elo, error bars and a pentanomial sequential test.
//
// Statistics: a pair's result is the sum of its two games (0, .5, 1, 1.5, 2): pairs are
// independent, games of a pair are not. Elo from the mean score, its error from the pairs'
// variance; the SPRT is the generalised likelihood ratio on pentanomial counts (Van den Bergh,
// "GSPRT", fishtest).
//
// Openings are random moves; pairs begin from different positions while there are enough of them.
// A player that resigns (LUDUS_ERR_STATE) loses the game; any other failure ends the match.
//
// Threads: ludus_match_run opens a team of `threads`, each with its own two players.
// Repeat: openings follow from the seed, and pair i draws both players' rng from (seed, i); pairs
// count in their order. So results, an early stop included, do not depend on the number of threads
// unless a player uses the clock.

#ifndef LUDUS_SELFPLAY_MATCH_H
#define LUDUS_SELFPLAY_MATCH_H

#include "agents/player.h"

typedef struct ludus_match_config {
    const char *player[2]; // player texts, see agents/player.h
    int32_t pairs;         // at most; games = 2 * pairs
    int32_t opening_plies; // random plies at the start, the same for both games of a pair
    int32_t threads;
    uint64_t seed;
    bool enable_sprt;   // stop early when decided
    double elo0, elo1;  // hypotheses, logistic Elo
    double alpha, beta; // error rates, .05
} ludus_match_config;

ludus_match_config ludus_match_config_default(void); // 100 pairs, 4 plies, no SPRT

typedef struct ludus_match_result {
    int32_t pairs;
    int32_t wins, draws, losses;      // games, for player[0]
    int32_t forfeits[2];              // games that player[i] gave up or lost on time, among these
    int32_t pentanomial[5];           // pairs with 0, .5, 1, 1.5, 2 points for player[0]
    double score, score_error;        // 0..1 for player[0]; 95 % half width
    double elo, elo_error;            // logistic, 95 % half width; INFINITY when it has no bound
    double llr, llr_lower, llr_upper; // SPRT
    int32_t sprt;                     // +1 H1 accepted, -1 H0 accepted, 0 undecided
    double plies;                     // mean length of a game
} ludus_match_result;

// Fills pairs, score, elo, llr, sprt and their errors from the pentanomial counts. When all pairs
// ended alike their variance says nothing: score_error is then 1 - .05^(1/pairs), the 95 % bound on
// the share of pairs that would end otherwise.
void ludus_match_statistics(const ludus_match_config *config, ludus_match_result *result);

// Called after each pair, by one thread at a time, in pair order; returns false to stop the match.
typedef bool ludus_match_progress(const ludus_match_result *so_far, void *user);
// One finished game, in game order: the moves from the initial position.
typedef void ludus_match_game(int32_t pair, int32_t game, const ludus_move *moves, int32_t plies,
                              ludus_outcome first_player_outcome, void *user);

// Plays the match. On failure `result` holds the pairs before it.
ludus_status ludus_match_run(const ludus_game *game, const ludus_match_config *config,
                             ludus_match_progress *progress, ludus_match_game *on_game, void *user,
                             ludus_match_result *result, ludus_error *error);

#endif
