// What the files of the chess game share.

#ifndef LUDUS_ENVS_CHESS_INTERNAL_H
#define LUDUS_ENVS_CHESS_INTERNAL_H

#include "envs/chess_board.h"
#include "envs/game.h"

#define LUDUS_CHESS_HISTORY 100 // plies after which the fifty-move rule ends the game

// The position block.
typedef struct ludus_chess_position {
    ludus_chess_board board;
    uint16_t plies;       // played
    uint8_t num_history;  // keys in history
    uint8_t num_earlier;  // occurrences of this position before now
    uint32_t reserved[1]; // 0
    // Keys of the positions since the last irreversible move, the oldest first; 0 beyond.
    uint64_t history[LUDUS_CHESS_HISTORY];
} ludus_chess_position;

// The ctx of the game: the policy index both ways. In the mover's squares.
typedef struct ludus_chess_policy {
    int16_t index_of[64][64]; // -1: no piece goes so
    int16_t under_of[8][8];   // [file of from][file of to] -> index of the promotion to a knight
    uint16_t move_at[1858];   // ludus_chess_move; a promotion to a queen as a plain move
} ludus_chess_policy;

void ludus_chess_policy_init(ludus_chess_policy *policy);
// -1 when no piece goes so.
ludus_move ludus_chess_policy_index(const ludus_chess_policy *policy, ludus_chess_move move);
ludus_chess_move ludus_chess_policy_move(const ludus_chess_policy *policy,
                                         const ludus_chess_board *board, ludus_move index);

// Between the mover's squares and the real ones: a square ^ this is the other.
static inline int32_t ludus_chess_view_of(const ludus_chess_board *board)
{
    return board->side ? 56 : 0;
}

// Text of moves, in envs/chess_text.c; the entries of ludus_game_ops.
ludus_status ludus_chess_move_from_text(const void *ctx, const void *pos, const char *text,
                                        ludus_move *out);
void ludus_chess_move_to_text(const void *ctx, const void *pos, ludus_move move, char *out);
void ludus_chess_draw(const void *ctx, const void *pos, ludus_move last, char *out);

// Material, centre, mobility and the kings' places: a guess at the value for the mover, (-1,1).
float ludus_chess_guess(const ludus_chess_board *board);

#endif
