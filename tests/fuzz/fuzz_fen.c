// Bytes as FEN: refused in one line, or a board that writes FEN which reads back as the same board,
// whose listed moves are as many as counted, survive algebraic notation, and leave sound boards.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_require.h"
#include "envs/chess_san.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_TEXT 256

static void check_moves(const ludus_chess_board *board)
{
    ludus_chess_move moves[LUDUS_CHESS_MAX_MOVES], again;
    const int32_t n = ludus_chess_moves(board, moves);
    REQUIRE(n >= 0 && n <= LUDUS_CHESS_MAX_MOVES && n == ludus_chess_count_moves(board));
    for (int32_t i = 0; i < n; i++) {
        char san[LUDUS_CHESS_SAN_MAX];
        ludus_chess_board next = *board;
        ludus_chess_to_san(board, moves[i], san);
        REQUIRE(strlen(san) < sizeof(san));
        REQUIRE(ludus_chess_from_san(board, san, strlen(san), &again) == LUDUS_OK);
        REQUIRE(again == moves[i]);
        ludus_chess_make(&next, moves[i]);
        REQUIRE((next.colour[0] & next.colour[1]) == 0);
        const int32_t king = ludus_chess_king_square(&next, 1);
        ludus_chess_board turned = next;
        ludus_chess_turn(&turned);
        REQUIRE(!ludus_chess_board_is_check(&turned));
        REQUIRE(king >= 0 && king < 64);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[MAX_TEXT], fen[LUDUS_CHESS_FEN_MAX];
    ludus_chess_board board, again;
    ludus_error error;
    if (size >= sizeof(text)) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    if (ludus_chess_board_from_fen(&board, text, &error) != LUDUS_OK) {
        REQUIRE(strlen(error.text) > 0 && strchr(error.text, '\n') == NULL);
        return 0;
    }
    ludus_chess_board_to_fen(&board, fen);
    REQUIRE(strlen(fen) < sizeof(fen));
    REQUIRE(ludus_chess_board_from_fen(&again, fen, &error) == LUDUS_OK);
    again.is_960 = board.is_960; // where KQkq says it all the text does not tell
    REQUIRE(memcmp(&board, &again, sizeof(board)) == 0);
    check_moves(&board);
    return 0;
}
