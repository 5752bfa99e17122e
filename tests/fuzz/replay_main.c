// Runs a fuzz target once over every file of the folders named on the command line, so that corpora
// are part of the ordinary tests.

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return 1;
    }
    uint8_t *data = NULL;
    size_t size = 0, capacity = 0;
    for (int c; (c = fgetc(file)) != EOF; size++) {
        if (size == capacity) {
            capacity = capacity * 2 + 256;
            data = realloc(data, capacity);
            if (data == NULL) {
                abort();
            }
        }
        data[size] = (uint8_t)c;
    }
    fclose(file);
    // An exact block, so that a read past the end is caught.
    uint8_t *exact = malloc(size > 0 ? size : 1);
    if (exact == NULL) {
        abort();
    }
    if (size > 0) {
        memcpy(exact, data, size);
    }
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    int files = 0, failed = 0;
    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        if (folder == NULL) {
            perror(argv[i]);
            return 1;
        }
        for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
            char path[4096];
            if (entry->d_name[0] == '.') {
                continue;
            }
            snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name);
            failed += replay_file(path);
            files++;
            printf("[       OK ] %s\n", path);
        }
        closedir(folder);
    }
    if (files == 0) {
        fprintf(stderr, "no files to replay\n");
    }
    return files == 0 || failed > 0;
}
