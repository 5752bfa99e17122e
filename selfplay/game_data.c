#include "selfplay/game_data.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "selfplay/pgn_data.h"
#include "selfplay/record.h"
#include "selfplay/segment_internal.h"

#define PATH_BYTES 1024
#define PGN_MAX_BYTES ((size_t)4 << 30)

typedef struct reading {
    const ludus_game *game;
    ludus_game_data_sink *sink;
    void *user;
    const char *path;
    char tag[LUDUS_SEGMENT_TAG_MAX];
    void *pos;
    ludus_move *moves; // [max_legal]
    float *weights;    // [max_legal]
    ludus_error *error;
} reading;

static ludus_status check_record(const reading *r, const uint8_t *bytes, size_t size,
                                 int32_t *plies)
{
    ludus_record_view view;
    ludus_status status = ludus_record_open(&view, r->game, bytes, size, r->error);
    if (status != LUDUS_OK) {
        return status;
    }
    ludus_record_start(&view, r->pos);
    for (int32_t i = 0; status == LUDUS_OK && i < view.num_plies; i++) {
        ludus_ply ply;
        status = ludus_record_next(&view, r->pos, &ply, r->moves, r->weights, r->error);
    }
    *plies = view.num_plies;
    return status;
}

static ludus_status visit(const uint8_t *record, size_t size, int64_t first_item, int32_t items,
                          void *user)
{
    reading *r = user;
    int32_t plies = 0;
    (void)first_item;
    if (strcmp(r->tag, r->game->spec.name) != 0) {
        return ludus_fail(r->error, LUDUS_ERR_FORMAT, "games of %.31s, not of %s", r->tag,
                          r->game->spec.name);
    }
    ludus_status status = check_record(r, record, size, &plies);
    if (status == LUDUS_OK && plies != items) {
        status = ludus_fail(r->error, LUDUS_ERR_FORMAT, "a record of %d plies counts for %d", plies,
                            items);
    }
    return status == LUDUS_OK ? r->sink(record, size, plies, r->user, r->error) : status;
}

static ludus_status read_file(reading *r, const char *path)
{
    const ludus_status status = ludus_segment_read(path, r->tag, visit, r, r->error);
    if (status != LUDUS_OK && strstr(r->error->text, path) == NULL) {
        ludus_fail_within(r->error, "%s", path);
    }
    return status;
}

static bool is_pgn(const char *path)
{
    const size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, ".pgn") == 0;
}

static ludus_status read_pgn(reading *r, const char *path)
{
    void *text;
    size_t size;
    if (strcmp(r->game->spec.name, "chess") != 0) {
        return ludus_fail(r->error, LUDUS_ERR_FORMAT, "%s: games of chess, not of %s", path,
                          r->game->spec.name);
    }
    ludus_status status = ludus_file_read(path, PGN_MAX_BYTES, &text, &size, r->error);
    if (status != LUDUS_OK) {
        return status;
    }
    status = ludus_pgn_data_read(text, size, r->game, r->sink, r->user, NULL, r->error);
    ludus_free(text);
    if (status != LUDUS_OK) {
        ludus_fail_within(r->error, "%s", path);
    }
    return status;
}

static ludus_status read_folder(reading *r, const char *folder)
{
    uint32_t *numbers;
    size_t count;
    char path[PATH_BYTES + 32];
    ludus_status status = ludus_segment_list(folder, &numbers, &count, r->error);
    for (size_t i = 0; status == LUDUS_OK && i < count; i++) {
        ludus_segment_path(folder, numbers[i], path, sizeof path);
        status = read_file(r, path);
    }
    ludus_free(numbers);
    if (status == LUDUS_OK && count == 0) {
        status = ludus_fail(r->error, LUDUS_ERR_IO, "%s: no record files (*.seg)", folder);
    }
    return status;
}

static ludus_status read_path(reading *r, const char *path)
{
    struct stat info;
    char folder[PATH_BYTES];
    if (stat(path, &info) != 0) {
        return ludus_fail(r->error, LUDUS_ERR_IO, "%s: no such file or folder", path);
    }
    if (!S_ISDIR(info.st_mode)) {
        return is_pgn(path) ? read_pgn(r, path) : read_file(r, path);
    }
    const int length = snprintf(folder, sizeof folder, "%s/replay", path);
    const bool is_run = length > 0 && (size_t)length < sizeof folder && stat(folder, &info) == 0;
    return read_folder(r, is_run ? folder : path);
}

ludus_status ludus_game_data_read(const char *path, const ludus_game *game,
                                  ludus_game_data_sink *sink, void *user, ludus_error *error)
{
    ludus_error own = {0};
    reading r = {.game = game,
                 .sink = sink,
                 .user = user,
                 .path = path,
                 .error = error != NULL ? error : &own};
    ludus_status status = LUDUS_OK;
    r.pos = ludus_alloc(1, game->spec.state_bytes);
    r.moves = ludus_alloc((size_t)game->spec.max_legal, sizeof *r.moves);
    r.weights = ludus_alloc((size_t)game->spec.max_legal, sizeof *r.weights);
    if (r.pos == NULL || r.moves == NULL || r.weights == NULL) {
        status = ludus_fail(r.error, LUDUS_ERR_NOMEM, "%s: out of memory", path);
    } else {
        status = read_path(&r, path);
    }
    ludus_free(r.pos);
    ludus_free(r.moves);
    ludus_free(r.weights);
    return status;
}
