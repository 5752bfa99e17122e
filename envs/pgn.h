// Portable Game Notation: games of chess from text and to text.
//
//     ludus_pgn_reader_create(&reader, &game, text, size, &error);
//     while ((status = ludus_pgn_read(reader, &pgn, &error)) == LUDUS_OK && pgn != NULL) { ... }
//     ludus_pgn_reader_destroy(reader);
//
// Reading: the import format of the standard (Edwards, "PGN specification and implementation
// guide", 1994), with what real files hold: comments {...} and ;..., "%" lines, variations (...) of
// any depth, which are skipped, NAGs, "..." and move numbers anywhere, "e.p.", a byte order mark,
// any line ends, tags FEN and SetUp, Chess960 by Variant or by a FEN that says so. Any bytes are
// accepted; names that are not UTF-8 stay as they are. A game that makes no sense, or is of another
// variant, fails alone: the reader then stands at the next tags. So does one with a variation that
// is open where tags begin, or a comment without an end (an open '{' ends at the next '}', though,
// in whatever game that is).
//
// Moves go on where the game already counts as drawn (nobody claimed it) and have no limit of
// plies, so a record need not be playable as a ludus_game to its end: ludus_pgn_game_plies says how
// far it is.
//
// Threads: one reader, one thread.

#ifndef LUDUS_ENVS_PGN_H
#define LUDUS_ENVS_PGN_H

#include "base/file.h"
#include "envs/chess.h"

#define LUDUS_PGN_TAGS_MAX 64 // kept of a game; further ones are skipped
#define LUDUS_PGN_TAG_MAX 256 // bytes of a name or value kept, NUL included
#define LUDUS_PGN_PLIES_MAX 4096

typedef struct ludus_pgn_tag {
    char name[32];
    char value[LUDUS_PGN_TAG_MAX];
} ludus_pgn_tag;

typedef enum ludus_pgn_result {
    LUDUS_PGN_UNKNOWN, // "*"
    LUDUS_PGN_WHITE_WINS,
    LUDUS_PGN_BLACK_WINS,
    LUDUS_PGN_DRAW
} ludus_pgn_result;

typedef struct ludus_pgn_game {
    int64_t line; // of the text, from 1, where the game begins
    int32_t num_tags;
    ludus_pgn_tag tags[LUDUS_PGN_TAGS_MAX];
    ludus_chess_board start;
    bool is_standard; // start is the standard one
    ludus_pgn_result result;
    int32_t num_moves;
    ludus_move *moves; // [num_moves] policy indices; of the reader, or the caller's for writing
} ludus_pgn_game;

typedef struct ludus_pgn_reader ludus_pgn_reader;

// text: [size], borrowed until destroy.
ludus_status ludus_pgn_reader_create(ludus_pgn_reader **out, const ludus_game *game,
                                     const char *text, size_t size, ludus_error *error);
void ludus_pgn_reader_destroy(ludus_pgn_reader *reader); // NULL is accepted
// The next game, borrowed until the next call; *out is NULL at the end of the text. Failures name
// line and move; LUDUS_ERR_FORMAT: this game is to be left out, the next call goes on behind it.
ludus_status ludus_pgn_read(ludus_pgn_reader *reader, const ludus_pgn_game **out,
                            ludus_error *error);

// A tag's value, or NULL.
const char *ludus_pgn_tag_of(const ludus_pgn_game *pgn, const char *name);
// The game's moves before the rules of `game` end it, and its outcome there for White:
// LUDUS_ONGOING when they do not. pos: scratch, a position block. is_standard games only.
int32_t ludus_pgn_game_plies(const ludus_game *game, const ludus_pgn_game *pgn, void *pos,
                             ludus_outcome *white);

// Appends the game in export format: the seven tags first ("?" where missing), FEN and SetUp when
// the start is not standard, moves in lines under 80 characters, the result.
void ludus_pgn_write(const ludus_game *game, const ludus_pgn_game *pgn, ludus_buffer *out);
// Sets a tag for writing; too long values are cut.
void ludus_pgn_set_tag(ludus_pgn_game *pgn, const char *name, const char *value);

#endif
