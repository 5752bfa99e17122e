// Lines and polygons as masks: the exact share of each pixel that a shape covers, computed here and
// kept as a white texture. So they look the same with every renderer, and a curve that does not
// change costs one copy per frame.
//
// Coverage by accumulation: each edge adds, in the rows that it crosses, how much of the pixels to
// its right it covers; a running sum along the row then is the coverage. Shapes are sums of pieces
// that run the same way round, so pieces that share an edge leave no seam.

#include "viewer/canvas_internal.h"

#include <math.h>
#include <string.h>

#define MITER_COSINE 0.5f  // gentler corners are mitred, sharper ones bevelled
#define LARGE_PIXELS 65536 // masks of more pixels are dropped at once when they are not drawn
#define KEPT_FRAMES 240
#define LARGE_KEPT_FRAMES 3

// ---- Coverage -----------------------------------------------------------------------------------

typedef struct mask {
    int32_t x, y, w, h; // pixels of the target that it lies on
    float *sums;        // [h][w + 2]
} mask;

// What an edge that crosses one row adds to it. x0 <= x1 are where it enters and leaves, within
// 0..w; `d` is the part of the row's height that it crosses, signed by its direction.
static void add_crossing(float *row, float x0, float x1, float d)
{
    const int32_t first = (int32_t)floorf(x0);
    const int32_t last = (int32_t)ceilf(x1);
    if (last <= first + 1) {
        const float middle = 0.5f * (x0 + x1) - (float)first;
        row[first] += d * (1 - middle);
        row[first + 1] += d * middle;
        return;
    }
    // Within pixel i the edge covers what lies right of it: the integral of a ramp.
    const float slope = 1 / (x1 - x0);
    float before = 0; // share of the edge's height below the pixel's left side, integrated
    for (int32_t i = first; i < last; i++) {
        const float from = fmaxf(x0, (float)i);
        const float to = fminf(x1, (float)i + 1);
        const float risen = (from - x0) * slope;
        const float part = (to - from) * slope;
        const float covered = risen + part * ((float)i + 1 - 0.5f * (from + to));
        row[i] += d * (covered - before);
        before = covered;
    }
    row[last] += d * (1 - before);
}

static void add_edge(const mask *m, ludus_point a, ludus_point b)
{
    const float direction = a.y < b.y ? 1 : -1;
    const ludus_point top = a.y < b.y ? a : b;
    const ludus_point low = a.y < b.y ? b : a;
    const float height = low.y - top.y;
    if (!(height > 0)) {
        return;
    }
    const float lean = (low.x - top.x) / height;
    const int32_t first = (int32_t)fmaxf(floorf(top.y), 0);
    const int32_t end = (int32_t)fminf(ceilf(low.y), (float)m->h);
    for (int32_t y = first; y < end; y++) {
        const float from = fmaxf(top.y, (float)y);
        const float to = fminf(low.y, (float)y + 1);
        const float x0 = fminf(fmaxf(top.x + (from - top.y) * lean, 0), (float)m->w);
        const float x1 = fminf(fmaxf(top.x + (to - top.y) * lean, 0), (float)m->w);
        add_crossing(m->sums + (size_t)y * (size_t)(m->w + 2), fminf(x0, x1), fmaxf(x0, x1),
                     direction * (to - from));
    }
}

static void add_polygon(const mask *m, const ludus_point *p, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        const ludus_point a = {p[i].x - (float)m->x, p[i].y - (float)m->y};
        const ludus_point c = p[(i + 1) % n];
        const ludus_point b = {c.x - (float)m->x, c.y - (float)m->y};
        add_edge(m, a, b);
    }
}

// A convex piece, turned so that all pieces run the same way.
static void add_piece(const mask *m, ludus_point *p, int32_t n)
{
    float area = 0;
    for (int32_t i = 0; i < n; i++) {
        const ludus_point a = p[i];
        const ludus_point b = p[(i + 1) % n];
        area += a.x * b.y - b.x * a.y;
    }
    for (int32_t i = 0; area < 0 && i < n / 2; i++) {
        const ludus_point swap = p[i];
        p[i] = p[n - 1 - i];
        p[n - 1 - i] = swap;
    }
    add_polygon(m, p, n);
}

// ---- Strokes ------------------------------------------------------------------------------------

static ludus_point unit(float x, float y)
{
    const float length = hypotf(x, y);
    return length > 1e-6f ? (ludus_point){x / length, y / length} : (ludus_point){0, 0};
}

static ludus_point normal_of(ludus_point a, ludus_point b)
{
    return unit(a.y - b.y, b.x - a.x);
}

typedef struct joint {
    ludus_point before, after; // offsets of the line's side at the end of one segment and the
                               // start of the next
} joint;

static joint joint_at(const ludus_point *p, int32_t n, int32_t i, float half)
{
    const ludus_point one = normal_of(p[i > 0 ? i - 1 : 0], p[i > 0 ? i : 1]);
    const ludus_point two = normal_of(p[i + 1 < n ? i : n - 2], p[i + 1 < n ? i + 1 : n - 1]);
    const float cosine = one.x * two.x + one.y * two.y;
    if (cosine > MITER_COSINE) {
        const float stretch = half / (1 + cosine);
        const ludus_point both = {(one.x + two.x) * stretch, (one.y + two.y) * stretch};
        return (joint){both, both};
    }
    return (joint){{one.x * half, one.y * half}, {two.x * half, two.y * half}};
}

static ludus_point plus(ludus_point p, ludus_point d, float sign)
{
    return (ludus_point){p.x + sign * d.x, p.y + sign * d.y};
}

static void add_stroke(const mask *m, const ludus_point *p, int32_t n, float half)
{
    joint from = joint_at(p, n, 0, half);
    for (int32_t i = 0; i + 1 < n; i++) {
        const joint to = joint_at(p, n, i + 1, half);
        ludus_point quad[4] = {plus(p[i], from.after, 1), plus(p[i + 1], to.before, 1),
                               plus(p[i + 1], to.before, -1), plus(p[i], from.after, -1)};
        add_piece(m, quad, 4);
        if (to.before.x != to.after.x || to.before.y != to.after.y) {
            const float turn = to.before.x * to.after.y - to.before.y * to.after.x;
            const float side = turn < 0 ? 1 : -1; // the outer one
            ludus_point bevel[3] = {p[i + 1], plus(p[i + 1], to.before, side),
                                    plus(p[i + 1], to.after, side)};
            add_piece(m, bevel, 3);
        }
        from = to;
    }
}

// ---- Textures -----------------------------------------------------------------------------------

static void drop_mask(ludus_mask_sprite *sprite)
{
    if (sprite->texture) {
        SDL_DestroyTexture(sprite->texture);
    }
    *sprite = (ludus_mask_sprite){0};
}

void ludus_canvas_age_masks(ludus_canvas *canvas)
{
    for (size_t i = 0; i < LUDUS_CANVAS_MASKS; i++) {
        ludus_mask_sprite *sprite = &canvas->masks[i];
        const bool is_large = sprite->width * sprite->height > LARGE_PIXELS;
        const uint64_t kept = is_large ? LARGE_KEPT_FRAMES : KEPT_FRAMES;
        if (sprite->texture && sprite->used + kept < canvas->frame) {
            drop_mask(sprite);
        }
    }
}

void ludus_canvas_drop_masks(ludus_canvas *canvas)
{
    for (size_t i = 0; i < LUDUS_CANVAS_MASKS; i++) {
        drop_mask(&canvas->masks[i]);
    }
    ludus_free(canvas->sums);
    canvas->sums = NULL;
    canvas->num_sums = 0;
}

// The whole pixels around the points and `reach` more, within the target; false when none.
static bool bound(const ludus_canvas *canvas, const ludus_point *p, int32_t n, float reach,
                  mask *out)
{
    float low[2] = {INFINITY, INFINITY};
    float high[2] = {-INFINITY, -INFINITY};
    for (int32_t i = 0; i < n; i++) {
        low[0] = fminf(low[0], p[i].x);
        low[1] = fminf(low[1], p[i].y);
        high[0] = fmaxf(high[0], p[i].x);
        high[1] = fmaxf(high[1], p[i].y);
    }
    const float most[2] = {ceilf(canvas->width * canvas->scale),
                           ceilf(canvas->height * canvas->scale)};
    const float x0 = fmaxf(floorf(low[0] - reach), 0);
    const float y0 = fmaxf(floorf(low[1] - reach), 0);
    const float x1 = fminf(ceilf(high[0] + reach), most[0]);
    const float y1 = fminf(ceilf(high[1] + reach), most[1]);
    if (!(x1 > x0 && y1 > y0)) {
        return false;
    }
    *out = (mask){(int32_t)x0, (int32_t)y0, (int32_t)(x1 - x0), (int32_t)(y1 - y0), NULL};
    return true;
}

static bool clear_sums(ludus_canvas *canvas, mask *m)
{
    const size_t count = (size_t)m->h * (size_t)(m->w + 2);
    if (count > canvas->num_sums) {
        ludus_free(canvas->sums);
        canvas->sums = ludus_alloc(count, sizeof(float));
        canvas->num_sums = canvas->sums ? count : 0;
    } else {
        memset(canvas->sums, 0, count * sizeof(float));
    }
    m->sums = canvas->sums;
    return m->sums != NULL;
}

static SDL_Texture *texture_of(ludus_canvas *canvas, const mask *m)
{
    SDL_Surface *surface =
        SDL_CreateRGBSurfaceWithFormat(0, m->w, m->h, 32, SDL_PIXELFORMAT_ARGB8888);
    if (!surface) {
        return NULL;
    }
    for (int32_t y = 0; y < m->h; y++) {
        const float *sums = m->sums + (size_t)y * (size_t)(m->w + 2);
        uint32_t *row = (uint32_t *)(void *)((uint8_t *)surface->pixels + y * surface->pitch);
        float sum = 0;
        for (int32_t x = 0; x < m->w; x++) {
            sum += sums[x];
            row[x] = (uint32_t)(fminf(fabsf(sum), 1) * 255 + 0.5f) << 24 | 0xffffff;
        }
    }
    SDL_Texture *texture = SDL_CreateTextureFromSurface(canvas->renderer, surface);
    SDL_FreeSurface(surface);
    if (texture) {
        SDL_SetTextureBlendMode(texture, SDL_BLENDMODE_BLEND);
    }
    return texture;
}

// The kept mask with that key, or the entry to use for it.
static ludus_mask_sprite *find_mask(ludus_canvas *canvas, uint64_t key)
{
    ludus_mask_sprite *oldest = &canvas->masks[0];
    for (size_t i = 0; i < LUDUS_CANVAS_MASKS; i++) {
        ludus_mask_sprite *sprite = &canvas->masks[i];
        if (sprite->texture && sprite->key == key) {
            return sprite;
        }
        oldest = sprite->used < oldest->used ? sprite : oldest;
    }
    return oldest;
}

// Draws points [n], in pixels: a polygon when half_width is 0, else a line.
static void draw_mask(ludus_canvas *canvas, const ludus_point *p, int32_t n, float half_width,
                      ludus_colour colour)
{
    mask m;
    if (colour.a == 0 || !bound(canvas, p, n, half_width > 0 ? 2 * half_width + 1 : 1, &m)) {
        return;
    }
    // The shape relative to its place: the same shape elsewhere is the same mask.
    const int32_t head[3] = {n, m.w, m.h};
    uint64_t key = ludus_hash64(head, sizeof(head), (uint64_t)(half_width * 64));
    for (int32_t i = 0; i < n; i++) {
        const int32_t at[2] = {(int32_t)lrintf((p[i].x - (float)m.x) * 32),
                               (int32_t)lrintf((p[i].y - (float)m.y) * 32)};
        key = ludus_hash64(at, sizeof(at), key);
    }
    ludus_mask_sprite *sprite = find_mask(canvas, key);
    if (!sprite->texture || sprite->key != key) {
        if (!clear_sums(canvas, &m)) {
            return;
        }
        if (half_width > 0) {
            add_stroke(&m, p, n, half_width);
        } else {
            add_polygon(&m, p, n);
        }
        drop_mask(sprite);
        *sprite = (ludus_mask_sprite){.key = key, .width = m.w, .height = m.h};
        sprite->texture = texture_of(canvas, &m);
    }
    sprite->used = canvas->frame;
    if (sprite->texture) {
        const SDL_Rect to = {m.x, m.y, m.w, m.h};
        SDL_SetTextureColorMod(sprite->texture, colour.r, colour.g, colour.b);
        SDL_SetTextureAlphaMod(sprite->texture, colour.a);
        SDL_RenderCopy(canvas->renderer, sprite->texture, NULL, &to);
    }
}

// ---- Drawing ------------------------------------------------------------------------------------

void ludus_canvas_polyline(ludus_canvas *canvas, const ludus_point *points, int32_t n, float width,
                           ludus_colour colour)
{
    const int32_t most = n < LUDUS_POLYLINE_MAX ? n : LUDUS_POLYLINE_MAX;
    int32_t count = 0;
    float half = 0.5f * width * canvas->scale;
    if (width <= 0) {
        return;
    }
    for (int32_t i = 0; i < most; i++) {
        const ludus_point p = {points[i].x * canvas->scale, points[i].y * canvas->scale};
        const ludus_point *last = count > 0 ? &canvas->points[count - 1] : NULL;
        if (!last || hypotf(p.x - last->x, p.y - last->y) > 0.05f) {
            canvas->points[count++] = p;
        }
    }
    if (half < 0.5f) { // thinner than a pixel: fainter instead
        colour = ludus_colour_fade(colour, 2 * half);
        half = 0.5f;
    }
    if (count >= 2) {
        draw_mask(canvas, canvas->points, count, half, colour);
    }
}

void ludus_canvas_line(ludus_canvas *canvas, ludus_point from, ludus_point to, float width,
                       ludus_colour colour)
{
    const ludus_point points[2] = {from, to};
    ludus_canvas_polyline(canvas, points, 2, width, colour);
}

void ludus_canvas_polygon(ludus_canvas *canvas, const ludus_point *points, int32_t n,
                          ludus_colour colour)
{
    if (n < 3 || n > LUDUS_POLYGON_MAX) {
        return;
    }
    for (int32_t i = 0; i < n; i++) {
        canvas->points[i] = (ludus_point){points[i].x * canvas->scale, points[i].y * canvas->scale};
    }
    draw_mask(canvas, canvas->points, n, 0, colour);
}

void ludus_canvas_arrow(ludus_canvas *canvas, ludus_point from, ludus_point to, float width,
                        ludus_colour colour)
{
    const ludus_point along = unit(to.x - from.x, to.y - from.y);
    const float length = hypotf(to.x - from.x, to.y - from.y);
    const float head = fminf(2.4f * width, length);
    const ludus_point side = {-along.y * width, along.x * width};
    const ludus_point neck = {to.x - along.x * head, to.y - along.y * head};
    const ludus_point shape[7] = {
        plus(from, side, 0.5f),  plus(neck, side, 0.5f),  plus(neck, side, 1.5f),  to,
        plus(neck, side, -1.5f), plus(neck, side, -0.5f), plus(from, side, -0.5f),
    };
    if (length > 0) {
        ludus_canvas_polygon(canvas, shape, 7, colour);
    }
}
