#include "viewer/video.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct ludus_video {
    pid_t child;
    int to_child; // a socket: writing to a dead child is an error, not a signal
    FILE *words;  // what ffmpeg says: a file, so that it never waits for a reader; NULL = dropped
    int32_t width, height;
    char path[1024];
};

static ludus_status spawn_ffmpeg(ludus_video *video, int input, double frames_per_s,
                                 ludus_error *error)
{
    char size[32], rate[32], file[1040];
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    snprintf(size, sizeof(size), "%dx%d", video->width, video->height);
    snprintf(rate, sizeof(rate), "%g", frames_per_s);
    snprintf(file, sizeof(file), "file:%s", video->path); // a name never reads as an option
    char *args[] = {
        "ffmpeg",      "-y",       "-loglevel",
        "level+error", // each line with its level
        "-f",          "rawvideo", "-pix_fmt",  "rgb24", "-s",
        size,          "-r",       rate,        "-i",    "-",
        "-an",         "-pix_fmt", "yuv420p",   "-vf",   "pad=ceil(iw/2)*2:ceil(ih/2)*2",
        file,          NULL};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    if (video->words) {
        posix_spawn_file_actions_adddup2(&actions, fileno(video->words), 2);
    }
    // A process group of its own: Ctrl-C ends the film here, and ffmpeg writes what it has got.
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    const int failed = posix_spawnp(&video->child, args[0], &actions, &attributes, args, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (failed == ENOENT) {
        return ludus_fail(error, LUDUS_ERR_UNSUPPORTED,
                          "%s: videos need ffmpeg, which is not installed", video->path);
    }
    return failed
               ? ludus_fail(error, LUDUS_ERR_IO, "ffmpeg cannot be started: %s", strerror(failed))
               : LUDUS_OK;
}

static void free_video(ludus_video *video)
{
    if (video && video->words) {
        fclose(video->words);
    }
    ludus_free(video);
}

ludus_status ludus_video_create(ludus_video **out, const char *path, int32_t width, int32_t height,
                                double frames_per_s, ludus_error *error)
{
    int ends[2];
    *out = NULL;
    if (strlen(path) >= sizeof(((ludus_video *)0)->path)) {
        return ludus_fail(error, LUDUS_ERR_ARG, "a video's path of over 1023 bytes");
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
        return ludus_fail(error, LUDUS_ERR_IO, "no pipe to ffmpeg: %s", strerror(errno));
    }
    ludus_video *video = ludus_alloc(1, sizeof(*video));
    ludus_status status = LUDUS_ERR_NOMEM;
    if (video) {
        *video = (ludus_video){
            .to_child = ends[1], .words = tmpfile(), .width = width, .height = height};
        snprintf(video->path, sizeof(video->path), "%s", path);
        status = spawn_ffmpeg(video, ends[0], frames_per_s, error);
    } else {
        ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for the video");
    }
    close(ends[0]);
    if (status) {
        close(ends[1]);
        free_video(video);
        return status;
    }
    *out = video;
    return LUDUS_OK;
}

static bool send_all(int to, const uint8_t *data, size_t size)
{
    while (size > 0) {
        const ssize_t sent = send(to, data, size, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            return false;
        }
        if (sent > 0) {
            data += sent;
            size -= (size_t)sent;
        }
    }
    return true;
}

bool ludus_video_add(ludus_video *video, const void *rgb, int32_t pitch)
{
    for (int32_t y = 0; y < video->height; y++) {
        const uint8_t *row = (const uint8_t *)rgb + (size_t)y * (size_t)pitch;
        if (!send_all(video->to_child, row, (size_t)video->width * 3)) {
            return false;
        }
    }
    return true;
}

// The first thing that ffmpeg says went wrong, without its name for the place; false = nothing.
static bool read_complaint(FILE *words, char *out, size_t size)
{
    static const char *const levels[] = {"[error] ", "[fatal] ", "[panic] "};
    char line[512];
    if (!words) {
        return false;
    }
    rewind(words);
    while (fgets(line, sizeof(line), words)) {
        line[strcspn(line, "\n")] = '\0';
        for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
            const char *said = strstr(line, levels[i]);
            if (said) {
                snprintf(out, size, "%s", said + strlen(levels[i]));
                return true;
            }
        }
    }
    return false;
}

ludus_status ludus_video_finish(ludus_video *video, ludus_error *error)
{
    char said[256] = "it did not make the video";
    int how = 0;
    pid_t ended;
    close(video->to_child);
    do {
        ended = waitpid(video->child, &how, 0);
    } while (ended < 0 && errno == EINTR);
    // A disk that is full at the end does not change ffmpeg's exit status.
    const bool complains = read_complaint(video->words, said, sizeof(said));
    const bool made =
        ended == video->child && WIFEXITED(how) && WEXITSTATUS(how) == 0 && !complains;
    const ludus_status status =
        made ? LUDUS_OK : ludus_fail(error, LUDUS_ERR_IO, "%s: ffmpeg: %s", video->path, said);
    free_video(video);
    return status;
}
