// What the files of the GTP engine share. Internal to agents/gtp*.c.

#ifndef LUDUS_AGENTS_GTP_INTERNAL_H
#define LUDUS_AGENTS_GTP_INTERNAL_H

#include <pthread.h>

#include "agents/gtp.h"
#include "agents/thinker.h"
#include "agents/time_control.h"
#include "base/file.h"
#include "envs/go.h"

#define LUDUS_GTP_WORDS_MAX 512   // of a command line
#define LUDUS_GTP_PLIES_MAX 10000 // of a game
#define LUDUS_GTP_USUAL_KOMI -1000

// A colour's clock as time_settings and time_left tell it.
typedef struct ludus_gtp_clock {
    double seconds; // left of the main time or of the overtime period
    int32_t stones; // 0: main time; else Canadian stones or Japanese periods left
} ludus_gtp_clock;

typedef enum ludus_gtp_time_kind {
    LUDUS_GTP_TIME_NONE,
    LUDUS_GTP_TIME_CANADIAN,
    LUDUS_GTP_TIME_JAPANESE
} ludus_gtp_time_kind;

typedef struct ludus_gtp_time {
    ludus_gtp_time_kind kind;
    double main, period; // seconds
    int32_t stones;      // per Canadian period, or Japanese periods; 0 = no overtime
    bool is_told_only;   // nobody has set it: time_left is all that is known
    ludus_gtp_clock clock[2];
    ludus_lag_watch watch[2]; // of the controller's
} ludus_gtp_time;

// One move on the board, and the position after it.
typedef struct ludus_gtp_move {
    ludus_move move; // LUDUS_MOVE_NONE for the start
    uint8_t colour;
} ludus_gtp_move;

// What an analysis writes; read by the thinker's thread while it runs.
typedef struct ludus_gtp_analysis {
    bool is_on;
    bool is_kata; // KataGo's format
    bool has_ownership, has_root;
    int32_t max_moves;
    double interval, last; // seconds; last line's time
    bool is_black;         // the analysed colour
} ludus_gtp_analysis;

struct ludus_gtp {
    ludus_gtp_config config;
    ludus_gtp_write *write;
    void *user;
    pthread_mutex_t lock; // around write
    ludus_rng rng;
    // Input.
    char *line; // [LUDUS_GTP_LINE_MAX + 1]
    size_t line_length;
    bool is_long, has_quit;
    bool is_answer_open; // an analysis has begun its answer and not ended it
    // The game.
    ludus_game game;
    uint8_t *positions;    // [capacity][state_bytes]; positions[plies] is the board
    ludus_gtp_move *moves; // [capacity], moves[0] unused
    int32_t plies, capacity;
    int32_t komi; // halves; LUDUS_GTP_USUAL_KOMI: the size's usual one
    int32_t handicap;
    ludus_gtp_time time;
    int32_t low_looks[2]; // by colour: in a row below the resignation mark
    // The search.
    ludus_thinker *thinker; // NULL until it is needed
    ludus_net *net;         // config.net, until the thinker has it
    ludus_thinker_snapshot snapshot;
    ludus_gtp_analysis analysis;
};

// An answer being made. Text may have many lines, without empty ones.
typedef struct ludus_gtp_answer {
    ludus_buffer text;
    bool has_failed;
    bool is_open; // the command goes on: the head was written, the end will be
} ludus_gtp_answer;

void ludus_gtp_print(ludus_gtp_answer *answer, const char *format, ...) LUDUS_PRINTF(2, 3);
void ludus_gtp_fail(ludus_gtp_answer *answer, const char *format, ...) LUDUS_PRINTF(2, 3);
void ludus_gtp_fail_error(ludus_gtp_answer *answer, const ludus_error *error); // its line
// Writes text under the lock.
void ludus_gtp_send(ludus_gtp *gtp, const char *text);

typedef struct ludus_gtp_words {
    int32_t count;
    char *word[LUDUS_GTP_WORDS_MAX];
    char id[24]; // digits before the command, or ""
} ludus_gtp_words;

typedef void ludus_gtp_command(ludus_gtp *gtp, const ludus_gtp_words *words,
                               ludus_gtp_answer *answer);

typedef struct ludus_gtp_row {
    const char *name;
    int32_t min_words, max_words; // after the name
    ludus_gtp_command *run;
    bool keeps_thinking; // pondering goes on beside it
} ludus_gtp_row;

// The tables of the files, NULL name at the end.
extern const ludus_gtp_row ludus_gtp_board_rows[], ludus_gtp_setup_rows[], ludus_gtp_play_rows[],
    ludus_gtp_analyze_rows[], ludus_gtp_score_rows[];

// ---- Words; on failure the answer is the message ------------------------------------------
bool ludus_gtp_read_colour(const char *word, ludus_go_colour *out, ludus_gtp_answer *answer);
bool ludus_gtp_read_point(ludus_gtp *gtp, const char *word, ludus_move *out,
                          ludus_gtp_answer *answer);
bool ludus_gtp_read_int(const char *word, int32_t low, int32_t high, int32_t *out,
                        ludus_gtp_answer *answer);
bool ludus_gtp_read_double(const char *word, double low, double high, double *out,
                           ludus_gtp_answer *answer);

// ---- The board ----------------------------------------------------------------------------
static inline void *ludus_gtp_pos(const ludus_gtp *gtp)
{
    return gtp->positions + (size_t)gtp->plies * gtp->game.spec.state_bytes;
}
// A board of that size, empty; the old one stays on failure.
ludus_status ludus_gtp_open_board(ludus_gtp *gtp, int32_t size, ludus_error *error);
void ludus_gtp_empty_board(ludus_gtp *gtp); // the clocks run on
void ludus_gtp_clear_board(ludus_gtp *gtp); // another game: they begin anew
void ludus_gtp_close_board(ludus_gtp *gtp);
// Room for one more position, a copy of the present one; false when memory is short.
bool ludus_gtp_push(ludus_gtp *gtp, ludus_move move, ludus_go_colour colour);
// Plays for either colour. False: not legal, and the board is as before.
bool ludus_gtp_play(ludus_gtp *gtp, ludus_go_colour colour, ludus_move move);
const char *ludus_gtp_vertex(const ludus_gtp *gtp, ludus_move move, char out[LUDUS_GAME_TEXT_MAX]);

// ---- Clocks, in gtp_clock.c ----------------------------------------------------------------
void ludus_gtp_set_time(ludus_gtp_time *time, ludus_gtp_time_kind kind, double main, double period,
                        int32_t stones);
// Another game by the same settings.
void ludus_gtp_restart_clocks(ludus_gtp_time *time);
// time_left. A clock that nobody has set runs all the same.
void ludus_gtp_tell_time(ludus_gtp_time *time, ludus_go_colour colour, double seconds,
                         int32_t stones);
// A colour's clock as the table in agents/time_control.h has it.
ludus_clock_state ludus_gtp_clock_state(const ludus_gtp_time *time, ludus_go_colour colour);
// Our own account of a move's time, until the next time_left.
void ludus_gtp_spend(ludus_gtp_time *time, ludus_go_colour colour, double seconds);

// ---- The search ---------------------------------------------------------------------------
ludus_status ludus_gtp_need_thinker(ludus_gtp *gtp, ludus_error *error);
void ludus_gtp_stop_thinking(ludus_gtp *gtp);
// The board with `colour` to move, fit for a search: play goes on after two passes, and suicide is
// forbidden, as in the games that nets have learnt from. out: a position.
void ludus_gtp_search_pos(const ludus_gtp *gtp, ludus_go_colour colour, void *out);
// Moves of the analysis under way that are told with a score: KataGo's format alone has one.
int32_t ludus_gtp_num_scored(const ludus_gtp *gtp);
void ludus_gtp_report(const ludus_thinker_snapshot *snapshot, void *user);
// Ends the answer that an analysis left open.
void ludus_gtp_close_answer(ludus_gtp *gtp);
// Searches and decides. False: the answer says why.
bool ludus_gtp_choose_move(ludus_gtp *gtp, ludus_go_colour colour, bool is_cleanup,
                           const ludus_move *only, int32_t num_only, ludus_move *out, bool *resigns,
                           ludus_gtp_answer *answer);
void ludus_gtp_ponder(ludus_gtp *gtp);
// Who owns what, by a short search or playouts; *black: [points]. False: the answer says why.
bool ludus_gtp_judge(ludus_gtp *gtp, ludus_go_verdict *out, float *black, ludus_gtp_answer *answer);

#endif
