#include "cmd_data.h"

#include "base/file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef LUDUS_DATA_DIR
#define LUDUS_DATA_DIR "/usr/local/share/ludus"
#endif

// The folder of the running program, without a slash at its end; false when it is not known.
static bool program_folder(char *out)
{
    const ssize_t length = readlink("/proc/self/exe", out, LUDUS_PATH_MAX - 1);
    if (length <= 0) {
        return false;
    }
    out[length] = '\0';
    char *slash = strrchr(out, '/');
    if (!slash) {
        return false;
    }
    *slash = '\0';
    return true;
}

static bool try_place(const char *place, const char *below, const char *relative, char *out)
{
    const int length = snprintf(out, LUDUS_PATH_MAX, "%s%s%s", place, below, relative);
    return length > 0 && length < LUDUS_PATH_MAX && access(out, R_OK) == 0;
}

bool ludus_data_find(const char *relative, char *out)
{
    char program[LUDUS_PATH_MAX];
    if (try_place("", "", relative, out)) {
        return true;
    }
    if (program_folder(program) && (try_place(program, "/../../", relative, out) ||
                                    try_place(program, "/../share/ludus/", relative, out))) {
        return true;
    }
    return try_place(LUDUS_DATA_DIR, "/", relative, out);
}

bool ludus_data_find_trained(const char *name, char *out)
{
    char relative[256];
    const int length = snprintf(relative, sizeof relative, "nets/trained/%s.safetensors", name);
    return length < (int)sizeof relative && ludus_data_find(relative, out);
}

bool ludus_data_find_net(const ludus_game *game, char *out)
{
    const char *const names[] = {game->spec.name, game->ops->family,
                                 !strcmp(game->ops->family, "go") ? "go9" : NULL};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && names[i]; i++) {
        if (ludus_data_find_trained(names[i], out)) {
            return true;
        }
    }
    out[0] = '\0';
    return false;
}

static bool ends_with(const char *text, const char *suffix)
{
    const size_t length = strlen(text);
    const size_t tail = strlen(suffix);
    return length >= tail && !strcmp(text + length - tail, suffix);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

ludus_status ludus_names_list(ludus_names *out, const char *folder, const char *suffix)
{
    size_t capacity = 0;
    *out = (ludus_names){0};
    DIR *open_folder = opendir(folder);
    if (!open_folder) {
        return LUDUS_OK;
    }
    for (struct dirent *entry = readdir(open_folder); entry; entry = readdir(open_folder)) {
        if (entry->d_name[0] == '.' || !ends_with(entry->d_name, suffix)) {
            continue;
        }
        if (out->count == capacity) {
            const size_t more = capacity ? 2 * capacity : 16;
            char(*grown)[256] = ludus_realloc(out->name, capacity, more, sizeof(*grown));
            if (!grown) {
                closedir(open_folder);
                ludus_names_free(out);
                return LUDUS_ERR_NOMEM;
            }
            out->name = grown;
            capacity = more;
        }
        snprintf(out->name[out->count++], sizeof(*out->name), "%s", entry->d_name);
    }
    closedir(open_folder);
    if (out->count) {
        qsort(out->name, out->count, sizeof(*out->name), compare_names);
    }
    return LUDUS_OK;
}

void ludus_names_free(ludus_names *names)
{
    ludus_free(names->name);
    *names = (ludus_names){0};
}
