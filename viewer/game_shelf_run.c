// Games of a run: its segment files, followed while they grow.

#include "selfplay/record.h"
#include "selfplay/segment.h"
#include "viewer/game_shelf_internal.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define POLL_SECONDS 0.02 // of reading per poll, about
#define STOP_VISITING LUDUS_ERR_UNSUPPORTED

// ---- Files -----------------------------------------------------------------------------------

// The number of "NNNNNN.seg", or 0.
static uint32_t number_of(const char *name)
{
    char *end;
    if (name[0] < '0' || name[0] > '9') {
        return 0;
    }
    const unsigned long number = strtoul(name, &end, 10);
    return end == name + 6 && strcmp(end, ".seg") == 0 ? (uint32_t)number : 0;
}

// The file after `number`, or for 0 the newest but one (the newest alone may hold few games yet).
// 0 when there is none.
static uint32_t next_file(const char *folder, uint32_t number)
{
    uint32_t newest = 0;
    uint32_t second = 0;
    uint32_t after = 0;
    DIR *stream = opendir(folder);
    if (stream == NULL) {
        return 0;
    }
    for (const struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        const uint32_t n = number_of(entry->d_name);
        if (n > newest) {
            second = newest;
            newest = n;
        } else if (n > second) {
            second = n;
        }
        if (n > number && (after == 0 || n < after)) {
            after = n;
        }
    }
    closedir(stream);
    return number != 0 ? after : second != 0 ? second : newest;
}

static void open_file(ludus_shelf_source *source, uint32_t number)
{
    source->number = number;
    source->offset = 0;
    source->bad_size = -1;
    snprintf(source->file, sizeof source->file, "%s/%06" PRIu32 ".seg", source->folder, number);
}

// ---- Records ---------------------------------------------------------------------------------

typedef struct shelf_visit {
    ludus_game_shelf *shelf;
    char tag[LUDUS_SEGMENT_TAG_MAX];
    double until; // ludus_clock()
    bool has_new;
    ludus_error error;
} shelf_visit;

static ludus_status open_rules(ludus_game_shelf *shelf, const char *tag, ludus_error *error)
{
    if (shelf->game[0] != '\0') {
        return strcmp(shelf->rules.spec.name, tag) == 0
                   ? LUDUS_OK
                   : ludus_fail(error, LUDUS_ERR_FORMAT, "records of %s among those of %s", tag,
                                shelf->game);
    }
    if (ludus_game_open(&shelf->rules, tag, NULL) != LUDUS_OK) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "\"%s\" is no board game: no games to show",
                          tag);
    }
    snprintf(shelf->game, sizeof shelf->game, "%s", shelf->rules.spec.name);
    return LUDUS_OK;
}

static const char *result_text(const ludus_record_view *view)
{
    return view->outcome == LUDUS_WIN ? "1-0" : view->outcome == LUDUS_LOSS ? "0-1" : "draw";
}

static ludus_status shelve(ludus_game_shelf *shelf, const ludus_record_view *view,
                           const uint8_t *record, size_t size, ludus_error *error)
{
    ludus_shelved *game = ludus_game_shelf_push(shelf, false);
    uint8_t *bytes = ludus_alloc(size, 1);
    if (game == NULL || bytes == NULL) {
        ludus_free(bytes);
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    memcpy(bytes, record, size);
    game->bytes = bytes;
    game->size = size;
    game->entry.number = (int64_t)view->number;
    game->entry.plies = view->num_plies;
    snprintf(game->entry.title, sizeof game->entry.title, "game %" PRIu64 ", net %" PRIu64,
             view->number, view->weights);
    snprintf(game->entry.result, sizeof game->entry.result, "%s%s", result_text(view),
             view->resigned ? " resigned" : "");
    return LUDUS_OK;
}

static ludus_status visit_record(const uint8_t *record, size_t size, int64_t first_item,
                                 int32_t items, void *user)
{
    shelf_visit *visit = user;
    ludus_game_shelf *shelf = visit->shelf;
    ludus_record_view view;
    ludus_status status = open_rules(shelf, visit->tag, &visit->error);
    status = status ? status : ludus_record_open(&view, &shelf->rules, record, size, &visit->error);
    if (status != LUDUS_OK || first_item < shelf->source.next) {
        return status;
    }
    // What has been read of this chunk comes again; something new is read each time.
    if (visit->has_new && ludus_clock() > visit->until) {
        return STOP_VISITING;
    }
    visit->has_new = true;
    shelf->source.next = first_item + items;
    return shelve(shelf, &view, record, size, &visit->error);
}

// ---- Following -------------------------------------------------------------------------------

static int64_t file_size(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? (int64_t)info.st_size : -1;
}

static void read_file(ludus_game_shelf *shelf, shelf_visit *visit)
{
    ludus_shelf_source *source = &shelf->source;
    const int64_t size = file_size(source->file);
    if (size == source->bad_size || (uint64_t)size == source->offset) {
        return;
    }
    source->bad_size = -1;
    const ludus_status status = ludus_segment_read_on(source->file, &source->offset, visit->tag,
                                                      visit_record, visit, &visit->error);
    source->has_more = status == STOP_VISITING && visit->has_new;
    if (status == LUDUS_OK || source->has_more) {
        return;
    }
    if (source->offset > 0 && (status == LUDUS_ERR_STATE || status == LUDUS_ERR_FORMAT)) {
        source->offset = 0; // a resumed run cut the file: its games come again as the same items
        source->has_more = status == LUDUS_ERR_STATE;
        if (status == LUDUS_ERR_STATE) {
            return;
        }
    }
    source->bad_size = size;
    if (strstr(visit->error.text, source->file) == NULL) {
        ludus_fail_within(&visit->error, "%s", source->file);
    }
    snprintf(shelf->notice, sizeof shelf->notice, "%s", visit->error.text);
}

static void explain_none(ludus_game_shelf *shelf)
{
    if (file_size(shelf->path) < 0) {
        snprintf(shelf->notice, sizeof shelf->notice, "%.400s: the run is gone", shelf->path);
    } else if (shelf->source.number == 0) {
        snprintf(shelf->notice, sizeof shelf->notice,
                 "This run does not store its games. Train with --set replay.segments=on to watch "
                 "them here.");
    }
}

bool ludus_game_shelf_poll_run(ludus_game_shelf *shelf)
{
    ludus_shelf_source *source = &shelf->source;
    shelf_visit visit = {.shelf = shelf, .until = ludus_clock() + POLL_SECONDS};
    char before[sizeof shelf->notice];
    memcpy(before, shelf->notice, sizeof before);
    source->has_more = false;
    if (source->bad_size < 0) {
        shelf->notice[0] = '\0';
    }
    if (source->folder[0] != '\0') {
        const uint32_t next = source->number == 0 ? next_file(source->folder, 0) : 0;
        if (next != 0) {
            open_file(source, next);
        }
        explain_none(shelf);
    }
    if (source->file[0] != '\0') {
        read_file(shelf, &visit);
        if (source->folder[0] != '\0' && !source->has_more && !visit.has_new) {
            const uint32_t next = next_file(source->folder, source->number);
            if (next != 0) {
                open_file(source, next);
                source->has_more = true;
            }
        }
    }
    return visit.has_new || strcmp(before, shelf->notice) != 0;
}
