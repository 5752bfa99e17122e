// Exact tables of king and one piece against king: who wins and how fast, worked out backwards from
// the mates. The truth that nets are measured against.
//
//     ludus_chess_endgame_create(&table, LUDUS_CHESS_ROOK, &error);
//     ludus_chess_endgame_probe(table, board)       // plies to mate, or a draw
//
// The fifty-move rule plays no part: no such mate takes that long. With best play the longest are
// 10 moves with the queen, 16 with the rook and 28 with the pawn, which tests/test_chess_endgame.c
// checks. Making a table takes about a second (the pawn's makes the others on its way) and 512 KiB.
//
// Threads: a table is only read after creation.

#ifndef LUDUS_ENVS_CHESS_ENDGAME_H
#define LUDUS_ENVS_CHESS_ENDGAME_H

#include "envs/chess_board.h"

typedef struct ludus_chess_endgame ludus_chess_endgame;

#define LUDUS_CHESS_ENDGAME_DRAW (-1)
#define LUDUS_CHESS_ENDGAME_ILLEGAL                                                                \
    (-2) // cannot arise: kings side by side, the wrong side in check

// kind: LUDUS_CHESS_PAWN, LUDUS_CHESS_ROOK or LUDUS_CHESS_QUEEN, of the strong side.
ludus_status ludus_chess_endgame_create(ludus_chess_endgame **out, int32_t kind,
                                        ludus_error *error);
void ludus_chess_endgame_destroy(ludus_chess_endgame *table); // NULL is accepted

// Plies until the strong side mates with best play of both, 0 = mated now; or one of the above.
// Squares as the strong side sees them: its pawns go up.
int32_t ludus_chess_endgame_plies(const ludus_chess_endgame *table, bool is_strong_to_move,
                                  int32_t strong_king, int32_t weak_king, int32_t piece);
// The same of a board with that material, for whichever side is the strong one.
int32_t ludus_chess_endgame_probe(const ludus_chess_endgame *table, const ludus_chess_board *board);
// The board of a position that is not illegal.
void ludus_chess_endgame_board(int32_t kind, bool is_strong_to_move, int32_t strong_king,
                               int32_t weak_king, int32_t piece, ludus_chess_board *out);

#endif
