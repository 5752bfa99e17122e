#define _XOPEN_SOURCE 700

#include "base/file.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPORARY_MARK ".tmp." // between a file's name and its writer's process number

struct ludus_file_writer {
    FILE *stream;
    int error_number; // of the first failed write; 0 = none
    char *path;       // links followed
    char *temporary;  // NULL: written to `path` as it is
};

static ludus_status fail_errno(ludus_error *error, const char *path, int number)
{
    return ludus_fail(error, LUDUS_ERR_IO, "%s: %s", path, strerror(number));
}

// ---- Writing ---------------------------------------------------------------------------------

static char *temporary_name(const char *path)
{
    const size_t size = strlen(path) + 32;
    char *name = ludus_alloc(size, 1);
    if (name != NULL) {
        snprintf(name, size, "%s" TEMPORARY_MARK "%ld", path, (long)getpid());
    }
    return name;
}

// Which of our standard streams the file is; -1: none. "/dev/stdout" must go on where that is, and
// replacing the file behind it would cut it off.
static int standard_stream(const struct stat *info)
{
    static const int streams[] = {STDOUT_FILENO, STDERR_FILENO};
    for (int i = 0; i < 2; i++) {
        struct stat own;
        if (fstat(streams[i], &own) == 0 && own.st_dev == info->st_dev &&
            own.st_ino == info->st_ino) {
            return streams[i];
        }
    }
    return -1;
}

// Opens what is there and must not be replaced; NULL with errno set.
static FILE *open_as_it_is(const char *path, int stream)
{
    // Without O_NONBLOCK opening a pipe would wait for its reader.
    const int file = stream >= 0 ? fcntl(stream, F_DUPFD_CLOEXEC, 0)
                                 : open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (file < 0) {
        return NULL;
    }
    const int flags = stream >= 0 ? -1 : fcntl(file, F_GETFL);
    if (flags >= 0) {
        fcntl(file, F_SETFL, flags & ~O_NONBLOCK);
    }
    FILE *opened = fdopen(file, "wb");
    if (opened == NULL) {
        close(file);
    }
    return opened;
}

// Where `path` leads through links, in a ludus_alloc block; NULL with errno set.
static char *follow_links(const char *path)
{
    struct stat info;
    if (lstat(path, &info) != 0 || !S_ISLNK(info.st_mode)) {
        return ludus_strdup(path);
    }
    char *real = realpath(path, NULL);
    char *copy = real != NULL ? ludus_strdup(real) : NULL;
    free(real);
    return copy;
}

static FILE *open_target(ludus_file_writer *writer, const char *path)
{
    struct stat info;
    const bool is_there = stat(path, &info) == 0;
    const int stream = is_there ? standard_stream(&info) : -1;
    errno = ENOMEM;
    if (stream >= 0 || (is_there && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode))) {
        writer->path = ludus_strdup(path); // a pipe behind /dev/fd has no other name
        return writer->path != NULL ? open_as_it_is(path, stream) : NULL;
    }
    writer->path = follow_links(path);
    writer->temporary = writer->path != NULL ? temporary_name(writer->path) : NULL;
    return writer->temporary != NULL ? fopen(writer->temporary, "wb") : NULL;
}

ludus_status ludus_file_writer_create(ludus_file_writer **out, const char *path, ludus_error *error)
{
    *out = NULL;
    ludus_file_writer *writer = ludus_alloc(1, sizeof *writer);
    if (writer == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "%s: out of memory", path);
    }
    writer->stream = open_target(writer, path);
    if (writer->stream == NULL) {
        const ludus_status status =
            errno == ENOMEM ? ludus_fail(error, LUDUS_ERR_NOMEM, "%s: out of memory", path)
                            : fail_errno(error, path, errno);
        ludus_file_abandon(writer);
        return status;
    }
    *out = writer;
    return LUDUS_OK;
}

void ludus_file_write(ludus_file_writer *writer, const void *data, size_t size)
{
    if (writer->error_number == 0 && size > 0 && fwrite(data, 1, size, writer->stream) != size) {
        writer->error_number = errno != 0 ? errno : EIO;
    }
}

// Without this a crash right after the rename could lose the new name.
static void sync_folder(const char *path)
{
    char *copy = ludus_strdup(path);
    if (copy == NULL) {
        return;
    }
    const int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY);
    if (folder >= 0) {
        fsync(folder);
        close(folder);
    }
    ludus_free(copy);
}

ludus_status ludus_file_commit(ludus_file_writer *writer, ludus_error *error)
{
    const bool is_new = writer->temporary != NULL;
    int number = writer->error_number;
    if (number == 0 && fflush(writer->stream) != 0) {
        number = errno;
    }
    if (number == 0 && is_new && fsync(fileno(writer->stream)) != 0) {
        number = errno;
    }
    if (fclose(writer->stream) != 0 && number == 0) {
        number = errno;
    }
    writer->stream = NULL;
    if (number == 0 && is_new && rename(writer->temporary, writer->path) != 0) {
        number = errno;
    }
    ludus_status status = LUDUS_OK;
    if (number != 0) {
        status = fail_errno(error, writer->path, number);
    }
    if (is_new && number != 0) {
        remove(writer->temporary);
    } else if (is_new) {
        sync_folder(writer->path);
    }
    ludus_file_abandon(writer);
    return status;
}

void ludus_file_abandon(ludus_file_writer *writer)
{
    if (writer == NULL) {
        return;
    }
    if (writer->stream != NULL) {
        fclose(writer->stream);
        if (writer->temporary != NULL) {
            remove(writer->temporary);
        }
    }
    ludus_free(writer->path);
    ludus_free(writer->temporary);
    ludus_free(writer);
}

ludus_status ludus_file_replace(const char *path, const void *data, size_t size, ludus_error *error)
{
    ludus_file_writer *writer;
    const ludus_status status = ludus_file_writer_create(&writer, path, error);
    if (status != LUDUS_OK) {
        return status;
    }
    ludus_file_write(writer, data, size);
    return ludus_file_commit(writer, error);
}

// ---- Reading ---------------------------------------------------------------------------------

ludus_status ludus_file_open(FILE **out, const char *path, uint64_t *size, ludus_error *error)
{
    // Without O_NONBLOCK opening a pipe would wait for its writer.
    const int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat info;
    *size = 0;
    *out = file >= 0 && fstat(file, &info) == 0 ? fdopen(file, "rb") : NULL;
    if (*out == NULL) {
        const ludus_status refused = fail_errno(error, path, errno);
        if (file >= 0) {
            close(file);
        }
        return refused;
    }
    if (!S_ISREG(info.st_mode)) {
        fclose(*out);
        *out = NULL;
        return ludus_fail(error, LUDUS_ERR_IO, "%s: not a regular file", path);
    }
    *size = (uint64_t)info.st_size;
    return LUDUS_OK;
}

// `bytes`: how large the file is.
static ludus_status read_all(FILE *stream, const char *path, uint64_t bytes, size_t limit,
                             void **data, size_t *size, ludus_error *error)
{
    if (bytes > limit) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "%s: %llu bytes, the limit is %zu", path,
                          (unsigned long long)bytes, limit);
    }
    const size_t wanted = (size_t)bytes;
    char *block = ludus_alloc(wanted + 1, 1);
    if (block == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "%s: out of memory", path);
    }
    if (fread(block, 1, wanted, stream) != wanted) {
        ludus_free(block);
        return ludus_fail(error, LUDUS_ERR_IO, "%s: %s", path,
                          ferror(stream) ? strerror(errno) : "became shorter while it was read");
    }
    *data = block;
    *size = wanted;
    return LUDUS_OK;
}

ludus_status ludus_file_read(const char *path, size_t limit, void **data, size_t *size,
                             ludus_error *error)
{
    *data = NULL;
    *size = 0;
    FILE *stream;
    uint64_t bytes;
    ludus_status status = ludus_file_open(&stream, path, &bytes, error);
    if (status == LUDUS_OK) {
        status = read_all(stream, path, bytes, limit, data, size, error);
        fclose(stream);
    }
    return status;
}

bool ludus_file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

// ---- Folders and locks -----------------------------------------------------------------------

ludus_status ludus_file_make_folder(const char *path, ludus_error *error)
{
    if (path[0] == '\0') {
        return ludus_fail(error, LUDUS_ERR_ARG, "a folder's path is empty");
    }
    char *copy = ludus_strdup(path);
    if (copy == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "%s: out of memory", path);
    }
    ludus_status status = LUDUS_OK;
    for (char *p = copy + 1; status == LUDUS_OK; p++) {
        const char end = *p;
        if (end == '/' || end == '\0') {
            *p = '\0';
            if (mkdir(copy, 0777) != 0 && errno != EEXIST) {
                status = fail_errno(error, copy, errno);
            }
            *p = end;
        }
        if (end == '\0') {
            break;
        }
    }
    struct stat info;
    if (status == LUDUS_OK && (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))) {
        status = ludus_fail(error, LUDUS_ERR_IO, "%s: not a folder", path);
    }
    ludus_free(copy);
    return status;
}

// The process whose temporary file this is, by its name; 0: it is none.
static long writer_of(const char *name)
{
    long pid = 0;
    const char *mark = NULL;
    for (const char *at = name; (at = strstr(at, TEMPORARY_MARK)) != NULL; at++) {
        mark = at;
    }
    if (mark == NULL || mark == name) {
        return 0;
    }
    for (const char *digit = mark + strlen(TEMPORARY_MARK); *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9' || (pid == 0 && *digit == '0') || pid > INT32_MAX / 10) {
            return 0;
        }
        pid = 10 * pid + (*digit - '0');
    }
    return pid <= INT32_MAX ? pid : 0;
}

int32_t ludus_file_forget_temporaries(const char *folder)
{
    int32_t count = 0;
    DIR *entries = opendir(folder);
    if (entries == NULL) {
        return 0;
    }
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        struct stat info;
        const long pid = writer_of(entry->d_name);
        if (pid > 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH &&
            fstatat(dirfd(entries), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(info.st_mode)) {
            count += unlinkat(dirfd(entries), entry->d_name, 0) == 0;
        }
    }
    closedir(entries);
    return count;
}

ludus_status ludus_file_lock(int *lock, const char *path, ludus_error *error)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    *lock = -1;
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) {
        return ludus_fail(error, LUDUS_ERR_IO, "%s: %s", path, strerror(errno));
    }
    if (fcntl(fd, F_SETLK, &whole) != 0) {
        const bool is_held = errno == EACCES || errno == EAGAIN;
        const char *why = is_held ? "another process holds it" : strerror(errno);
        close(fd);
        return ludus_fail(error, is_held ? LUDUS_ERR_STATE : LUDUS_ERR_IO, "%s: %s", path, why);
    }
    *lock = fd;
    return LUDUS_OK;
}

void ludus_file_unlock(int lock)
{
    if (lock >= 0) {
        close(lock);
    }
}

// ---- Buffers and cursors ---------------------------------------------------------------------

void ludus_buffer_put(ludus_buffer *buffer, const void *data, size_t size)
{
    if (buffer->failed || size == 0) {
        return;
    }
    if (size > buffer->capacity - buffer->size) {
        size_t capacity = buffer->capacity * 2;
        if (capacity < buffer->size + size) {
            capacity = buffer->size + size;
        }
        if (capacity < 256) {
            capacity = 256;
        }
        uint8_t *grown = size <= SIZE_MAX / 4 && buffer->size <= SIZE_MAX / 4
                             ? ludus_realloc(buffer->data, buffer->size, capacity, 1)
                             : NULL;
        if (grown == NULL) {
            buffer->failed = true;
            return;
        }
        buffer->data = grown;
        buffer->capacity = capacity;
    }
    memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
}

void ludus_buffer_put_text(ludus_buffer *buffer, const char *text)
{
    ludus_buffer_put(buffer, text, strlen(text));
}

void ludus_buffer_put_u32(ludus_buffer *buffer, uint32_t value)
{
    uint8_t bytes[4];
    ludus_store_u32(bytes, value);
    ludus_buffer_put(buffer, bytes, sizeof bytes);
}

void ludus_buffer_put_u64(ludus_buffer *buffer, uint64_t value)
{
    uint8_t bytes[8];
    ludus_store_u64(bytes, value);
    ludus_buffer_put(buffer, bytes, sizeof bytes);
}

void ludus_buffer_free(ludus_buffer *buffer)
{
    ludus_free(buffer->data);
    memset(buffer, 0, sizeof *buffer);
}

const uint8_t *ludus_cursor_skip(ludus_cursor *cursor, size_t size)
{
    if (cursor->failed || size > cursor->size - cursor->offset) {
        cursor->failed = true;
        return NULL;
    }
    if (cursor->data == NULL) {
        return NULL; // nothing of nothing: not a failure, but no place to point to
    }
    const uint8_t *view = cursor->data + cursor->offset;
    cursor->offset += size;
    return view;
}

void ludus_cursor_get(ludus_cursor *cursor, void *out, size_t size)
{
    const uint8_t *view = ludus_cursor_skip(cursor, size);
    if (size == 0) {
        return;
    }
    if (view != NULL) {
        memcpy(out, view, size);
    } else {
        memset(out, 0, size);
    }
}

uint32_t ludus_cursor_u32(ludus_cursor *cursor)
{
    const uint8_t *view = ludus_cursor_skip(cursor, 4);
    return view != NULL ? ludus_load_u32(view) : 0;
}

uint64_t ludus_cursor_u64(ludus_cursor *cursor)
{
    const uint8_t *view = ludus_cursor_skip(cursor, 8);
    return view != NULL ? ludus_load_u64(view) : 0;
}
