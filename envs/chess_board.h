// A chess position without its past: pieces, rights, clocks; legal moves; making a move.
//
// A board is stored AS ITS PLAYER TO MOVE SEES IT: colour[0] is the mover's, the mover's pawns go
// up, and for Black the board is upside down (square ^ 56). Playing a move turns the board around.
// So there is one direction in the code, and network input needs no further turning. The public
// functions of envs/chess.h speak of real squares.
//
//     ludus_chess_board board, next;
//     ludus_chess_board_from_fen(&board, text, &error);
//     n = ludus_chess_moves(&board, moves);  next = board;  ludus_chess_make(&next, moves[0]);
//
// Castling is the king's move onto the own rook, in Chess960 and in standard chess alike. Boards
// are plain data without pointers; padding there is none, so equal positions have equal bytes.
// The rules of draws (repetition, fifty moves) need the past and live in envs/chess.c.
//
// Threads: any; nothing is kept outside the board.

#ifndef LUDUS_ENVS_CHESS_BOARD_H
#define LUDUS_ENVS_CHESS_BOARD_H

#include "base/base.h"

enum {
    LUDUS_CHESS_PAWN,
    LUDUS_CHESS_KNIGHT,
    LUDUS_CHESS_BISHOP,
    LUDUS_CHESS_ROOK,
    LUDUS_CHESS_QUEEN,
    LUDUS_CHESS_KING,
    LUDUS_CHESS_NUM_KINDS
};

#define LUDUS_CHESS_NO_FILE 8
#define LUDUS_CHESS_MAX_MOVES 256 // 218 is the known maximum
#define LUDUS_CHESS_FEN_MAX 100   // longest FEN with its NUL, counters of five digits

typedef struct ludus_chess_board {
    uint64_t colour[2]; // pieces of the mover, of the opponent
    uint64_t kind[LUDUS_CHESS_NUM_KINDS];
    uint64_t key;         // Zobrist: equal for positions that are the same to the repetition rule
    uint8_t castle[2][2]; // [mover, opponent][king's, queen's wing]: file of the rook or NO_FILE
    uint8_t side;         // 0 White, 1 Black is to move
    uint8_t ep;           // file of a pawn that can LEGALLY be taken en passant, or NO_FILE
    uint8_t fifty;        // plies since the last capture or pawn move
    uint8_t is_960;       // castling in text is king takes rook
    uint32_t move_number; // of the FEN: 1, one more after each move of Black
    uint32_t reserved;    // 0
} ludus_chess_board;

// from | to << 6 | promotion << 12 in the mover's squares; promotion is a kind or 0 (none).
typedef uint16_t ludus_chess_move;

static inline ludus_chess_move ludus_chess_move_of(int32_t from, int32_t to, int32_t promotion)
{
    return (ludus_chess_move)(from | to << 6 | promotion << 12);
}

static inline int32_t ludus_chess_from(ludus_chess_move move)
{
    return move & 63;
}

static inline int32_t ludus_chess_to(ludus_chess_move move)
{
    return move >> 6 & 63;
}

static inline int32_t ludus_chess_promotion(ludus_chess_move move)
{
    return move >> 12;
}

// The mover's square (0) or the opponent's (1) of the king.
static inline int32_t ludus_chess_king_square(const ludus_chess_board *board, int32_t colour)
{
    return __builtin_ctzll(board->colour[colour] & board->kind[LUDUS_CHESS_KING]);
}

// Kind of the piece on an occupied square.
int32_t ludus_chess_kind_at(const ludus_chess_board *board, int32_t square);
// The opponent's pieces that attack `square` when `occupied` squares block.
uint64_t ludus_chess_attackers(const ludus_chess_board *board, int32_t square, uint64_t occupied);
bool ludus_chess_board_is_check(const ludus_chess_board *board);
// Neither side can ever mate: bare kings, one minor piece, bishops on squares of one colour.
bool ludus_chess_is_insufficient(const ludus_chess_board *board);
// Own pawns that may legally take the pawn which has just come to `file` with a double step.
uint64_t ludus_chess_ep_takers(const ludus_chess_board *board, int32_t file);

// Pieces on `square` (the mover's view) change hands with the key kept right. kind: as above.
void ludus_chess_toggle(ludus_chess_board *board, int32_t colour, int32_t kind, int32_t square);
void ludus_chess_set_castle(ludus_chess_board *board, int32_t colour, int32_t wing, int32_t file);
// Notes that the pawn on `file` can be taken en passant, if it legally can.
void ludus_chess_set_ep(ludus_chess_board *board, int32_t file);
// The other player moves: side, key and point of view.
void ludus_chess_turn(ludus_chess_board *board);
// An empty board, White to move, no rights; key 0.
void ludus_chess_board_clear(ludus_chess_board *board);

// Plays a legal move.
void ludus_chess_make(ludus_chess_board *board, ludus_chess_move move);

// Legal moves, in the order of their policy index (envs/chess.h): by from, then to, a promotion
// to a queen among them; then the other promotions. Draws are not looked at.
int32_t ludus_chess_moves(const ludus_chess_board *board, ludus_chess_move *out);
// How many there are, quicker.
int32_t ludus_chess_count_moves(const ludus_chess_board *board);
// Leaves of the move tree; positions that are drawn by rule are played on, as published counts do.
uint64_t ludus_chess_board_perft(const ludus_chess_board *board, int32_t depth);

// Reads FEN. Castling letters: KQkq (outermost rook) or files (Shredder-FEN, X-FEN). Counters may
// be missing. Refused with a line that says why: malformed text, pieces that no game can give,
// more than two checks, the player who has moved left in check.
ludus_status ludus_chess_board_from_fen(ludus_chess_board *board, const char *text,
                                        ludus_error *error);
// Writes FEN; castling as KQkq where that says it all (X-FEN), as files otherwise; an en-passant
// square only when the capture is legal. out: [LUDUS_CHESS_FEN_MAX].
void ludus_chess_board_to_fen(const ludus_chess_board *board, char *out);
// Chess960 start position 0..959 (Scharnagl's numbering; 518 is standard chess).
void ludus_chess_board_start(ludus_chess_board *board, int32_t number);

#endif
