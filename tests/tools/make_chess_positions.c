// Makes envs/chess_positions.c's raw material: tactical positions with their one best move, and
// mates in one to three, from games that an engine plays badly on purpose.
//
//     make tools
//     build/release/tests/tools/make_chess_positions stockfish 300 10 1 > positions.epd
//
// ENGINE COUNT MATES SEED: COUNT tactics, and MATES mates of each length. A tactic is a position
// whose best move a search of DEEP_NODES finds at least CLEAR_LEAD centipawns better than any
// other, and that four times as deep a search confirms; that wins something which is not won
// without it; and that does not just take a piece of equal or greater worth, make a queen or answer
// a check. Lines of EPD on stdout, progress on stderr.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/uci_engine.h"
#include "envs/chess.h"
#include "envs/chess_san.h"

#define FIRST_NODES 4000
#define DEEP_NODES 60000
#define CLEAR_LEAD 180
#define WON 350       // centipawns without the move: too easy a life
#define LEAST 120     // with it
#define BLUNDERS 0.12 // share of random moves
#define MATE_SCORE 20000

typedef struct maker {
    ludus_game game;
    ludus_uci_engine *engine;
    ludus_rng rng;
    void *pos;
    int32_t wanted, wanted_mates;
    int32_t tactics, mates[4];
} maker;

static void must(ludus_status status, const ludus_error *error)
{
    if (status != LUDUS_OK) {
        fprintf(stderr, "%s\n", error->text);
        exit(1);
    }
}

static int32_t worth(const ludus_uci_line *line)
{
    if (!line->is_mate) {
        return line->score;
    }
    return line->score > 0 ? MATE_SCORE - line->score : -MATE_SCORE - line->score;
}

static void ask(maker *m, int32_t nodes, int32_t lines, ludus_uci_search *search)
{
    char position[LUDUS_CHESS_FEN_MAX + 32] = "position fen ", go[48], count[8];
    ludus_error error;
    ludus_chess_fen(m->pos, position + strlen(position));
    snprintf(go, sizeof(go), "go nodes %d", (int)nodes);
    snprintf(count, sizeof(count), "%d", (int)lines);
    search->seconds = 60.0;
    search->read_lines = lines;
    must(ludus_uci_engine_set(m->engine, "MultiPV", count, &error), &error);
    must(ludus_uci_engine_go(m->engine, position, go, search, &error), &error);
}

static void print_position(maker *m, const char *best, const char *what, int32_t number)
{
    char fen[LUDUS_CHESS_FEN_MAX], san[LUDUS_CHESS_SAN_MAX];
    ludus_move move;
    ludus_error error;
    must(ludus_game_parse_move(&m->game, m->pos, best, &move, &error), &error);
    ludus_chess_fen(m->pos, fen);
    const ludus_chess_board *board = ludus_chess_board_of(m->pos);
    ludus_chess_to_san(board, ludus_chess_of_index(&m->game, board, move), san);
    printf("%s bm %s; id \"%s.%d\";\n", fen, san, what, (int)number);
    fflush(stdout);
    fprintf(stderr, "\rtactics %d  mates %d %d %d ", (int)m->tactics, (int)m->mates[1],
            (int)m->mates[2], (int)m->mates[3]);
}

// A mate that is the only one of its length.
static bool keep_mate(maker *m, const ludus_uci_search *deep)
{
    const ludus_uci_line *first = &deep->lines[0], *second = &deep->lines[1];
    const int32_t moves = first->is_mate ? first->score : 0;
    if (moves < 1 || moves > 3 || m->mates[moves] >= m->wanted_mates ||
        (second->is_mate && second->score > 0 && second->score <= moves)) {
        return false;
    }
    char what[16];
    snprintf(what, sizeof(what), "mate%d", (int)moves);
    print_position(m, first->move, what, ++m->mates[moves]);
    return true;
}

static bool is_clear(const ludus_uci_search *s)
{
    const int32_t best = worth(&s->lines[0]), next = worth(&s->lines[1]);
    return s->num_lines >= 2 && best - next >= CLEAR_LEAD && next < WON && best >= LEAST;
}

// Neither a plain capture nor a promotion nor a way out of check.
static bool is_hard(const maker *m, const char *best)
{
    static const int32_t worths[LUDUS_CHESS_NUM_KINDS] = {1, 3, 3, 5, 9, 100};
    ludus_chess_parts_of_move parts;
    ludus_move move;
    ludus_error error;
    must(ludus_game_parse_move(&m->game, m->pos, best, &move, &error), &error);
    ludus_chess_parts(&m->game, m->pos, move, &parts);
    const ludus_chess_board *board = ludus_chess_board_of(m->pos);
    const int32_t seen = parts.to ^ (board->side ? 56 : 0);
    const bool is_plain =
        parts.is_capture && (parts.kind == LUDUS_CHESS_PAWN ||
                             worths[ludus_chess_kind_at(board, seen)] >= worths[parts.kind]);
    return !is_plain && parts.promotion == 0 && !ludus_chess_is_check(m->pos);
}

static bool consider(maker *m)
{
    ludus_uci_search deep, deeper;
    ask(m, FIRST_NODES, 2, &deep);
    if (deep.num_lines < 2) {
        return false;
    }
    if (keep_mate(m, &deep)) {
        return true;
    }
    if (m->tactics >= m->wanted || !is_clear(&deep) || !is_hard(m, deep.best)) {
        return false;
    }
    ask(m, DEEP_NODES, 2, &deep);
    if (!is_clear(&deep) || !is_hard(m, deep.best)) {
        return false;
    }
    ask(m, 4 * DEEP_NODES, 2, &deeper);
    if (!is_clear(&deeper) || strcmp(deep.best, deeper.best) != 0) {
        return false;
    }
    print_position(m, deeper.best, "tactic", ++m->tactics);
    return true;
}

static bool is_done(const maker *m)
{
    return m->tactics >= m->wanted && m->mates[1] >= m->wanted_mates &&
           m->mates[2] >= m->wanted_mates && m->mates[3] >= m->wanted_mates;
}

// At most one position of each game, so that the set is varied.
static void play_game(maker *m)
{
    ludus_move legal[LUDUS_CHESS_MAX_MOVES], move;
    ludus_error error;
    must(ludus_uci_engine_new_game(m->engine, &error), &error);
    ludus_game_init(&m->game, m->pos);
    const int32_t opening = 4 + (int32_t)ludus_rng_below(&m->rng, 6);
    for (int32_t ply = 0; ply < 120; ply++) {
        if (ludus_game_outcome(&m->game, m->pos) != LUDUS_ONGOING) {
            return;
        }
        if (ply >= opening && ply % 3 == 0 && consider(m)) {
            return;
        }
        const int32_t n = ludus_game_legal(&m->game, m->pos, legal);
        move = legal[ludus_rng_below(&m->rng, (uint32_t)n)];
        if (ply >= opening && ludus_rng_double(&m->rng) > BLUNDERS) {
            ludus_uci_search search;
            ask(m, 60, 1, &search);
            must(ludus_game_parse_move(&m->game, m->pos, search.best, &move, &error), &error);
        }
        ludus_game_play(&m->game, m->pos, move);
    }
}

int main(int argc, char **argv)
{
    maker m = {0};
    ludus_error error;
    if (argc != 5) {
        fprintf(stderr, "usage: make_chess_positions ENGINE COUNT MATES SEED\n");
        return 2;
    }
    m.wanted = (int32_t)strtol(argv[2], NULL, 10);
    m.wanted_mates = (int32_t)strtol(argv[3], NULL, 10);
    ludus_rng_init(&m.rng, strtoull(argv[4], NULL, 10), 0);
    must(ludus_game_open(&m.game, "chess", &error), &error);
    must(ludus_uci_engine_start(&m.engine, argv[1], 60.0, &error), &error);
    m.pos = ludus_alloc(1, m.game.spec.state_bytes);
    while (!is_done(&m)) {
        play_game(&m);
    }
    fprintf(stderr, "\n");
    ludus_free(m.pos);
    ludus_uci_engine_stop(m.engine);
    ludus_game_close(&m.game);
    return 0;
}
