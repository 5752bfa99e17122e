// Pictures of the window as PNG files.

#include "base/file.h"
#include "viewer/window_internal.h"

#include <SDL2/SDL_image.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MOST_NAMES 999 // pictures that F12 saves into one folder

SDL_Surface *ludus_window_grab(ludus_window *w)
{
    int width = 0;
    int height = 0;
    if (SDL_GetRendererOutputSize(w->renderer, &width, &height)) {
        return NULL;
    }
    SDL_Surface *surface =
        SDL_CreateRGBSurfaceWithFormat(0, width, height, 24, SDL_PIXELFORMAT_RGB24);
    if (surface && SDL_RenderReadPixels(w->renderer, NULL, SDL_PIXELFORMAT_RGB24, surface->pixels,
                                        surface->pitch)) {
        SDL_FreeSurface(surface);
        surface = NULL;
    }
    return surface;
}

// ---- PNG in memory ------------------------------------------------------------------------------

// SDL_image does not notice when a file takes no more, so a picture is encoded into memory first.
typedef struct memory_file {
    uint8_t *bytes;
    size_t size, capacity;
    bool has_failed; // no memory
} memory_file;

static size_t SDLCALL append(SDL_RWops *stream, const void *data, size_t size, size_t count)
{
    memory_file *file = stream->hidden.unknown.data1;
    const size_t wanted = file->size + size * count;
    if (!file->has_failed && wanted > file->capacity) {
        const size_t capacity = 2 * wanted + 4096;
        uint8_t *grown = ludus_realloc(file->bytes, file->capacity, capacity, 1);
        file->has_failed = !grown;
        file->bytes = grown ? grown : file->bytes;
        file->capacity = grown ? capacity : file->capacity;
    }
    if (file->has_failed) {
        return 0;
    }
    memcpy(file->bytes + file->size, data, size * count);
    file->size = wanted;
    return count;
}

// *out->bytes is the caller's, also when this fails.
static bool encode_png(SDL_Surface *surface, memory_file *out)
{
    SDL_RWops *stream = SDL_AllocRW();
    *out = (memory_file){0};
    if (!stream) {
        return false;
    }
    stream->hidden.unknown.data1 = out;
    stream->write = append;
    const bool is_whole = IMG_SavePNG_RW(surface, stream, 0) == 0 && !out->has_failed;
    SDL_FreeRW(stream);
    return is_whole;
}

// ---- Saving -------------------------------------------------------------------------------------

ludus_status ludus_window_save_png(ludus_window *w, const char *path, ludus_error *error)
{
    memory_file png = {0};
    SDL_Surface *surface = ludus_window_grab(w);
    ludus_status status;
    if (surface && encode_png(surface, &png)) {
        status = ludus_file_replace(path, png.bytes, png.size, error);
    } else {
        status = ludus_fail(error, LUDUS_ERR_IO, "%s: the picture cannot be made: %s", path,
                            SDL_GetError());
    }
    SDL_FreeSurface(surface);
    ludus_free(png.bytes);
    return status;
}

// A name that no file here has; false when there is none left.
static bool find_name(char *out, size_t size)
{
    for (int i = 1; i <= MOST_NAMES; i++) {
        snprintf(out, size, "ludus-%03d.png", i);
        if (access(out, F_OK)) {
            return true;
        }
    }
    return false;
}

void ludus_window_save_picture(ludus_window *w)
{
    char path[64];
    ludus_error error;
    ludus_window_paint(w); // what is on the display may have been thrown away
    if (!find_name(path, sizeof(path))) {
        ludus_notice_show(&w->notice, 5, "not saved: all names to ludus-%d.png are taken",
                          MOST_NAMES);
    } else if (ludus_window_save_png(w, path, &error)) {
        ludus_notice_show(&w->notice, 5, "%s", error.text);
    } else {
        ludus_notice_show(&w->notice, 3, "saved %s", path);
    }
}
