// Fonts: files found through fontconfig, opened by SDL_ttf at the sizes that are asked for.
//
// The window prefers DejaVu Sans (free; fonts-dejavu-core) and takes what fontconfig thinks nearest
// when it is missing. No font at all is an error line, not a window without text.
//
// Threads: the window's.

#ifndef LUDUS_VIEWER_FONT_H
#define LUDUS_VIEWER_FONT_H

#include "viewer/theme.h"

struct SDL_Surface;

typedef enum ludus_face {
    LUDUS_FACE_TEXT,
    LUDUS_FACE_BOLD,
    LUDUS_FACE_MONO,   // figures of one width, for tables
    LUDUS_FACE_PIECES, // has the chess pieces U+2654..265F
    LUDUS_NUM_FACES
} ludus_face;

typedef struct ludus_fonts ludus_fonts;

// Finds and opens the faces. LUDUS_ERR_UNSUPPORTED with one line when there is no font. A face
// other than TEXT that is missing is replaced by TEXT.
ludus_status ludus_fonts_create(ludus_fonts **out, ludus_error *error);
void ludus_fonts_destroy(ludus_fonts *fonts); // NULL is accepted
// Whether LUDUS_FACE_PIECES really has the chess pieces.
bool ludus_fonts_has_pieces(const ludus_fonts *fonts);

// Pixels; `size` is the height of the em, in pixels, 4..512.
int32_t ludus_fonts_width(ludus_fonts *fonts, ludus_face face, int32_t size, const char *text);
int32_t ludus_fonts_height(ludus_fonts *fonts, ludus_face face, int32_t size);
// Bytes of `text` (whole UTF-8 characters) that are at most `width` pixels wide together.
size_t ludus_fonts_fit(ludus_fonts *fonts, ludus_face face, int32_t size, const char *text,
                       int32_t width);
// Text of that colour (its alpha counts as 255) on a transparent ground; `outline` thickens it by
// so many pixels on each side, 0 = plain. The caller frees it with SDL_FreeSurface; NULL when
// memory is short or the text empty.
struct SDL_Surface *ludus_fonts_render(ludus_fonts *fonts, ludus_face face, int32_t size,
                                       int32_t outline, ludus_colour colour, const char *text);

#endif
