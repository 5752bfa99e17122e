// Frames into a video file, through ffmpeg if it is installed.
//
//     ludus_video_create(&video, "game.mp4", 1280, 800, 30, &error);
//     ludus_video_add(video, rgb, pitch);   // once per frame
//     ludus_video_finish(video, &error);
//
// Threads: one video, one thread.

#ifndef LUDUS_VIEWER_VIDEO_H
#define LUDUS_VIEWER_VIDEO_H

#include "base/base.h"

typedef struct ludus_video ludus_video;

// LUDUS_ERR_UNSUPPORTED with one line when ffmpeg is not there. Sizes in pixels. The file's name
// says its format to ffmpeg; a file that is there is replaced.
ludus_status ludus_video_create(ludus_video **out, const char *path, int32_t width, int32_t height,
                                double frames_per_s, ludus_error *error);
// rgb: [height] rows of `pitch` bytes that begin with width * 3 bytes. Waits until ffmpeg has taken
// them; false when it takes no more, of which finish() says why.
bool ludus_video_add(ludus_video *video, const void *rgb, int32_t pitch);
// Ends the file and frees the video. LUDUS_ERR_IO, with what ffmpeg complains of, when it did not
// make the file. error may be NULL.
ludus_status ludus_video_finish(ludus_video *video, ludus_error *error);

#endif
