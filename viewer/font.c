#include "viewer/font.h"

#include <SDL2/SDL.h>
#include <SDL2/SDL_ttf.h>
#include <fontconfig/fontconfig.h>
#include <string.h>

#define PATH_BYTES 1024
#define OPEN_FONTS 24
#define FIRST_PIECE 0x2654
#define LAST_PIECE 0x265f

typedef struct open_font {
    TTF_Font *font; // NULL = free entry
    ludus_face face;
    int32_t size;
    uint64_t used; // serial of the last use
} open_font;

struct ludus_fonts {
    char path[LUDUS_NUM_FACES][PATH_BYTES];
    open_font open[OPEN_FONTS]; // a cache by (face, size)
    uint64_t uses;
    bool has_pieces;
};

typedef struct face_wish {
    const char *family;
    int weight;  // of fontconfig
    int spacing; // of fontconfig
    bool pieces;
} face_wish;

static const face_wish wishes[LUDUS_NUM_FACES] = {
    [LUDUS_FACE_TEXT] = {"DejaVu Sans", FC_WEIGHT_REGULAR, FC_PROPORTIONAL, false},
    [LUDUS_FACE_BOLD] = {"DejaVu Sans", FC_WEIGHT_BOLD, FC_PROPORTIONAL, false},
    [LUDUS_FACE_MONO] = {"DejaVu Sans Mono", FC_WEIGHT_REGULAR, FC_MONO, false},
    [LUDUS_FACE_PIECES] = {"DejaVu Sans", FC_WEIGHT_REGULAR, FC_PROPORTIONAL, true},
};

// ---- Finding ------------------------------------------------------------------------------------

static void wish_for_pieces(FcPattern *pattern)
{
    FcCharSet *set = FcCharSetCreate();
    for (FcChar32 c = FIRST_PIECE; set && c <= LAST_PIECE; c++) {
        FcCharSetAddChar(set, c);
    }
    if (set) {
        FcPatternAddCharSet(pattern, FC_CHARSET, set);
        FcCharSetDestroy(set);
    }
}

// Writes the path of the font nearest to the wish; false when there is none.
static bool find_face(FcConfig *config, const face_wish *wish, char out[PATH_BYTES])
{
    bool found = false;
    FcResult result;
    FcChar8 *file = NULL;
    FcPattern *match = NULL;
    FcPattern *pattern = FcPatternCreate();
    if (!pattern) {
        return false;
    }
    FcPatternAddString(pattern, FC_FAMILY, (const FcChar8 *)wish->family);
    FcPatternAddInteger(pattern, FC_WEIGHT, wish->weight);
    FcPatternAddInteger(pattern, FC_SLANT, FC_SLANT_ROMAN);
    FcPatternAddInteger(pattern, FC_SPACING, wish->spacing);
    FcPatternAddBool(pattern, FC_OUTLINE, FcTrue);
    if (wish->pieces) {
        wish_for_pieces(pattern);
    }
    FcConfigSubstitute(config, pattern, FcMatchPattern);
    FcDefaultSubstitute(pattern);
    match = FcFontMatch(config, pattern, &result);
    if (match && FcPatternGetString(match, FC_FILE, 0, &file) == FcResultMatch &&
        strlen((const char *)file) < PATH_BYTES) {
        memcpy(out, file, strlen((const char *)file) + 1);
        found = true;
    }
    if (match) {
        FcPatternDestroy(match);
    }
    FcPatternDestroy(pattern);
    return found;
}

static ludus_status find_faces(ludus_fonts *fonts, ludus_error *error)
{
    FcConfig *config = FcInitLoadConfigAndFonts();
    if (!config) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED, "fontconfig cannot be started");
    }
    for (int face = 0; face < LUDUS_NUM_FACES; face++) {
        find_face(config, &wishes[face], fonts->path[face]);
    }
    FcConfigDestroy(config);
    return LUDUS_OK;
}

// ---- Opening ------------------------------------------------------------------------------------

// The font at that size, from the cache; NULL when the file cannot be read.
static TTF_Font *open_at(ludus_fonts *fonts, ludus_face face, int32_t size)
{
    open_font *oldest = &fonts->open[0];
    fonts->uses++;
    for (int i = 0; i < OPEN_FONTS; i++) {
        open_font *entry = &fonts->open[i];
        if (entry->font && entry->face == face && entry->size == size) {
            entry->used = fonts->uses;
            return entry->font;
        }
        if (entry->used < oldest->used) {
            oldest = entry;
        }
    }
    TTF_Font *font = fonts->path[face][0] ? TTF_OpenFont(fonts->path[face], size) : NULL;
    if (!font) {
        return NULL;
    }
    if (oldest->font) {
        TTF_CloseFont(oldest->font);
    }
    *oldest = (open_font){.font = font, .face = face, .size = size, .used = fonts->uses};
    return font;
}

ludus_status ludus_fonts_create(ludus_fonts **out, ludus_error *error)
{
    *out = NULL;
    if (TTF_Init()) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED, "SDL_ttf cannot be started: %s",
                          TTF_GetError());
    }
    ludus_fonts *fonts = ludus_alloc(1, sizeof(*fonts));
    if (!fonts) {
        TTF_Quit();
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for fonts");
    }
    if (find_faces(fonts, error)) {
        ludus_fonts_destroy(fonts);
        return LUDUS_ERR_UNSUPPORTED;
    }
    if (!open_at(fonts, LUDUS_FACE_TEXT, 16)) {
        ludus_fonts_destroy(fonts);
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED,
                          "no font for the window's text is installed (Debian package "
                          "fonts-dejavu-core)");
    }
    for (int face = 1; face < LUDUS_NUM_FACES; face++) {
        if (!open_at(fonts, (ludus_face)face, 16)) {
            memcpy(fonts->path[face], fonts->path[LUDUS_FACE_TEXT], PATH_BYTES);
        }
    }
    TTF_Font *pieces = open_at(fonts, LUDUS_FACE_PIECES, 16);
    fonts->has_pieces = pieces && TTF_GlyphIsProvided32(pieces, LAST_PIECE);
    *out = fonts;
    return LUDUS_OK;
}

void ludus_fonts_destroy(ludus_fonts *fonts)
{
    if (!fonts) {
        return;
    }
    for (int i = 0; i < OPEN_FONTS; i++) {
        if (fonts->open[i].font) {
            TTF_CloseFont(fonts->open[i].font);
        }
    }
    ludus_free(fonts);
    TTF_Quit();
}

bool ludus_fonts_has_pieces(const ludus_fonts *fonts)
{
    return fonts->has_pieces;
}

// ---- Using --------------------------------------------------------------------------------------

int32_t ludus_fonts_width(ludus_fonts *fonts, ludus_face face, int32_t size, const char *text)
{
    int width = 0;
    TTF_Font *font = open_at(fonts, face, size);
    if (font) {
        TTF_SizeUTF8(font, text, &width, NULL);
    }
    return width;
}

int32_t ludus_fonts_height(ludus_fonts *fonts, ludus_face face, int32_t size)
{
    TTF_Font *font = open_at(fonts, face, size);
    return font ? TTF_FontHeight(font) : size;
}

size_t ludus_fonts_fit(ludus_fonts *fonts, ludus_face face, int32_t size, const char *text,
                       int32_t width)
{
    int extent = 0;
    int count = 0; // characters
    TTF_Font *font = open_at(fonts, face, size);
    if (!font || width <= 0 || TTF_MeasureUTF8(font, text, width, &extent, &count)) {
        return 0;
    }
    size_t bytes = 0;
    while (text[bytes] && count > 0) {
        bytes++;
        while (((unsigned char)text[bytes] & 0xc0) == 0x80) {
            bytes++;
        }
        count--;
    }
    return bytes;
}

struct SDL_Surface *ludus_fonts_render(ludus_fonts *fonts, ludus_face face, int32_t size,
                                       int32_t outline, ludus_colour colour, const char *text)
{
    TTF_Font *font = text[0] ? open_at(fonts, face, size) : NULL;
    if (!font) {
        return NULL;
    }
    TTF_SetFontOutline(font, outline);
    SDL_Surface *surface =
        TTF_RenderUTF8_Blended(font, text, (SDL_Color){colour.r, colour.g, colour.b, 255});
    TTF_SetFontOutline(font, 0);
    return surface;
}
