// Lines and polygons as triangles with an edge that fades over one pixel: smooth without asking the
// renderer for multisampling.

#include "viewer/canvas_internal.h"

#include <math.h>
#include <string.h>

#define MITER_MAX 2.0f // how much longer than the half width a corner may get

typedef struct mesh {
    ludus_canvas *canvas;
    int32_t vertices, indices;
    SDL_Color solid, clear; // of the inside and of the faded edge
} mesh;

static mesh mesh_begin(ludus_canvas *canvas, ludus_colour c)
{
    return (mesh){.canvas = canvas, .solid = {c.r, c.g, c.b, c.a}, .clear = {c.r, c.g, c.b, 0}};
}

static int mesh_vertex(mesh *m, float x, float y, SDL_Color colour)
{
    m->canvas->vertices[m->vertices] = (SDL_Vertex){.position = {x, y}, .color = colour};
    return m->vertices++;
}

static void mesh_triangle(mesh *m, int a, int b, int c)
{
    int *out = m->canvas->indices + m->indices;
    out[0] = a;
    out[1] = b;
    out[2] = c;
    m->indices += 3;
}

static void mesh_quad(mesh *m, int a, int b, int c, int d)
{
    mesh_triangle(m, a, b, c);
    mesh_triangle(m, a, c, d);
}

static void mesh_end(const mesh *m)
{
    if (m->indices > 0) {
        SDL_RenderGeometry(m->canvas->renderer, NULL, m->canvas->vertices, m->vertices,
                           m->canvas->indices, m->indices);
    }
}

static ludus_point unit(float x, float y)
{
    const float length = hypotf(x, y);
    return length > 1e-6f ? (ludus_point){x / length, y / length} : (ludus_point){0, 0};
}

// The direction in which the corner at `b` moves when both edges move outwards by 1.
static ludus_point corner_normal(ludus_point a, ludus_point b, ludus_point c)
{
    const ludus_point one = unit(b.y - a.y, a.x - b.x);
    const ludus_point two = unit(c.y - b.y, b.x - c.x);
    const ludus_point sum = {one.x + two.x, one.y + two.y};
    const float square = sum.x * sum.x + sum.y * sum.y;
    if (square < 1e-6f) {
        return one;
    }
    const float stretch = fminf(2 / square, MITER_MAX);
    return (ludus_point){sum.x * stretch, sum.y * stretch};
}

// ---- Lines --------------------------------------------------------------------------------------

// The four vertices across the line at one of its points.
static void add_rib(mesh *m, ludus_point p, ludus_point normal, float half)
{
    const float inner = fmaxf(half - 0.5f, 0);
    const float outer = half + 0.5f;
    mesh_vertex(m, p.x + normal.x * outer, p.y + normal.y * outer, m->clear);
    mesh_vertex(m, p.x + normal.x * inner, p.y + normal.y * inner, m->solid);
    mesh_vertex(m, p.x - normal.x * inner, p.y - normal.y * inner, m->solid);
    mesh_vertex(m, p.x - normal.x * outer, p.y - normal.y * outer, m->clear);
}

static ludus_point to_pixels(const ludus_canvas *canvas, ludus_point p)
{
    return (ludus_point){p.x * canvas->scale, p.y * canvas->scale};
}

void ludus_canvas_polyline(ludus_canvas *canvas, const ludus_point *points, int32_t n, float width,
                           ludus_colour colour)
{
    const int32_t count = n < LUDUS_POLYLINE_MAX ? n : LUDUS_POLYLINE_MAX;
    float half = 0.5f * width * canvas->scale;
    if (count < 2 || width <= 0) {
        return;
    }
    if (half < 0.5f) { // thinner than a pixel: fainter instead
        colour = ludus_colour_fade(colour, 2 * half);
        half = 0.5f;
    }
    mesh m = mesh_begin(canvas, colour);
    for (int32_t i = 0; i < count; i++) {
        const ludus_point b = to_pixels(canvas, points[i]);
        const ludus_point a = i > 0 ? to_pixels(canvas, points[i - 1]) : b;
        const ludus_point c = i + 1 < count ? to_pixels(canvas, points[i + 1]) : b;
        ludus_point normal;
        if (i == 0) {
            normal = unit(c.y - b.y, b.x - c.x);
        } else if (i + 1 == count) {
            normal = unit(b.y - a.y, a.x - b.x);
        } else {
            normal = corner_normal(a, b, c);
        }
        add_rib(&m, b, normal, half);
    }
    for (int32_t i = 0; i + 1 < count; i++) {
        const int at = 4 * i;
        for (int k = 0; k < 3; k++) {
            mesh_quad(&m, at + k, at + k + 1, at + k + 5, at + k + 4);
        }
    }
    mesh_end(&m);
}

void ludus_canvas_line(ludus_canvas *canvas, ludus_point from, ludus_point to, float width,
                       ludus_colour colour)
{
    const ludus_point points[2] = {from, to};
    ludus_canvas_polyline(canvas, points, 2, width, colour);
}

// ---- Polygons -----------------------------------------------------------------------------------

static float cross(ludus_point a, ludus_point b, ludus_point c)
{
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

static float area_twice(const ludus_point *p, int32_t n)
{
    float sum = 0;
    for (int32_t i = 0; i < n; i++) {
        const ludus_point a = p[i];
        const ludus_point b = p[(i + 1) % n];
        sum += a.x * b.y - b.x * a.y;
    }
    return sum;
}

static bool triangle_holds(ludus_point a, ludus_point b, ludus_point c, ludus_point p)
{
    return cross(a, b, p) >= 0 && cross(b, c, p) >= 0 && cross(c, a, p) >= 0;
}

// Whether the corner at index k of the remaining ones can be cut off.
static bool is_ear(const ludus_point *p, const int32_t *left, int32_t count, int32_t k)
{
    const int32_t before = left[(k + count - 1) % count];
    const int32_t at = left[k];
    const int32_t after = left[(k + 1) % count];
    if (cross(p[before], p[at], p[after]) <= 0) {
        return false;
    }
    for (int32_t i = 0; i < count; i++) {
        const int32_t other = left[i];
        if (other != before && other != at && other != after &&
            triangle_holds(p[before], p[at], p[after], p[other])) {
            return false;
        }
    }
    return true;
}

// Ear clipping (Meisters 1975) of a polygon that runs clockwise on the screen.
static void triangulate(mesh *m, const ludus_point *p, int32_t n, int first_vertex)
{
    int32_t left[LUDUS_POLYGON_MAX];
    int32_t count = n;
    for (int32_t i = 0; i < n; i++) {
        left[i] = i;
    }
    while (count > 2) {
        int32_t ear = 0;
        while (ear < count && !is_ear(p, left, count, ear)) {
            ear++;
        }
        ear = ear < count ? ear : 0; // degenerate: cut anything, so that it ends
        mesh_triangle(m, first_vertex + left[(ear + count - 1) % count], first_vertex + left[ear],
                      first_vertex + left[(ear + 1) % count]);
        memmove(left + ear, left + ear + 1, (size_t)(count - ear - 1) * sizeof(*left));
        count--;
    }
}

void ludus_canvas_polygon(ludus_canvas *canvas, const ludus_point *points, int32_t n,
                          ludus_colour colour)
{
    ludus_point p[LUDUS_POLYGON_MAX];
    if (n < 3 || n > LUDUS_POLYGON_MAX) {
        return;
    }
    for (int32_t i = 0; i < n; i++) {
        p[i] = to_pixels(canvas, points[i]);
    }
    if (area_twice(p, n) < 0) {
        for (int32_t i = 0; i < n / 2; i++) {
            const ludus_point swap = p[i];
            p[i] = p[n - 1 - i];
            p[n - 1 - i] = swap;
        }
    }
    mesh m = mesh_begin(canvas, colour);
    for (int32_t i = 0; i < n; i++) { // inside vertices 0..n-1, edge vertices n..2n-1
        const ludus_point out = corner_normal(p[(i + n - 1) % n], p[i], p[(i + 1) % n]);
        mesh_vertex(&m, p[i].x - 0.5f * out.x, p[i].y - 0.5f * out.y, m.solid);
    }
    for (int32_t i = 0; i < n; i++) {
        const ludus_point out = corner_normal(p[(i + n - 1) % n], p[i], p[(i + 1) % n]);
        mesh_vertex(&m, p[i].x + 0.5f * out.x, p[i].y + 0.5f * out.y, m.clear);
    }
    triangulate(&m, p, n, 0);
    for (int32_t i = 0; i < n; i++) {
        const int32_t next = (i + 1) % n;
        mesh_quad(&m, i, next, n + next, n + i);
    }
    mesh_end(&m);
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
        {from.x + 0.5f * side.x, from.y + 0.5f * side.y},
        {neck.x + 0.5f * side.x, neck.y + 0.5f * side.y},
        {neck.x + 1.5f * side.x, neck.y + 1.5f * side.y},
        to,
        {neck.x - 1.5f * side.x, neck.y - 1.5f * side.y},
        {neck.x - 0.5f * side.x, neck.y - 0.5f * side.y},
        {from.x - 0.5f * side.x, from.y - 0.5f * side.y},
    };
    if (length > 0) {
        ludus_canvas_polygon(canvas, shape, 7, colour);
    }
}
