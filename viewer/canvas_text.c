// Text: each line that is shown is one white texture, kept while it is in use.

#include "viewer/canvas_internal.h"

#include <math.h>
#include <string.h>

#define KEPT_FRAMES 240 // a text not drawn for so long goes
#define PROBES 16       // entries looked at for one text

static int32_t pixel_size(const ludus_canvas *canvas, const ludus_text_style *style)
{
    const int32_t size = (int32_t)lrintf(style->size * canvas->scale);
    return size < 4 ? 4 : size > 512 ? 512 : size;
}

static int32_t pixel_outline(const ludus_canvas *canvas, const ludus_text_style *style)
{
    return style->outline > 0 ? (int32_t)fmaxf(roundf(style->outline * canvas->scale), 1) : 0;
}

// ---- Textures -----------------------------------------------------------------------------------

static void drop_text(ludus_text_sprite *text)
{
    if (text->texture) {
        SDL_DestroyTexture(text->texture);
    }
    *text = (ludus_text_sprite){0};
}

void ludus_canvas_age_texts(ludus_canvas *canvas)
{
    // A sixteenth of the table per frame.
    const size_t part = LUDUS_CANVAS_TEXTS / 16;
    const size_t first = (size_t)(canvas->frame % 16) * part;
    for (size_t i = first; i < first + part; i++) {
        if (canvas->texts[i].texture && canvas->texts[i].used + KEPT_FRAMES < canvas->frame) {
            drop_text(&canvas->texts[i]);
        }
    }
}

void ludus_canvas_drop_texts(ludus_canvas *canvas)
{
    for (size_t i = 0; i < LUDUS_CANVAS_TEXTS; i++) {
        drop_text(&canvas->texts[i]);
    }
}

static uint64_t text_key(ludus_face face, int32_t size, int32_t outline, ludus_colour baked,
                         const char *text)
{
    const int32_t head[4] = {(int32_t)face, size, outline, baked.r << 16 | baked.g << 8 | baked.b};
    return ludus_hash64(text, strlen(text), ludus_hash64(head, sizeof(head), 1));
}

// The texture of one line; NULL when it cannot be made.
static const ludus_text_sprite *text_sprite(ludus_canvas *canvas, ludus_face face, int32_t size,
                                            int32_t outline, ludus_colour colour, const char *text)
{
    const ludus_colour baked = ludus_canvas_baked(colour, false);
    const uint64_t key = text_key(face, size, outline, baked, text);
    ludus_text_sprite *oldest = NULL;
    for (size_t i = 0; i < PROBES; i++) {
        ludus_text_sprite *entry = &canvas->texts[(key + i) % LUDUS_CANVAS_TEXTS];
        if (entry->texture && entry->key == key) {
            entry->used = canvas->frame;
            ludus_canvas_tint(entry->texture, baked, colour);
            return entry;
        }
        oldest = !oldest || entry->used < oldest->used ? entry : oldest;
    }
    SDL_Surface *surface = ludus_fonts_render(canvas->fonts, face, size, outline, baked, text);
    if (!surface) {
        return NULL;
    }
    drop_text(oldest);
    *oldest = (ludus_text_sprite){
        .key = key, .width = surface->w, .height = surface->h, .used = canvas->frame};
    oldest->texture = SDL_CreateTextureFromSurface(canvas->renderer, surface);
    SDL_FreeSurface(surface);
    if (!oldest->texture) {
        return NULL;
    }
    ludus_canvas_tint(oldest->texture, baked, colour);
    return oldest;
}

// ---- One line -----------------------------------------------------------------------------------

// Writes the text, shortened with an ellipsis when it is wider than `room` pixels.
static void shorten(ludus_canvas *canvas, ludus_face face, int32_t size, const char *text,
                    int32_t room, char out[LUDUS_CANVAS_TEXT_MAX])
{
    static const char dots[] = "\xe2\x80\xa6";
    size_t length = strlen(text);
    if (length >= LUDUS_CANVAS_TEXT_MAX) {
        length = LUDUS_CANVAS_TEXT_MAX - 1;
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80) {
            length--;
        }
    }
    memcpy(out, text, length);
    out[length] = '\0';
    if (ludus_fonts_width(canvas->fonts, face, size, out) <= room) {
        return;
    }
    const int32_t rest = room - ludus_fonts_width(canvas->fonts, face, size, dots);
    length = ludus_fonts_fit(canvas->fonts, face, size, out, rest);
    if (length + sizeof(dots) > LUDUS_CANVAS_TEXT_MAX) {
        length = 0;
    }
    while (length > 0 && out[length - 1] == ' ') {
        length--;
    }
    memcpy(out + length, dots, sizeof(dots));
}

void ludus_canvas_text(ludus_canvas *canvas, ludus_rect rect, const ludus_text_style *style,
                       const char *text)
{
    char line[LUDUS_CANVAS_TEXT_MAX];
    const int32_t size = pixel_size(canvas, style);
    const int32_t outline = pixel_outline(canvas, style);
    const SDL_Rect r = ludus_canvas_pixels(canvas, rect);
    if (!text[0] || r.w <= 0) {
        return;
    }
    shorten(canvas, style->face, size, text, r.w + 1, line);
    const ludus_text_sprite *sprite =
        text_sprite(canvas, style->face, size, outline, style->colour, line);
    if (!sprite) {
        return;
    }
    SDL_Rect to = {r.x - outline, r.y + (r.h - sprite->height) / 2, sprite->width, sprite->height};
    if (style->align == LUDUS_CENTRE) {
        to.x = r.x + (r.w - sprite->width) / 2;
    } else if (style->align == LUDUS_RIGHT) {
        to.x = r.x + r.w - sprite->width + outline;
    }
    SDL_RenderCopy(canvas->renderer, sprite->texture, NULL, &to);
}

float ludus_canvas_text_width(ludus_canvas *canvas, const ludus_text_style *style, const char *text)
{
    const int32_t pixels =
        ludus_fonts_width(canvas->fonts, style->face, pixel_size(canvas, style), text);
    return (float)pixels / canvas->scale;
}

float ludus_canvas_line_height(ludus_canvas *canvas, const ludus_text_style *style)
{
    const int32_t pixels =
        ludus_fonts_height(canvas->fonts, style->face, pixel_size(canvas, style));
    return ceilf((float)pixels * 1.08f) / canvas->scale;
}

// ---- Paragraphs ---------------------------------------------------------------------------------

// Bytes of the next line of `text`: up to a newline, or to the last space before `room` pixels.
static size_t line_bytes(ludus_canvas *canvas, const ludus_text_style *style, const char *text,
                         int32_t room)
{
    char line[LUDUS_CANVAS_TEXT_MAX];
    size_t length = strcspn(text, "\n");
    length = length < sizeof(line) ? length : sizeof(line) - 1;
    memcpy(line, text, length);
    line[length] = '\0';
    const size_t fits =
        ludus_fonts_fit(canvas->fonts, style->face, pixel_size(canvas, style), line, room);
    if (fits >= length) {
        return length;
    }
    size_t cut = fits;
    while (cut > 0 && line[cut] != ' ') {
        cut--;
    }
    return cut > 0 ? cut : fits > 0 ? fits : length; // a word wider than the line is broken
}

float ludus_canvas_paragraph(ludus_canvas *canvas, ludus_rect rect, const ludus_text_style *style,
                             const char *text)
{
    const float step = ludus_canvas_line_height(canvas, style);
    const int32_t room = ludus_canvas_pixels(canvas, rect).w;
    float height = 0;
    while (*text) {
        char line[LUDUS_CANVAS_TEXT_MAX];
        const size_t length = line_bytes(canvas, style, text, room);
        memcpy(line, text, length);
        line[length] = '\0';
        if (height + step <= rect.h + 0.5f) {
            ludus_canvas_text(canvas, (ludus_rect){rect.x, rect.y + height, rect.w, step}, style,
                              line);
        }
        height += step;
        text += length;
        text += *text == ' ' || *text == '\n';
    }
    return height;
}
