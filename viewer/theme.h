// Colours of the window: a light and a dark theme of the same names, and series colours that
// colour-blind eyes tell apart.
//
// Series colours are those of M. Okabe and K. Ito, "Color Universal Design" (2002), with the black
// and the yellow exchanged for ones that show on the theme's ground. Text on its ground has a
// contrast of at least 4.5 : 1 (WCAG 2.1, 1.4.3); tests/test_viewer_canvas.c measures it:
// text_has_enough_contrast_in_both_themes.
//
// Threads: no state.

#ifndef LUDUS_VIEWER_THEME_H
#define LUDUS_VIEWER_THEME_H

#include "base/base.h"

typedef struct ludus_colour {
    uint8_t r, g, b, a; // straight alpha, 255 = opaque
} ludus_colour;

#define LUDUS_NUM_SERIES 8

typedef struct ludus_theme {
    bool is_dark;
    ludus_colour ground;    // behind everything
    ludus_colour panel;     // cards on the ground
    ludus_colour edge;      // outlines of cards and buttons
    ludus_colour grid;      // lines of charts
    ludus_colour text;      // what is read
    ludus_colour soft;      // labels, less important text
    ludus_colour control;   // buttons
    ludus_colour hover;     // a button under the mouse
    ludus_colour accent;    // what is chosen, the main button
    ludus_colour on_accent; // text on accent
    ludus_colour good, bad, warning;
    ludus_colour series[LUDUS_NUM_SERIES]; // of curves; blue, orange, green, ...
    ludus_colour board;                    // wood
    ludus_colour board_line;               // lines and coordinates on it
    ludus_colour square[2];                // light and dark squares of chess
    ludus_colour cloth;                    // othello's ground
    ludus_colour frame;                    // Connect Four's frame
    ludus_colour disc[2];                  // Connect Four: first and second player
    ludus_colour stone[2];                 // Go, Gomoku, Othello: black and white
} ludus_theme;

const ludus_theme *ludus_theme_light(void);
const ludus_theme *ludus_theme_dark(void);

// The same colour with another alpha, 0..1.
ludus_colour ludus_colour_fade(ludus_colour colour, float alpha);
// From a (share 0) to b (share 1).
ludus_colour ludus_colour_mix(ludus_colour a, ludus_colour b, float share);
// Contrast ratio of two opaque colours, 1..21 (WCAG 2.1).
float ludus_colour_contrast(ludus_colour a, ludus_colour b);
// Heat for shares 0..1: blue, green, gold, vermilion, a growing in opacity.
ludus_colour ludus_colour_heat(const ludus_theme *theme, float share);

#endif
