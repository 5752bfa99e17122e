#include "viewer/canvas_internal.h"

#include <assert.h>
#include <string.h>

// ---- Life ---------------------------------------------------------------------------------------

ludus_status ludus_canvas_create(ludus_canvas **out, struct SDL_Renderer *renderer,
                                 ludus_error *error)
{
    *out = NULL;
    ludus_canvas *canvas = ludus_alloc(1, sizeof(*canvas));
    if (!canvas) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for the canvas");
    }
    canvas->renderer = renderer;
    canvas->theme = ludus_theme_light();
    canvas->scale = 1;
    canvas->points = ludus_alloc(LUDUS_POLYLINE_MAX, sizeof(*canvas->points));
    if (!canvas->points) {
        ludus_canvas_destroy(canvas);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for the canvas");
    }
    const ludus_status status = ludus_fonts_create(&canvas->fonts, error);
    if (status) {
        ludus_canvas_destroy(canvas);
        return status;
    }
    *out = canvas;
    return LUDUS_OK;
}

void ludus_canvas_destroy(ludus_canvas *canvas)
{
    if (!canvas) {
        return;
    }
    ludus_canvas_drop_sprites(canvas);
    ludus_canvas_drop_texts(canvas);
    ludus_canvas_drop_masks(canvas);
    for (int i = 0; i < LUDUS_CANVAS_IMAGES; i++) {
        if (canvas->images[i].texture) {
            SDL_DestroyTexture(canvas->images[i].texture);
        }
    }
    ludus_fonts_destroy(canvas->fonts);
    ludus_free(canvas->points);
    ludus_free(canvas);
}

static void set_colour(ludus_canvas *canvas, ludus_colour c)
{
    SDL_SetRenderDrawColor(canvas->renderer, c.r, c.g, c.b, c.a);
    SDL_SetRenderDrawBlendMode(canvas->renderer,
                               c.a == 255 ? SDL_BLENDMODE_NONE : SDL_BLENDMODE_BLEND);
}

void ludus_canvas_begin(ludus_canvas *canvas, const ludus_theme *theme, float width, float height,
                        float scale)
{
    assert(canvas->num_clips == 0);
    canvas->theme = theme;
    canvas->width = width;
    canvas->height = height;
    canvas->scale = scale;
    canvas->frame++;
    ludus_canvas_age_texts(canvas);
    ludus_canvas_age_masks(canvas);
    SDL_RenderSetClipRect(canvas->renderer, NULL);
    set_colour(canvas, theme->ground);
    SDL_RenderClear(canvas->renderer);
}

const ludus_theme *ludus_canvas_theme(const ludus_canvas *canvas)
{
    return canvas->theme;
}

float ludus_canvas_scale(const ludus_canvas *canvas)
{
    return canvas->scale;
}

bool ludus_canvas_has_pieces(const ludus_canvas *canvas)
{
    return ludus_fonts_has_pieces(canvas->fonts);
}

// ---- Rectangles ---------------------------------------------------------------------------------

SDL_Rect ludus_canvas_pixels(const ludus_canvas *canvas, ludus_rect rect)
{
    const int x = ludus_pixel(canvas, rect.x);
    const int y = ludus_pixel(canvas, rect.y);
    return (SDL_Rect){x, y, ludus_pixel(canvas, rect.x + rect.w) - x,
                      ludus_pixel(canvas, rect.y + rect.h) - y};
}

static void fill_pixels(ludus_canvas *canvas, int x, int y, int w, int h)
{
    const SDL_Rect rect = {x, y, w, h};
    if (w > 0 && h > 0) {
        SDL_RenderFillRect(canvas->renderer, &rect);
    }
}

void ludus_canvas_fill(ludus_canvas *canvas, ludus_rect rect, ludus_colour colour)
{
    SDL_Rect r = ludus_canvas_pixels(canvas, rect);
    if (rect.w <= 0 || rect.h <= 0 || colour.a == 0) {
        return;
    }
    r.w = r.w > 0 ? r.w : 1; // a thin line stays visible
    r.h = r.h > 0 ? r.h : 1;
    set_colour(canvas, colour);
    fill_pixels(canvas, r.x, r.y, r.w, r.h);
}

void ludus_canvas_stroke(ludus_canvas *canvas, ludus_rect rect, float width, ludus_colour colour)
{
    const SDL_Rect r = ludus_canvas_pixels(canvas, rect);
    const int thick = ludus_pixel(canvas, width) > 0 ? ludus_pixel(canvas, width) : 1;
    if (r.w <= 2 * thick || r.h <= 2 * thick) {
        ludus_canvas_fill(canvas, rect, colour);
        return;
    }
    set_colour(canvas, colour);
    fill_pixels(canvas, r.x, r.y, r.w, thick);
    fill_pixels(canvas, r.x, r.y + r.h - thick, r.w, thick);
    fill_pixels(canvas, r.x, r.y + thick, thick, r.h - 2 * thick);
    fill_pixels(canvas, r.x + r.w - thick, r.y + thick, thick, r.h - 2 * thick);
}

// The four quarters of a round sprite, put into the corners of `r`, each `side` pixels.
static void draw_corners(ludus_canvas *canvas, const ludus_sprite *sprite, SDL_Rect r, int side)
{
    const int half = sprite->half;
    for (int i = 0; i < 4; i++) {
        const bool right = i & 1;
        const bool low = i & 2;
        const SDL_Rect from = {right ? half : half - side, low ? half : half - side, side, side};
        const SDL_Rect to = {right ? r.x + r.w - side : r.x, low ? r.y + r.h - side : r.y, side,
                             side};
        SDL_RenderCopy(canvas->renderer, sprite->texture, &from, &to);
    }
}

// Corner radius in whole pixels that fits the rectangle.
static int corner_pixels(const ludus_canvas *canvas, SDL_Rect r, float radius)
{
    const int side = ludus_pixel(canvas, radius);
    const int room = (r.w < r.h ? r.w : r.h) / 2;
    return side < room ? side : room;
}

void ludus_canvas_fill_rounded(ludus_canvas *canvas, ludus_rect rect, float radius,
                               ludus_colour colour)
{
    const SDL_Rect r = ludus_canvas_pixels(canvas, rect);
    const int side = corner_pixels(canvas, r, radius);
    const ludus_sprite *sprite =
        side > 1 ? ludus_canvas_sprite(canvas, LUDUS_SPRITE_DISC, (float)side, 0, colour) : NULL;
    if (!sprite) {
        ludus_canvas_fill(canvas, rect, colour);
        return;
    }
    draw_corners(canvas, sprite, r, side);
    set_colour(canvas, colour);
    fill_pixels(canvas, r.x + side, r.y, r.w - 2 * side, side);
    fill_pixels(canvas, r.x, r.y + side, r.w, r.h - 2 * side);
    fill_pixels(canvas, r.x + side, r.y + r.h - side, r.w - 2 * side, side);
}

void ludus_canvas_stroke_rounded(ludus_canvas *canvas, ludus_rect rect, float radius, float width,
                                 ludus_colour colour)
{
    const SDL_Rect r = ludus_canvas_pixels(canvas, rect);
    const int side = corner_pixels(canvas, r, radius);
    const int thick = ludus_pixel(canvas, width) > 0 ? ludus_pixel(canvas, width) : 1;
    const ludus_sprite *sprite =
        side > thick
            ? ludus_canvas_sprite(canvas, LUDUS_SPRITE_RING, (float)side, (float)thick, colour)
            : NULL;
    if (!sprite) {
        ludus_canvas_stroke(canvas, rect, width, colour);
        return;
    }
    draw_corners(canvas, sprite, r, side);
    set_colour(canvas, colour);
    fill_pixels(canvas, r.x + side, r.y, r.w - 2 * side, thick);
    fill_pixels(canvas, r.x + side, r.y + r.h - thick, r.w - 2 * side, thick);
    fill_pixels(canvas, r.x, r.y + side, thick, r.h - 2 * side);
    fill_pixels(canvas, r.x + r.w - thick, r.y + side, thick, r.h - 2 * side);
}

// ---- Images -------------------------------------------------------------------------------------

// A texture of that size that this frame has not used yet; the oldest is replaced.
static SDL_Texture *image_texture(ludus_canvas *canvas, int32_t width, int32_t height,
                                  bool is_smooth)
{
    ludus_image_sprite *oldest = &canvas->images[0];
    for (int i = 0; i < LUDUS_CANVAS_IMAGES; i++) {
        ludus_image_sprite *image = &canvas->images[i];
        if (image->texture && image->width == width && image->height == height &&
            image->is_smooth == is_smooth && image->used != canvas->frame) {
            image->used = canvas->frame;
            return image->texture;
        }
        oldest = image->used < oldest->used ? image : oldest;
    }
    if (oldest->texture) {
        SDL_DestroyTexture(oldest->texture);
    }
    *oldest = (ludus_image_sprite){0};
    SDL_Texture *texture = SDL_CreateTexture(canvas->renderer, SDL_PIXELFORMAT_RGB24,
                                             SDL_TEXTUREACCESS_STREAMING, width, height);
    if (!texture) {
        return NULL;
    }
    SDL_SetTextureScaleMode(texture, is_smooth ? SDL_ScaleModeLinear : SDL_ScaleModeNearest);
    *oldest = (ludus_image_sprite){texture, width, height, is_smooth, canvas->frame};
    return texture;
}

void ludus_canvas_image(ludus_canvas *canvas, ludus_rect rect, int32_t width, int32_t height,
                        const uint8_t *rgb, bool is_smooth)
{
    const SDL_Rect r = ludus_canvas_pixels(canvas, rect);
    if (width < 1 || height < 1 || r.w <= 0 || r.h <= 0) {
        return;
    }
    SDL_Texture *texture = image_texture(canvas, width, height, is_smooth);
    if (texture && SDL_UpdateTexture(texture, NULL, rgb, 3 * width) == 0) {
        SDL_RenderCopy(canvas->renderer, texture, NULL, &r);
    }
}

// ---- Clipping -----------------------------------------------------------------------------------

static void apply_clip(ludus_canvas *canvas)
{
    const int32_t n = canvas->num_clips;
    SDL_RenderSetClipRect(canvas->renderer, n > 0 ? &canvas->clip[n - 1] : NULL);
}

void ludus_canvas_clip(ludus_canvas *canvas, ludus_rect rect)
{
    assert(canvas->num_clips < LUDUS_CANVAS_CLIPS);
    SDL_Rect clip = ludus_canvas_pixels(canvas, rect);
    clip.w = clip.w > 0 ? clip.w : 0;
    clip.h = clip.h > 0 ? clip.h : 0;
    if (canvas->num_clips > 0) {
        SDL_Rect both;
        if (!SDL_IntersectRect(&clip, &canvas->clip[canvas->num_clips - 1], &both)) {
            both = (SDL_Rect){clip.x, clip.y, 0, 0};
        }
        clip = both;
    }
    canvas->clip[canvas->num_clips++] = clip;
    apply_clip(canvas);
}

void ludus_canvas_unclip(ludus_canvas *canvas)
{
    assert(canvas->num_clips > 0);
    canvas->num_clips--;
    apply_clip(canvas);
}

// ---- Cutting rectangles -------------------------------------------------------------------------

static float at_most(float wanted, float room)
{
    const float positive = wanted > 0 ? wanted : 0;
    const float rest = room > 0 ? room : 0;
    return positive < rest ? positive : rest;
}

ludus_rect ludus_rect_cut_top(ludus_rect *rect, float height, float gap)
{
    const float h = at_most(height, rect->h);
    const ludus_rect strip = {rect->x, rect->y, rect->w, h};
    const float cut = at_most(h + gap, rect->h);
    rect->y += cut;
    rect->h -= cut;
    return strip;
}

ludus_rect ludus_rect_cut_bottom(ludus_rect *rect, float height, float gap)
{
    const float h = at_most(height, rect->h);
    const ludus_rect strip = {rect->x, rect->y + rect->h - h, rect->w, h};
    rect->h -= at_most(h + gap, rect->h);
    return strip;
}

ludus_rect ludus_rect_cut_left(ludus_rect *rect, float width, float gap)
{
    const float w = at_most(width, rect->w);
    const ludus_rect strip = {rect->x, rect->y, w, rect->h};
    const float cut = at_most(w + gap, rect->w);
    rect->x += cut;
    rect->w -= cut;
    return strip;
}

ludus_rect ludus_rect_cut_right(ludus_rect *rect, float width, float gap)
{
    const float w = at_most(width, rect->w);
    const ludus_rect strip = {rect->x + rect->w - w, rect->y, w, rect->h};
    rect->w -= at_most(w + gap, rect->w);
    return strip;
}

ludus_rect ludus_rect_column(ludus_rect rect, int32_t i, int32_t n, float gap)
{
    const float width = (rect.w - gap * (float)(n - 1)) / (float)n;
    rect.x += (float)i * (width + gap);
    rect.w = width > 0 ? width : 0;
    return rect;
}
