// Fuzzes the reader of game records.
//
// Input: byte 0 chooses the game, the rest is a record. What is accepted is a legal game whose
// plies are the same when each is looked up alone, and which is written back byte for byte.

#include "fuzz_require.h"
#include "selfplay/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_LEGAL 512

static const char *const names[] = {"tictactoe", "connect4", "othello6",
                                    "othello",   "gomoku9",  "go5"};

// A reader's arrays.
typedef struct space {
    void *pos;
    ludus_move moves[MAX_LEGAL];
    float weights[MAX_LEGAL];
} space;

static bool read_all(ludus_record_view view, space *s, ludus_record *copy)
{
    ludus_error error;
    ludus_record_reset(copy, view.number, view.weights);
    copy->outcome = view.outcome;
    copy->resigned = view.resigned;
    copy->is_varied = view.is_varied;
    ludus_record_start(&view, s->pos);
    while (view.next < view.num_plies) {
        ludus_ply ply;
        if (ludus_record_next(&view, s->pos, &ply, s->moves, s->weights, &error) != LUDUS_OK) {
            REQUIRE(error.text[0] != '\0');
            return false;
        }
        ludus_record_add(copy, &ply);
    }
    return true;
}

static void check_lookups(const ludus_game *game, ludus_record_view view, const uint8_t *bytes,
                          size_t size, space *a, space *b)
{
    ludus_record_start(&view, a->pos);
    for (int32_t i = 0; i < view.num_plies; i++) {
        ludus_ply read;
        ludus_ply looked;
        REQUIRE(ludus_record_at(game, bytes, size, i, b->pos, &looked, b->moves, b->weights, NULL,
                                NULL) == LUDUS_OK);
        REQUIRE(memcmp(a->pos, b->pos, game->spec.state_bytes) == 0);
        REQUIRE(ludus_record_next(&view, a->pos, &read, a->moves, a->weights, NULL) == LUDUS_OK);
        REQUIRE(read.move == looked.move && read.num_policy == looked.num_policy);
        const size_t n = (size_t)read.num_policy;
        REQUIRE(memcmp(a->moves, b->moves, n * sizeof a->moves[0]) == 0);
        REQUIRE(memcmp(a->weights, b->weights, n * sizeof a->weights[0]) == 0);
    }
}

static void check_record(const ludus_game *game, const uint8_t *bytes, size_t size, space *a,
                         space *b)
{
    ludus_record_view view;
    ludus_record copy = {0};
    ludus_buffer again = {0};
    if (ludus_record_open(&view, game, bytes, size, NULL) == LUDUS_OK && read_all(view, a, &copy)) {
        ludus_record_encode(&copy, &again);
        REQUIRE(again.size == size && memcmp(again.data, bytes, size) == 0);
        check_lookups(game, view, bytes, size, a, b);
    }
    ludus_buffer_free(&again);
    ludus_record_free(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ludus_game game;
    if (size < 2 ||
        ludus_game_open(&game, names[data[0] % (sizeof names / sizeof names[0])], NULL)) {
        return 0;
    }
    REQUIRE(game.spec.max_legal <= MAX_LEGAL);
    space *spaces = calloc(2, sizeof *spaces);
    REQUIRE(spaces != NULL);
    for (int i = 0; i < 2; i++) {
        spaces[i].pos = calloc(1, game.spec.state_bytes);
        REQUIRE(spaces[i].pos != NULL);
    }
    check_record(&game, data + 1, size - 1, &spaces[0], &spaces[1]);
    free(spaces[0].pos);
    free(spaces[1].pos);
    free(spaces);
    ludus_game_close(&game);
    return 0;
}
