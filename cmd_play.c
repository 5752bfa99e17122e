// ludus play: a person at the terminal against a player.

#include "agents/player.h"
#include "base/config.h"
#include "cmd.h"
#include "cmd_board.h"
#include "cmd_chess.h"
#include "cmd_data.h"
#include "cmd_play_window.h"
#include "cmd_signal.h"
#include "cmd_world.h"
#include "cmd_world_window.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES 128
#define SEED_OF_CLOCK UINT64_MAX // no --seed given

typedef struct play_options {
    const char *opponent;
    int32_t colour;
    int32_t level; // 0: none given
    const char *net;
    double speed;
    uint64_t seed;
    bool has_window;
    const char *me;
    const char *from;
    const char *moves;
    bool analyse;
    int32_t threads;
    ludus_window_args window;
} play_options;

enum { COLOUR_FIRST, COLOUR_SECOND, COLOUR_RANDOM };
static const char *const colour_names[] = {"first", "second", "random", NULL};

static const ludus_arg play_args[] = {
    {"--opponent", LUDUS_ARG_TEXT, offsetof(play_options, opponent), 0, 0, "PLAYER", NULL,
     "who plays against you (default: the game's trained net, else alphabeta or mcts)"},
    {"--colour", LUDUS_ARG_CHOICE, offsetof(play_options, colour), 0, 0, "C", colour_names,
     "when you move"},
    {"--level", LUDUS_ARG_INT32, offsetof(play_options, level), 1, 10, "L", NULL,
     "strength of the default opponent, 1 to 10 (default 8)"},
    {"--net", LUDUS_ARG_TEXT, offsetof(play_options, net), 0, 0, "FILE", NULL,
     "worlds: this agent plays instead of you; games: the default opponent's net"},
    {"--speed", LUDUS_ARG_DOUBLE, offsetof(play_options, speed), 0.1, 1000, "HZ", NULL,
     "worlds: steps per second (default: the world's own)"},
    LUDUS_ARG_ROW_SEED(play_options),
    {"--window", LUDUS_ARG_FLAG, offsetof(play_options, has_window), 0, 0, NULL, NULL,
     "play in a window, with the mouse"},
    {"--me", LUDUS_ARG_TEXT, offsetof(play_options, me), 0, 0, "PLAYER", NULL,
     "window: who plays your side; bot is the default opponent"},
    {"--from", LUDUS_ARG_TEXT, offsetof(play_options, from), 0, 0, "POSITION", NULL,
     "window: begin there (FEN for chess)"},
    {"--moves", LUDUS_ARG_TEXT, offsetof(play_options, moves), 0, 0, "MOVES", NULL,
     "window: play these moves first, e.g. \"e2e4 e7e5\""},
    {"--analyse", LUDUS_ARG_FLAG, offsetof(play_options, analyse), 0, 0, NULL, NULL,
     "window: show what a search thinks from the start"},
    LUDUS_ARG_ROW_THREADS(play_options),
    LUDUS_ARG_ROWS_WINDOW(play_options),
};

typedef struct table {
    ludus_game game;
    ludus_player opponent;
    ludus_player adviser; // opened by the first hint
    char opponent_text[LUDUS_PLAYER_NAME_MAX];
    ludus_board_style style;
    bool is_human[2]; // by side: 0 moves first
    void *pos;
    ludus_move *moves; // [max_plies] played so far
    int32_t plies;
    ludus_rng rng;
    bool has_ended; // resigned or left
} table;

// ---- Moves --------------------------------------------------------------------------------------

static ludus_move last_move(const table *t)
{
    return t->plies > 0 ? t->moves[t->plies - 1] : LUDUS_MOVE_NONE;
}

static void make_move(table *t, ludus_move move)
{
    if (t->opponent.ops) {
        ludus_player_observe(&t->opponent, t->pos, move);
    }
    if (t->adviser.ops) {
        ludus_player_observe(&t->adviser, t->pos, move);
    }
    ludus_game_play(&t->game, t->pos, move);
    t->moves[t->plies++] = move;
}

// Back to the position after `plies` moves; players hear the game again from its start.
static void take_back(table *t, int32_t plies)
{
    if (t->opponent.ops) {
        ludus_player_reset(&t->opponent);
    }
    if (t->adviser.ops) {
        ludus_player_reset(&t->adviser);
    }
    ludus_game_init(&t->game, t->pos);
    t->plies = 0;
    while (t->plies < plies) {
        make_move(t, t->moves[t->plies]);
    }
}

static void undo(table *t)
{
    const int32_t played = t->plies;
    int32_t plies = played - 1;
    const bool two_people = t->is_human[0] && t->is_human[1];
    const int32_t side = ludus_game_to_move(&t->game, t->pos);
    // To the person's last turn; a game's players need not alternate, so the position says whose
    // turn it was.
    while (!two_people && plies >= 0) {
        take_back(t, plies);
        if (ludus_game_to_move(&t->game, t->pos) == side) {
            break;
        }
        plies--;
    }
    if (plies < 0) {
        take_back(t, played);
        printf("nothing to undo\n");
    } else {
        take_back(t, plies);
        ludus_board_print(&t->style, &t->game, t->pos, last_move(t));
    }
}

// ---- What the person may ask --------------------------------------------------------------------

static void print_moves(const table *t)
{
    ludus_move *legal = ludus_alloc((size_t)t->game.spec.max_legal, sizeof(*legal));
    if (!legal) {
        return;
    }
    const int32_t n = ludus_game_legal(&t->game, t->pos, legal);
    for (int32_t i = 0; i < n; i++) {
        char text[LUDUS_GAME_TEXT_MAX];
        ludus_spoken_move(&t->game, t->pos, legal[i], text);
        printf("%s%s", i ? " " : "legal: ", text);
    }
    printf("\n");
    ludus_free(legal);
}

static void print_help(const table *t)
{
    printf("type a move, or:\n"
           "  moves   the legal moves\n"
           "  hint    what the opponent's engine would play here\n"
           "  undo    take your last move back\n"
           "  resign  give the game up\n"
           "  quit    leave\n");
    print_moves(t);
}

// ", sees 0.31, line 4 3 5" about a player's last choice in the position before it.
static void print_thought(const table *t, const ludus_player *player, const void *before)
{
    ludus_thought thought = {0};
    ludus_player_thought(player, &thought);
    if (thought.simulations > 0) {
        printf(", %d simulations", thought.simulations);
    }
    if (thought.has_value) {
        printf(", sees %+.2f", (double)thought.value);
    }
    void *pos = ludus_alloc(1, t->game.spec.state_bytes);
    if (pos && thought.line_length > 1) {
        memcpy(pos, before, t->game.spec.state_bytes);
        printf(", line");
        for (int32_t i = 0; i < thought.line_length && i < 8; i++) {
            char text[LUDUS_GAME_TEXT_MAX];
            if (!ludus_game_is_legal(&t->game, pos, thought.line[i])) {
                break;
            }
            ludus_spoken_move(&t->game, pos, thought.line[i], text);
            ludus_game_play(&t->game, pos, thought.line[i]);
            printf(" %s", text);
        }
    }
    ludus_free(pos);
    printf("\n");
}

static void hint(table *t)
{
    ludus_error error;
    ludus_move move = LUDUS_MOVE_NONE;
    const char *text = t->opponent.ops ? t->opponent_text : "alphabeta:4";
    if (!t->adviser.ops) {
        if (ludus_player_open(&t->adviser, &t->game, text, &error)) {
            printf("no hint: %s\n", error.text);
            t->adviser = (ludus_player){0};
            return;
        }
        take_back(t, t->plies);
    }
    if (ludus_player_choose(&t->adviser, t->pos, &t->rng, &move, &error)) {
        printf("no hint: %s\n", error.text);
        return;
    }
    char move_text[LUDUS_GAME_TEXT_MAX];
    ludus_spoken_move(&t->game, t->pos, move, move_text);
    printf("hint: %s", move_text);
    print_thought(t, &t->adviser, t->pos);
}

// ---- Turns --------------------------------------------------------------------------------------

// One line without spaces around it; false at the end of the input.
static bool read_line(char *out)
{
    if (!fgets(out, LINE_MAX_BYTES, stdin)) {
        return false;
    }
    if (!strchr(out, '\n')) {
        for (int c = getchar(); c != '\n' && c != EOF; c = getchar()) {
        }
    }
    const size_t lead = strspn(out, " \t\r\n");
    memmove(out, out + lead, strlen(out + lead) + 1);
    for (size_t n = strlen(out); n > 0 && isspace((unsigned char)out[n - 1]); n--) {
        out[n - 1] = '\0';
    }
    return true;
}

static void explain_bad_move(const char *text, const ludus_error *error)
{
    static const char *const words[] = {"help", "moves", "hint", "undo", "resign", "quit"};
    const char *near = strlen(text) > 2 ? ludus_nearest(text, words, 6) : NULL;
    printf("%s%s%s%s\n", error->text, near ? "; did you mean " : "", near ? near : "",
           near ? "?" : "");
}

// Does what one line asks for; true when it was a move.
static bool obey(table *t, const char *text)
{
    ludus_error error;
    ludus_move move;
    if (!strcmp(text, "help") || !strcmp(text, "?")) {
        print_help(t);
    } else if (!strcmp(text, "moves")) {
        print_moves(t);
    } else if (!strcmp(text, "hint")) {
        hint(t);
    } else if (!strcmp(text, "undo")) {
        undo(t);
    } else if (!strcmp(text, "quit") || !strcmp(text, "exit")) {
        t->has_ended = true;
    } else if (!strcmp(text, "resign")) {
        printf("you resign\n");
        t->has_ended = true;
    } else if (text[0] && ludus_game_parse_move(&t->game, t->pos, text, &move, &error)) {
        explain_bad_move(text, &error);
    } else if (text[0]) {
        make_move(t, move);
        return true;
    }
    return false;
}

static void person_turn(table *t)
{
    char line[LINE_MAX_BYTES];
    const bool two_people = t->is_human[0] && t->is_human[1];
    do {
        if (two_people) {
            printf("%s to", ludus_side_name(&t->game, ludus_game_to_move(&t->game, t->pos)));
        } else {
            printf("your");
        }
        printf(" move (help for more): ");
        fflush(stdout);
        if (!read_line(line)) {
            printf("\n");
            t->has_ended = true;
            return;
        }
    } while (!obey(t, line) && !t->has_ended);
}

static ludus_status opponent_turn(table *t, ludus_error *error)
{
    ludus_move move = LUDUS_MOVE_NONE;
    char text[LUDUS_GAME_TEXT_MAX];
    fflush(stdout);
    const ludus_status status = ludus_player_choose(&t->opponent, t->pos, &t->rng, &move, error);
    if (status == LUDUS_ERR_STATE) {
        printf("your opponent resigns: you win\n");
        t->has_ended = true;
        return LUDUS_OK;
    }
    if (status) {
        return status;
    }
    ludus_spoken_move(&t->game, t->pos, move, text);
    printf("opponent plays %s", text);
    print_thought(t, &t->opponent, t->pos);
    make_move(t, move);
    return LUDUS_OK;
}

// " by 3.5 points", where games have points.
static void print_lead(const table *t)
{
    const size_t cells = (size_t)t->game.spec.board[0] * (size_t)t->game.spec.board[1];
    float *owner = ludus_game_has_result(&t->game) ? ludus_alloc(cells, sizeof(*owner)) : NULL;
    float lead = 0;
    if (owner != NULL) {
        ludus_game_result(&t->game, t->pos, &lead, owner);
        printf(" by %g points", fabs((double)lead));
        ludus_free(owner);
    }
}

static void announce(const table *t)
{
    const ludus_outcome outcome = ludus_game_outcome(&t->game, t->pos);
    const int32_t side = ludus_game_to_move(&t->game, t->pos);
    const int32_t winner = outcome == LUDUS_WIN ? side : 1 - side;
    char reason[48];
    ludus_end_reason(&t->game, t->pos, reason, sizeof(reason));
    if (outcome == LUDUS_DRAW) {
        printf("a draw");
    } else if (t->is_human[0] && t->is_human[1]) {
        printf("%s wins", ludus_side_name(&t->game, winner));
    } else {
        printf("you %s", t->is_human[winner] ? "win" : "lose");
    }
    if (outcome != LUDUS_DRAW) {
        print_lead(t);
    }
    printf("%s\n", reason);
}

static ludus_status play_game(table *t, ludus_error *error)
{
    ludus_board_print(&t->style, &t->game, t->pos, LUDUS_MOVE_NONE);
    while (!t->has_ended && ludus_game_outcome(&t->game, t->pos) == LUDUS_ONGOING) {
        if (ludus_signal_requested()) {
            t->has_ended = true; // Ctrl-C while the opponent was thinking
            break;
        }
        if (t->is_human[ludus_game_to_move(&t->game, t->pos)]) {
            person_turn(t);
        } else {
            const ludus_status status = opponent_turn(t, error);
            if (status) {
                return status;
            }
        }
        if (!t->has_ended) {
            ludus_board_print(&t->style, &t->game, t->pos, last_move(t));
        }
    }
    if (!t->has_ended) {
        announce(t);
    }
    return LUDUS_OK;
}

// ---- Setting up ---------------------------------------------------------------------------------

static bool name_opponent(table *t, const play_options *options)
{
    static const int32_t simulations[10] = {2, 5, 10, 25, 50, 100, 200, 400, 800, 1600};
    const int32_t level = options->level ? options->level : 8;
    char *out = t->opponent_text;
    const size_t size = sizeof(t->opponent_text);
    char path[LUDUS_PATH_MAX];
    int length;
    if (options->opponent) {
        length = snprintf(out, size, "%s", options->opponent);
        return length > 0 && (size_t)length < size;
    }
    if (options->net || ludus_data_find_net(&t->game, path)) {
        const int32_t threads = options->threads > 0 ? options->threads : 1;
        length = snprintf(out, size, "net:%s,level=%d,threads=%d",
                          options->net ? options->net : path, level, threads);
    } else if (!t->game.ops->heuristic) {
        length = snprintf(out, size, "mcts:%d", simulations[level - 1]);
    } else {
        length = snprintf(out, size, "alphabeta:%d", options->level ? level : 4);
    }
    return length > 0 && (size_t)length < size;
}

static uint64_t seed_of(const play_options *options)
{
    return options->seed == SEED_OF_CLOCK ? (uint64_t)(ludus_clock_wall() * 1e6) : options->seed;
}

static ludus_status set_up(table *t, const play_options *options, ludus_error *error)
{
    ludus_rng_init(&t->rng, seed_of(options), 0);
    t->style = ludus_board_style_detect();
    t->pos = ludus_alloc(1, t->game.spec.state_bytes);
    t->moves = ludus_alloc((size_t)t->game.spec.max_plies, sizeof(*t->moves));
    if (!t->pos || !t->moves) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory");
    }
    ludus_game_init(&t->game, t->pos);
    const int32_t side =
        options->colour == COLOUR_RANDOM ? (int32_t)ludus_rng_below(&t->rng, 2) : options->colour;
    const bool two_people = !strcmp(t->opponent_text, "human");
    t->is_human[side] = true;
    t->is_human[1 - side] = two_people;
    if (two_people) {
        printf("%s: two people\n", t->game.spec.summary);
        return LUDUS_OK;
    }
    printf("%s: you are %s and move %s, against %s\n", t->game.spec.summary,
           ludus_side_name(&t->game, side), side == 0 ? "first" : "second", t->opponent_text);
    return ludus_player_open(&t->opponent, &t->game, t->opponent_text, error);
}

// The first given of a board's options that only its window understands, NULL when there is none.
static const char *window_board_option(const play_options *options)
{
    return options->me        ? "--me"
           : options->from    ? "--from"
           : options->moves   ? "--moves"
           : options->analyse ? "--analyse"
                              : NULL;
}

// The same of those that mean nothing in a world.
static const char *board_option(const play_options *options)
{
    return options->opponent ? "--opponent"
           : options->level  ? "--level"
                             : window_board_option(options);
}

// The same of those that need --window, be it a board's or a world's.
static const char *window_option(const play_options *options)
{
    const char *of_board = window_board_option(options);
    return of_board                                       ? of_board
           : ludus_window_args_headless(&options->window) ? "--png, --video and --frames"
                                                          : NULL;
}

static int fail_without_window(const play_options *options)
{
    return ludus_cmd_fail_usage(&ludus_cmd_play, "%s: only with --window", window_option(options));
}

static int play_world(const char *name, const play_options *options)
{
    if (board_option(options)) {
        return ludus_cmd_fail_usage(&ludus_cmd_play, "%s: not in a world, which has no opponent",
                                    board_option(options));
    }
    if (options->has_window) {
        const ludus_world_window_args window = {.window = options->window,
                                                .net = options->net,
                                                .steps_per_second = options->speed,
                                                .seed = seed_of(options),
                                                .is_person = options->net == NULL};
        return ludus_world_window(&ludus_cmd_play, name, &window);
    }
    if (window_option(options)) {
        return fail_without_window(options);
    }
    const ludus_world_play_options world = {
        .net = options->net,
        .steps_per_second = options->speed,
        .seed = seed_of(options),
    };
    return ludus_play_world(&ludus_cmd_play, name, &world);
}

static int play_window(const char *game, const play_options *options)
{
    ludus_rng rng;
    const uint64_t seed = seed_of(options);
    ludus_rng_init(&rng, seed, 0);
    const ludus_play_window_args window = {
        .window = options->window,
        .opponent = options->opponent,
        .me = options->me,
        .net = options->net,
        .from = options->from,
        .moves = options->moves,
        .side =
            options->colour == COLOUR_RANDOM ? (int32_t)ludus_rng_below(&rng, 2) : options->colour,
        .level = options->level ? options->level : 8,
        .threads = options->threads,
        .seed = seed,
        .enable_analysis = options->analyse,
    };
    return ludus_play_window(&ludus_cmd_play, game, &window);
}

static int play_run(int argc, char **argv)
{
    play_options options = {.seed = SEED_OF_CLOCK, .window = ludus_window_args_default()};
    ludus_words words;
    ludus_error error;
    table t = {0};
    int status = ludus_cmd_parse(&ludus_cmd_play, argc, argv, &options, &words);
    if (status >= 0) {
        return status;
    }
    if (ludus_world_exists(words.word[0])) {
        return play_world(words.word[0], &options);
    }
    if (options.opponent && options.level) {
        return ludus_cmd_fail_usage(&ludus_cmd_play,
                                    "--level is for the default opponent; with --opponent say it "
                                    "there, e.g. mcts:200");
    }
    if (options.has_window) {
        return play_window(words.word[0], &options);
    }
    if (window_option(&options)) {
        return fail_without_window(&options);
    }
    if (options.speed > 0.0) {
        return ludus_cmd_fail_usage(&ludus_cmd_play, "--speed: only in worlds");
    }
    if (options.opponent && (options.net || options.threads)) {
        return ludus_cmd_fail_usage(&ludus_cmd_play,
                                    "--net and --threads are for the default opponent; with "
                                    "--opponent say it there, e.g. net:FILE,threads=2");
    }
    if (ludus_game_open(&t.game, words.word[0], &error)) {
        return ludus_cmd_fail(&ludus_cmd_play, &error);
    }
    if (!name_opponent(&t, &options)) {
        status = ludus_cmd_fail_usage(&ludus_cmd_play, "--opponent: empty or too long");
    } else {
        ludus_signal_install();
        if (set_up(&t, &options, &error) || play_game(&t, &error)) {
            status = ludus_cmd_fail(&ludus_cmd_play, &error);
        } else {
            status = ludus_signal_requested() ? LUDUS_EXIT_STOPPED : LUDUS_EXIT_OK;
        }
    }
    ludus_player_close(&t.adviser);
    ludus_player_close(&t.opponent);
    ludus_free(t.moves);
    ludus_free(t.pos);
    ludus_game_close(&t.game);
    return status;
}

const ludus_command ludus_cmd_play = {
    .name = "play",
    .words = "GAME",
    .min_words = 1,
    .max_words = 1,
    .summary = "you against a trained bot, or in a world, at the terminal or in a window",
    .details = "While playing, type a move or help, moves, hint, undo, resign, quit.\n"
               "  ludus play connect4\n"
               "  ludus play othello --level 3 --colour second\n"
               "  ludus play gomoku15 --opponent mcts:5000\n"
               "  ludus play tictactoe --opponent human\n"
               "  ludus play go9 --window --analyse          with the mouse; ? shows the keys\n"
               "Atari-like worlds: arrow keys and space, q to leave; or watch an agent.\n"
               "  ludus play breakout\n"
               "  ludus play breakout --window\n"
               "  ludus play breakout --net nets/trained/breakout.safetensors\n",
    .args = play_args,
    .num_args = sizeof(play_args) / sizeof(play_args[0]),
    .run = play_run,
};
