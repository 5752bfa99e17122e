#define _XOPEN_SOURCE 700 // nftw

#include "temp_folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int temp_folder_create(void **state)
{
    const char *base = getenv("TMPDIR");
    char *folder = malloc(TEMP_PATH_MAX);
    if (folder == NULL) {
        return -1;
    }
    snprintf(folder, TEMP_PATH_MAX, "%s/ludus-test-XXXXXX", base != NULL ? base : "/tmp");
    *state = folder;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

int temp_folder_destroy(void **state)
{
    const int status = nftw(*state, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(*state);
    return status;
}

void temp_path(void **state, const char *name, char out[TEMP_PATH_MAX])
{
    snprintf(out, TEMP_PATH_MAX, "%s/%s", (const char *)*state, name);
}
