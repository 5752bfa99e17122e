// What the files of the play screen share. Internal to viewer/.

#ifndef LUDUS_VIEWER_PLAY_INTERNAL_H
#define LUDUS_VIEWER_PLAY_INTERNAL_H

#include "envs/go.h"
#include "viewer/board_view.h"
#include "viewer/game_curve.h"
#include "viewer/play_screen.h"
#include "viewer/widget.h"

#define LUDUS_PLAY_CELLS LUDUS_BOARD_MAX_CELLS
#define LUDUS_PLAY_TEXT 160 // bytes of a line of status

typedef enum ludus_play_button {
    LUDUS_PLAY_NEW,
    LUDUS_PLAY_UNDO,
    LUDUS_PLAY_HINT,
    LUDUS_PLAY_ANALYSE,
    LUDUS_PLAY_PASS,
    LUDUS_PLAY_RESIGN,
    LUDUS_PLAY_FLIP,
    LUDUS_PLAY_SAVE,
    LUDUS_PLAY_PAUSE,
    LUDUS_PLAY_NUM_BUTTONS
} ludus_play_button;

typedef enum ludus_play_heat {
    LUDUS_PLAY_HEAT_VISITS,
    LUDUS_PLAY_HEAT_POLICY,
    LUDUS_PLAY_HEAT_LINE, // the principal variation instead
    LUDUS_PLAY_NUM_HEATS
} ludus_play_heat;

enum { // buttons of the dialog for a new game
    LUDUS_DIALOG_FIRST_PERSON,
    LUDUS_DIALOG_FIRST_BOT,
    LUDUS_DIALOG_SECOND_PERSON,
    LUDUS_DIALOG_SECOND_BOT,
    LUDUS_DIALOG_START,
    LUDUS_DIALOG_CANCEL,
    LUDUS_DIALOG_NUM_BUTTONS
};

// The dialog for a new game.
typedef struct ludus_play_dialog {
    bool is_open;
    bool has_level; // bots have levels
    ludus_rect card;
    bool is_bot[2];
    ludus_button buttons[LUDUS_DIALOG_NUM_BUTTONS];
    ludus_slider level;
} ludus_play_dialog;

typedef struct ludus_play_layout {
    float width, height;
    bool is_narrow; // little room in the panel
    ludus_rect board, players, thinking, curve, table, moves, buttons;
} ludus_play_layout;

struct ludus_play {
    ludus_game game;
    ludus_play_record record;
    ludus_board_view view;
    ludus_seat seats[2];
    ludus_seat_spec bot;
    ludus_thinker *analyst; // made when first wanted
    char net[1024];
    int32_t threads;
    uint64_t seed;
    bool is_headless;
    bool left_thread; // a player had to be left behind

    // The game
    bool is_over;
    int32_t resigned;                   // the side that did, -1 = none
    bool is_paused;                     // bots do not move
    double since_move;                  // seconds
    char (*texts)[LUDUS_GAME_TEXT_MAX]; // [capacity of record] of its moves
    char status[LUDUS_PLAY_TEXT];

    // The position shown
    int32_t cursor; // ply
    void *pos;      // block
    ludus_move *legal;
    int32_t num_legal;
    ludus_mark cells[LUDUS_PLAY_CELLS];
    bool winning[LUDUS_PLAY_CELLS];
    bool has_winning;
    int32_t last_from, last_to;
    double drop; // 0..1 of the last move's way
    int32_t moving_from;

    // The person's hand
    int32_t hover, selected;
    bool is_dragging;
    int32_t promoting_from, promoting_to; // -1 = no choice to make
    ludus_move passed_hint;               // what the hint says, LUDUS_MOVE_NONE = none

    // Scoring of Go
    bool is_scoring;
    bool dead[LUDUS_PLAY_CELLS];
    ludus_go_colour owner[LUDUS_PLAY_CELLS];
    int32_t area_lead, territory_lead; // black's, halves of a point

    // Thinking
    bool is_analysing;
    bool wants_hint;
    double hint_wait; // seconds until the hint is given
    void *analysed;   // position block the analyst looks at
    bool is_analyst_on;
    ludus_thinker_snapshot seen;   // what is shown
    ludus_thinker_snapshot latest; // room for the next look
    int32_t seen_ply;              // -1 = nothing
    int32_t seen_side;             // who is to move there
    char seen_by[64];
    ludus_play_heat heat;
    bool shows_owner;
    int32_t row_hover;   // of the table of moves, -1 = none
    int32_t curve_hover; // ply of the curve, -1 = none
    float heat_share[LUDUS_PLAY_CELLS], owner_share[LUDUS_PLAY_CELLS];

    // Controls
    ludus_play_layout layout;
    ludus_button buttons[LUDUS_PLAY_NUM_BUTTONS];
    ludus_play_dialog dialog;
    ludus_notice notice;
};

// ---- play_turn.c: the game ----
ludus_status ludus_play_start(ludus_play *play, const ludus_seat_spec seats[2],
                              ludus_error *error); // a new game
void ludus_play_show(ludus_play *play, int32_t ply, bool is_animated);
void ludus_play_move(ludus_play *play, ludus_move move); // by the person, at the position shown
void ludus_play_undo(ludus_play *play);
void ludus_play_resign(ludus_play *play);
bool ludus_play_take_turns(ludus_play *play);            // whether something changed
bool ludus_play_is_persons_turn(const ludus_play *play); // at the position shown
void ludus_play_toggle_dead(ludus_play *play, int32_t cell);
void ludus_play_say_status(ludus_play *play);
// "Black wins by 3.5" of Go; lead: black's in halves of a point.
void ludus_play_say_lead(char *out, size_t size, int32_t lead);
// ---- play_think.c: analysis and hints ----
bool ludus_play_follow_thinking(ludus_play *play, double seconds);
void ludus_play_take_answer(ludus_play *play, int32_t side, const ludus_player_answer *answer);
void ludus_play_stop_analyst(ludus_play *play);
void ludus_play_ask_hint(ludus_play *play);
// ---- play_input.c ----
bool ludus_play_event(void *self, const ludus_event *event);
void ludus_play_press(ludus_play *play, ludus_play_button button);
// ---- play_layout.c ----
void ludus_play_place(void *self, float width, float height);
void ludus_play_set_buttons(ludus_play *play);
ludus_rect ludus_play_promotion_square(const ludus_play *play, int32_t i); // of the 4 choices
int32_t ludus_play_table_rows(const ludus_play *play);                     // that have room
ludus_rect ludus_play_table_row(const ludus_play *play, int32_t i);
// ---- play_scene.c, play_panel.c ----
void ludus_play_draw_board(ludus_play *play, ludus_canvas *canvas);
void ludus_play_draw_panel(ludus_play *play, ludus_canvas *canvas);
// ---- play_moves.c: the list of moves ----
int32_t ludus_play_list_ply_at(const ludus_play *play, float x, float y); // or -1
void ludus_play_draw_list(const ludus_play *play, ludus_canvas *canvas);
// ---- play_dialog.c ----
void ludus_play_dialog_open(ludus_play *play);
void ludus_play_dialog_place(ludus_play *play);
bool ludus_play_dialog_event(ludus_play *play, const ludus_event *event);
void ludus_play_dialog_draw(ludus_play *play, ludus_canvas *canvas);
// ---- play_save.c ----
void ludus_play_save(ludus_play *play);

#endif
