// Round things: textures with computed coverage, drawn tinted. One texture per kind and size, so
// that a board of 361 stones costs 361 copies and no arithmetic.

#include "viewer/canvas_internal.h"

#include <math.h>
#include <string.h>

#define MAX_RADIUS 1024 // pixels

static float clamp01(float x)
{
    return fminf(fmaxf(x, 0), 1);
}

// Coverage 0..1 of a pixel whose centre is (x, y) from the middle.
static float coverage(ludus_sprite_kind kind, float x, float y, float radius, float width)
{
    const float distance = hypotf(x, y);
    switch (kind) {
    case LUDUS_SPRITE_DISC:
        return clamp01(radius - distance + 0.5f);
    case LUDUS_SPRITE_RING:
        return clamp01(radius - distance + 0.5f) * clamp01(distance - (radius - width) + 0.5f);
    case LUDUS_SPRITE_GLOSS: {
        // Light from the upper left.
        const float spot = hypotf(x + 0.38f * radius, y + 0.42f * radius) / (0.95f * radius);
        const float inside = clamp01(radius - distance + 0.5f);
        return inside * powf(clamp01(1 - spot), 1.6f);
    }
    case LUDUS_SPRITE_SHADOW: {
        const float far = clamp01(1 - distance / radius);
        return far * far * (3 - 2 * far);
    }
    }
    return 0;
}

static SDL_Texture *make_texture(ludus_canvas *canvas, ludus_sprite_kind kind, float radius,
                                 float width, int32_t half, ludus_colour colour)
{
    const uint32_t rgb = (uint32_t)colour.r << 16 | (uint32_t)colour.g << 8 | colour.b;
    const int32_t side = 2 * half;
    SDL_Surface *surface =
        SDL_CreateRGBSurfaceWithFormat(0, side, side, 32, SDL_PIXELFORMAT_ARGB8888);
    if (!surface) {
        return NULL;
    }
    for (int32_t y = 0; y < side; y++) {
        uint32_t *row = (uint32_t *)(void *)((uint8_t *)surface->pixels + y * surface->pitch);
        for (int32_t x = 0; x < side; x++) {
            const float alpha =
                coverage(kind, (float)(x - half) + 0.5f, (float)(y - half) + 0.5f, radius, width);
            row[x] = (uint32_t)lrintf((float)colour.a * alpha) << 24 | rgb;
        }
    }
    SDL_Texture *texture = SDL_CreateTextureFromSurface(canvas->renderer, surface);
    SDL_FreeSurface(surface);
    if (texture) {
        SDL_SetTextureBlendMode(texture, SDL_BLENDMODE_BLEND);
        SDL_SetTextureScaleMode(texture, SDL_ScaleModeLinear);
    }
    return texture;
}

void ludus_canvas_tint(SDL_Texture *texture, ludus_colour baked, ludus_colour colour)
{
    const bool is_done = memcmp(&baked, &colour, sizeof(baked)) == 0;
    const ludus_colour tint = is_done ? (ludus_colour){255, 255, 255, 255} : colour;
    SDL_SetTextureColorMod(texture, tint.r, tint.g, tint.b);
    SDL_SetTextureAlphaMod(texture, tint.a);
}

const ludus_sprite *ludus_canvas_sprite(ludus_canvas *canvas, ludus_sprite_kind kind, float radius,
                                        float width, ludus_colour colour)
{
    const bool is_soft = kind == LUDUS_SPRITE_GLOSS || kind == LUDUS_SPRITE_SHADOW;
    const ludus_colour baked = ludus_canvas_baked(colour, is_soft);
    const int32_t radius4 = (int32_t)lrintf(4 * radius);
    const int32_t width4 = (int32_t)lrintf(4 * width);
    ludus_sprite *oldest = &canvas->sprites[0];
    if (radius4 < 1 || radius > MAX_RADIUS) {
        return NULL;
    }
    for (int i = 0; i < LUDUS_CANVAS_SPRITES; i++) {
        ludus_sprite *sprite = &canvas->sprites[i];
        if (sprite->texture && sprite->kind == kind && sprite->radius == radius4 &&
            sprite->width == width4 && !memcmp(&sprite->colour, &baked, sizeof(baked))) {
            sprite->used = canvas->frame;
            ludus_canvas_tint(sprite->texture, baked, colour);
            return sprite;
        }
        oldest = sprite->used < oldest->used ? sprite : oldest;
    }
    if (oldest->texture) {
        SDL_DestroyTexture(oldest->texture);
    }
    const int32_t half = (radius4 + 3) / 4 + 1;
    *oldest = (ludus_sprite){.kind = kind,
                             .radius = radius4,
                             .width = width4,
                             .colour = baked,
                             .half = half,
                             .used = canvas->frame};
    oldest->texture =
        make_texture(canvas, kind, 0.25f * (float)radius4, 0.25f * (float)width4, half, baked);
    if (oldest->texture) {
        ludus_canvas_tint(oldest->texture, baked, colour);
    }
    return oldest->texture ? oldest : NULL;
}

void ludus_canvas_drop_sprites(ludus_canvas *canvas)
{
    for (int i = 0; i < LUDUS_CANVAS_SPRITES; i++) {
        if (canvas->sprites[i].texture) {
            SDL_DestroyTexture(canvas->sprites[i].texture);
        }
        canvas->sprites[i] = (ludus_sprite){0};
    }
}

static void draw_round(ludus_canvas *canvas, ludus_sprite_kind kind, ludus_point centre,
                       float radius, float width, ludus_colour colour)
{
    const ludus_sprite *sprite = radius > 0 && colour.a > 0
                                     ? ludus_canvas_sprite(canvas, kind, radius * canvas->scale,
                                                           width * canvas->scale, colour)
                                     : NULL;
    if (!sprite) {
        return;
    }
    const SDL_Rect to = {ludus_pixel(canvas, centre.x) - sprite->half,
                         ludus_pixel(canvas, centre.y) - sprite->half, 2 * sprite->half,
                         2 * sprite->half};
    SDL_RenderCopy(canvas->renderer, sprite->texture, NULL, &to);
}

void ludus_canvas_disc(ludus_canvas *canvas, ludus_point centre, float radius, ludus_colour colour)
{
    draw_round(canvas, LUDUS_SPRITE_DISC, centre, radius, 0, colour);
}

void ludus_canvas_ring(ludus_canvas *canvas, ludus_point centre, float radius, float width,
                       ludus_colour colour)
{
    draw_round(canvas, LUDUS_SPRITE_RING, centre, radius, width, colour);
}

void ludus_canvas_ball(ludus_canvas *canvas, ludus_point centre, float radius, ludus_colour colour)
{
    const bool is_light = ludus_colour_contrast(colour, (ludus_colour){0, 0, 0, 255}) > 8;
    const ludus_colour white = {255, 255, 255, colour.a};
    const ludus_colour black = {0, 0, 0, colour.a};
    const ludus_colour rim = ludus_colour_mix(colour, black, is_light ? 0.35f : 0.3f);
    const ludus_colour body = is_light ? ludus_colour_mix(colour, black, 0.06f) : colour;
    ludus_canvas_disc(canvas, centre, radius, rim);
    ludus_canvas_disc(canvas, centre, radius - fmaxf(0.03f * radius, 0.6f), body);
    draw_round(canvas, LUDUS_SPRITE_GLOSS, centre, radius * 0.94f, 0,
               ludus_colour_fade(white, is_light ? 0.9f : 0.36f));
}

void ludus_canvas_shadow(ludus_canvas *canvas, ludus_point centre, float radius, float alpha)
{
    const ludus_colour black = {0, 0, 0, 255};
    draw_round(canvas, LUDUS_SPRITE_SHADOW, centre, radius, 0, ludus_colour_fade(black, alpha));
}
