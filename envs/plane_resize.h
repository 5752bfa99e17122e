// Resizing of byte planes by separable weights in fixed point: the same bytes on every machine.

#ifndef LUDUS_ENVS_PLANE_RESIZE_H
#define LUDUS_ENVS_PLANE_RESIZE_H

#include "envs/atari_wrapper.h"

typedef struct ludus_plane_resize ludus_plane_resize;

// From [from[0],from[1]] to [to[0],to[1]] pixels, [H,W]. One block, freed by ludus_free. NULL when
// memory is short.
ludus_plane_resize *ludus_plane_resize_create(const int32_t from[2], const int32_t to[2],
                                              ludus_resize method);
// in: [from], out: [to], rounded to the nearest. row: [from[1]], scratch.
void ludus_plane_resize_run(const ludus_plane_resize *resize, const uint8_t *in, uint8_t *row,
                            uint8_t *out);

#endif
