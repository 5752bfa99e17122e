#include "viewer/game_shelf_internal.h"

#include "envs/sgf.h"
#include "viewer/film_source.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define DROP 1000 // games that leave at once when the shelf is full

// ---- Games -----------------------------------------------------------------------------------

static void free_game(ludus_shelved *game)
{
    ludus_free(game->bytes);
    ludus_free(game->start);
}

static void drop_oldest(ludus_game_shelf *shelf)
{
    for (int32_t i = 0; i < DROP; i++) {
        free_game(&shelf->games[i]);
    }
    shelf->count -= DROP;
    shelf->left += DROP;
    memmove(shelf->games, shelf->games + DROP, (size_t)shelf->count * sizeof *shelf->games);
}

ludus_shelved *ludus_game_shelf_push(ludus_game_shelf *shelf, bool keeps_oldest)
{
    if (shelf->count == LUDUS_SHELF_MAX_GAMES) {
        if (keeps_oldest) {
            return NULL;
        }
        drop_oldest(shelf);
    }
    if (shelf->count == shelf->capacity) {
        const int32_t wanted = 2 * shelf->capacity + 64;
        ludus_shelved *grown =
            ludus_realloc(shelf->games, (size_t)shelf->capacity, (size_t)wanted, sizeof *grown);
        if (grown == NULL) {
            return NULL;
        }
        shelf->games = grown;
        shelf->capacity = wanted;
    }
    shelf->games[shelf->count] = (ludus_shelved){0};
    return &shelf->games[shelf->count++];
}

void ludus_game_shelf_pop(ludus_game_shelf *shelf)
{
    free_game(&shelf->games[--shelf->count]);
}

// ---- Opening ---------------------------------------------------------------------------------

static bool ends_with(const char *path, const char *ending)
{
    const size_t length = strlen(path);
    const size_t n = strlen(ending);
    return length >= n && strcasecmp(path + length - n, ending) == 0;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool ludus_game_shelf_reads(const char *path)
{
    return is_folder(path) || ends_with(path, ".seg") || ends_with(path, ".sgf") ||
           ends_with(path, ".pgn");
}

static ludus_status open_run(ludus_game_shelf *shelf, ludus_error *error)
{
    ludus_shelf_source *source = &shelf->source;
    source->bad_size = -1;
    if (is_folder(shelf->path)) {
        snprintf(source->folder, sizeof source->folder, "%.*s/replay", LUDUS_SHELF_PATH_MAX - 8,
                 shelf->path);
    } else {
        snprintf(source->file, sizeof source->file, "%s", shelf->path);
    }
    do {
        ludus_game_shelf_poll_run(shelf);
    } while (source->has_more);
    if (source->folder[0] == '\0' && shelf->count == 0 && shelf->notice[0] != '\0') {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "%s", shelf->notice);
    }
    return LUDUS_OK;
}

ludus_status ludus_game_shelf_create(ludus_game_shelf **out, const char *path, ludus_error *error)
{
    struct stat info;
    *out = NULL;
    if (stat(path, &info) != 0) {
        return ludus_fail(error, LUDUS_ERR_IO, "%s: %s", path, strerror(errno));
    }
    if (strlen(path) >= LUDUS_SHELF_PATH_MAX - 8) {
        return ludus_fail(error, LUDUS_ERR_ARG, "%.40s...: the path is too long", path);
    }
    ludus_game_shelf *shelf = ludus_alloc(1, sizeof *shelf);
    if (shelf == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    snprintf(shelf->path, sizeof shelf->path, "%s", path);
    shelf->kind = ends_with(path, ".sgf")   ? LUDUS_SHELF_SGF
                  : ends_with(path, ".pgn") ? LUDUS_SHELF_PGN
                                            : LUDUS_SHELF_RUN;
    const ludus_status status =
        shelf->kind == LUDUS_SHELF_SGF   ? ludus_game_shelf_load_sgf(shelf, error)
        : shelf->kind == LUDUS_SHELF_PGN ? ludus_game_shelf_load_pgn(shelf, error)
                                         : open_run(shelf, error);
    if (status != LUDUS_OK) {
        ludus_game_shelf_destroy(shelf);
        return status;
    }
    *out = shelf;
    return LUDUS_OK;
}

void ludus_game_shelf_destroy(ludus_game_shelf *shelf)
{
    if (shelf == NULL) {
        return;
    }
    for (int32_t i = 0; i < shelf->count; i++) {
        free_game(&shelf->games[i]);
    }
    ludus_free(shelf->games);
    ludus_sgf_destroy(shelf->sgf);
    ludus_game_close(&shelf->rules);
    ludus_free(shelf);
}

// ---- Using -----------------------------------------------------------------------------------

bool ludus_game_shelf_poll(ludus_game_shelf *shelf)
{
    return shelf->kind == LUDUS_SHELF_RUN && ludus_game_shelf_poll_run(shelf);
}

const char *ludus_game_shelf_notice(const ludus_game_shelf *shelf)
{
    return shelf->notice;
}

int32_t ludus_game_shelf_count(const ludus_game_shelf *shelf)
{
    return shelf->count;
}

int64_t ludus_game_shelf_left(const ludus_game_shelf *shelf)
{
    return shelf->left;
}

const ludus_shelf_entry *ludus_game_shelf_entry(const ludus_game_shelf *shelf, int32_t i)
{
    assert(i >= 0 && i < shelf->count);
    return &shelf->games[i].entry;
}

static ludus_status make_film(const ludus_game_shelf *shelf, const ludus_shelved *game,
                              ludus_game_film **out, ludus_error *error)
{
    switch (shelf->kind) {
    case LUDUS_SHELF_SGF:
        return ludus_game_shelf_sgf_film(shelf, game, out, error);
    case LUDUS_SHELF_PGN:
        return ludus_game_shelf_pgn_film(shelf, game, out, error);
    default:
        return ludus_game_film_from_record(out, shelf->game, game->bytes, game->size, error);
    }
}

ludus_status ludus_game_shelf_film(const ludus_game_shelf *shelf, int32_t i, ludus_game_film **out,
                                   ludus_error *error)
{
    assert(i >= 0 && i < shelf->count);
    const ludus_shelved *game = &shelf->games[i];
    const ludus_status status = make_film(shelf, game, out, error);
    if (status == LUDUS_OK) {
        snprintf((*out)->title, sizeof(*out)->title, "%s", game->entry.title);
        snprintf((*out)->result, sizeof(*out)->result, "%s", game->entry.result);
        memcpy((*out)->names, game->names, sizeof(*out)->names);
    }
    return status;
}

// ---- As a source of films --------------------------------------------------------------------

static bool source_poll(void *self)
{
    return ludus_game_shelf_poll(self);
}

static int32_t source_count(const void *self)
{
    return ludus_game_shelf_count(self);
}

static int64_t source_left(const void *self)
{
    return ludus_game_shelf_left(self);
}

static void source_entry(const void *self, int32_t i, ludus_shelf_entry *out)
{
    *out = *ludus_game_shelf_entry(self, i);
}

static ludus_status source_film(const void *self, int32_t i, ludus_game_film **out,
                                ludus_error *error)
{
    return ludus_game_shelf_film(self, i, out, error);
}

static const char *source_notice(const void *self)
{
    return ludus_game_shelf_notice(self);
}

static const ludus_film_source_ops source_ops = {.poll = source_poll,
                                                 .count = source_count,
                                                 .left = source_left,
                                                 .entry = source_entry,
                                                 .film = source_film,
                                                 .notice = source_notice};

ludus_film_source ludus_game_shelf_source(ludus_game_shelf *shelf)
{
    return (ludus_film_source){.ops = &source_ops, .self = shelf};
}
