// Chess as a ludus_game, "chess", with Chess960 as positions of the same game; and what front ends
// (UCI, PGN, viewers) need beyond envs/game.h.
//
//     ludus_game game;
//     ludus_game_open(&game, "chess", &error);
//     ludus_game_from_text(&game, pos, "4k3/8/8/8/8/8/4P3/4K3 w - - 0 1", &error); // FEN
//     ludus_chess_parts(&game, pos, move, &parts); // e2, e4, none
//     ludus_chess_end_of(pos);                     // why it is over
//
// Rules: those of FIDE, with the draws that a player may claim taken as claimed: the third
// occurrence of a position, fifty moves of each side without capture or pawn move. Bare material
// with which nobody can mate is a draw. A game is drawn after LUDUS_CHESS_MAX_PLIES moves, counted
// from init or from_text. Positions that are over have no legal moves, so ludus_game_perft counts
// nothing below them; ludus_chess_board_perft (envs/chess_board.h) plays on as published counts do.
//
// Policy: the index of a move is dense, LUDUS_CHESS_NUM_MOVES = 1858, in the mover's view (Black
// sees the board upside down): first the 1792 pairs of squares that a queen or a knight can join
// on an empty board, ordered by from, then to, where a pawn that reaches the last rank becomes a
// queen; then the 66 promotions to knight, bishop, rook, ordered by from, to, kind. Castling is
// the king's move onto its rook, which alone is unambiguous in Chess960. The other usual encoding
// (64 squares x 73 kinds of move = 4672) costs 2.5 times the weights of a dense policy head, and
// 60 % of its outputs name moves that leave the board.
//
// Planes, [20,8,8], rank 1 of the mover first: 0-5 own pawns, knights, bishops, rooks, queens,
// king; 6-11 the opponent's; 12 the square of a legal en-passant capture; 13-16 castling rights
// (own king's wing, own queen's wing, the opponent's) as ones; 17 ones when the position occurred
// before; 18 fifty-move clock / 100; 19 ones. Where nobody may castle the board seen in a mirror
// (a- and h-file change places) is a symmetry. No history planes: chess is a game of perfect
// information whose past matters only to the draws, which planes 17 and 18 tell of, and earlier
// boards would multiply the position block, which search copies at every node.
//
// Squares here are real: a1 = 0, b1 = 1, h8 = 63. `pos` is a position block of the game.
// Threads: as envs/game.h.

#ifndef LUDUS_ENVS_CHESS_H
#define LUDUS_ENVS_CHESS_H

#include "envs/chess_board.h"
#include "envs/game.h"

#define LUDUS_CHESS_NUM_MOVES 1858
#define LUDUS_CHESS_NUM_PLANES 20
#define LUDUS_CHESS_MAX_PLIES 512
#define LUDUS_CHESS_STANDARD 518 // the Chess960 number of the standard start

typedef struct ludus_chess_parts_of_move {
    int32_t from, to;  // squares; castling: of the king and of its rook
    int32_t kind;      // of the piece that moves, LUDUS_CHESS_PAWN ..
    int32_t promotion; // LUDUS_CHESS_KNIGHT .. LUDUS_CHESS_QUEEN, or 0
    bool is_castling;
    bool is_capture; // en passant included
} ludus_chess_parts_of_move;

typedef enum ludus_chess_end {
    LUDUS_CHESS_ONGOING,
    LUDUS_CHESS_CHECKMATE,
    LUDUS_CHESS_STALEMATE,
    LUDUS_CHESS_REPETITION,
    LUDUS_CHESS_FIFTY_MOVES,
    LUDUS_CHESS_BARE_MATERIAL,
    LUDUS_CHESS_TOO_LONG // LUDUS_CHESS_MAX_PLIES
} ludus_chess_end;

// A start position of Chess960, 0..959; 518 is standard chess.
void ludus_chess_start(const ludus_game *game, void *pos, int32_t number);
// Whether castling is written as king takes rook (UCI_Chess960). from_text sets it only when the
// castling rights could not belong to standard chess.
void ludus_chess_set_960(void *pos, bool is_960);
// The limit of plies counts from here: for games that a front end knows to be longer.
void ludus_chess_restart_plies(void *pos);
// Forgets the past as far as it ends the game: after a third occurrence, fifty moves or too many
// plies the position is one that has just begun. Mates and bare material stay what they are.
void ludus_chess_forgive_draw(void *pos);
// Plays a move that the rules of movement allow, also where the game counts as drawn: the other
// side may not have claimed the draw. The draw is then forgiven.
void ludus_chess_play_on(const ludus_game *game, void *pos, ludus_move move);

void ludus_chess_fen(const void *pos, char *out); // [LUDUS_CHESS_FEN_MAX]
ludus_chess_end ludus_chess_end_of(const void *pos);
const char *ludus_chess_end_name(ludus_chess_end end); // "checkmate"; never NULL
bool ludus_chess_is_check(const void *pos);
int32_t ludus_chess_fifty(const void *pos);       // plies without capture or pawn move
int32_t ludus_chess_occurrences(const void *pos); // of this position: 1, 2 or 3
int32_t ludus_chess_plies(const void *pos);       // played since init, from_text or restart
// Borrowed from pos; as its mover sees it.
const ludus_chess_board *ludus_chess_board_of(const void *pos);

// A move of the game (a legal one) in parts, and the reverse: LUDUS_MOVE_NONE when no piece could
// ever go so; whether it is legal is not looked at. Promotion is ignored where no pawn promotes
// and LUDUS_MOVE_NONE is the answer where a pawn must and promotion is 0.
void ludus_chess_parts(const ludus_game *game, const void *pos, ludus_move move,
                       ludus_chess_parts_of_move *out);
ludus_move ludus_chess_find(const ludus_game *game, const void *pos, int32_t from, int32_t to,
                            int32_t promotion);

// Between policy indices and the moves of envs/chess_board.h (the mover's view).
ludus_chess_move ludus_chess_of_index(const ludus_game *game, const ludus_chess_board *board,
                                      ludus_move move);
ludus_move ludus_chess_index_of(const ludus_game *game, ludus_chess_move move);

#endif
