// The panels of the world screen.
//
// Threads: the window's.

#ifndef LUDUS_VIEWER_WORLD_DRAW_H
#define LUDUS_VIEWER_WORLD_DRAW_H

#include "viewer/canvas.h"
#include "viewer/world_session.h"

// Memory for the picture of an observation's planes.
typedef struct ludus_world_planes {
    float *cells; // [C,H,W]
    uint8_t *rgb; // of all planes side by side
    size_t bytes;
} ludus_world_planes;

ludus_status ludus_world_planes_create(ludus_world_planes *out, const ludus_env_spec *spec,
                                       ludus_error *error);
void ludus_world_planes_destroy(ludus_world_planes *planes); // a zeroed one is accepted

// A sticky action: the world repeated one instead of carrying out the one chosen.
typedef struct ludus_world_stuck {
    int32_t chosen, repeated;
} ludus_world_stuck;

// Two lines: who plays, step, score; what was done last, or the sticky action that is still of
// interest (NULL = none).
void ludus_world_draw_status(ludus_canvas *canvas, ludus_rect rect, const ludus_world_state *state,
                             bool is_person, const ludus_world_stuck *stuck);
// A sign over the picture.
void ludus_world_draw_sign(ludus_canvas *canvas, ludus_rect rect, const char *text);
// A bar per action, from the least value to the greatest.
void ludus_world_draw_values(ludus_canvas *canvas, ludus_rect rect, const ludus_world_state *state);
// What the net sees: planes of bits in colours, pictures in grey, numbers as figures.
void ludus_world_draw_planes(ludus_canvas *canvas, ludus_rect rect, const ludus_world_state *state,
                             ludus_world_planes *planes);

#endif
