// What the files of the canvas share. Internal to viewer/.

#ifndef LUDUS_VIEWER_CANVAS_INTERNAL_H
#define LUDUS_VIEWER_CANVAS_INTERNAL_H

#include "viewer/canvas.h"

#include <SDL2/SDL.h>

#define LUDUS_CANVAS_CLIPS 8
#define LUDUS_CANVAS_SPRITES 192
#define LUDUS_CANVAS_TEXTS 1024 // a power of two
#define LUDUS_CANVAS_IMAGES 32
#define LUDUS_CANVAS_MASKS 192

// Textures of round things. Opaque ones are made in their colour, since renderers without a
// graphics card tint slowly; the others are white and tinted when drawn.
typedef enum ludus_sprite_kind {
    LUDUS_SPRITE_DISC,
    LUDUS_SPRITE_RING,
    LUDUS_SPRITE_GLOSS,
    LUDUS_SPRITE_SHADOW
} ludus_sprite_kind;

typedef struct ludus_sprite {
    SDL_Texture *texture; // NULL = free
    ludus_sprite_kind kind;
    int32_t radius, width; // quarter pixels
    ludus_colour colour;   // that it was made in
    int32_t half;          // of the texture's side, pixels
    uint64_t used;         // frame of the last use
} ludus_sprite;

typedef struct ludus_text_sprite {
    SDL_Texture *texture; // NULL = free
    uint64_t key;
    int32_t width, height; // pixels
    uint64_t used;
} ludus_text_sprite;

// A white texture of a line or polygon.
typedef struct ludus_mask_sprite {
    SDL_Texture *texture;  // NULL = free
    uint64_t key;          // hash of the shape
    int32_t width, height; // pixels
    uint64_t used;
} ludus_mask_sprite;

typedef struct ludus_image_sprite {
    SDL_Texture *texture; // NULL = free
    int32_t width, height;
    bool is_smooth;
    uint64_t used;
} ludus_image_sprite;

struct ludus_canvas {
    SDL_Renderer *renderer; // borrowed
    ludus_fonts *fonts;
    const ludus_theme *theme;
    float width, height, scale;
    uint64_t frame;
    SDL_Rect clip[LUDUS_CANVAS_CLIPS]; // pixels
    int32_t num_clips;
    ludus_sprite sprites[LUDUS_CANVAS_SPRITES];
    ludus_text_sprite texts[LUDUS_CANVAS_TEXTS];
    ludus_image_sprite images[LUDUS_CANVAS_IMAGES];
    ludus_mask_sprite masks[LUDUS_CANVAS_MASKS];
    float *sums; // [num_sums] room for a mask's coverage
    size_t num_sums;
    ludus_point *points; // [LUDUS_POLYLINE_MAX] of the shape being drawn, pixels
};

static inline int ludus_pixel(const ludus_canvas *canvas, float units)
{
    const float pixels = units * canvas->scale;
    return (int)(pixels < 0 ? pixels - 0.5f : pixels + 0.5f);
}

// What a texture for that colour is made in; and the tint that makes it that colour when drawn.
static inline ludus_colour ludus_canvas_baked(ludus_colour colour, bool is_always)
{
    return colour.a == 255 || is_always ? colour : (ludus_colour){255, 255, 255, 255};
}
void ludus_canvas_tint(SDL_Texture *texture, ludus_colour baked, ludus_colour colour);
// The rectangle on whole pixels.
SDL_Rect ludus_canvas_pixels(const ludus_canvas *canvas, ludus_rect rect);
// The texture of a round thing, ready to be copied in that colour; sizes in pixels. NULL when it is
// too large or memory is short.
const ludus_sprite *ludus_canvas_sprite(ludus_canvas *canvas, ludus_sprite_kind kind, float radius,
                                        float width, ludus_colour colour);
// Frees textures that were not used lately; called by begin().
void ludus_canvas_age_texts(ludus_canvas *canvas);
void ludus_canvas_age_masks(ludus_canvas *canvas);
void ludus_canvas_drop_texts(ludus_canvas *canvas);
void ludus_canvas_drop_masks(ludus_canvas *canvas);
void ludus_canvas_drop_sprites(ludus_canvas *canvas);

#endif
