// A net's weights inside a checkpoint.

#ifndef LUDUS_SELFPLAY_NET_STATE_H
#define LUDUS_SELFPLAY_NET_STATE_H

#include "base/file.h"
#include "nets/net.h"

void ludus_net_state_save(const ludus_net *net, ludus_buffer *out);
// Reads weights into `net`, which must have the shapes of the saved one.
ludus_status ludus_net_state_load(ludus_net *net, ludus_cursor *in, ludus_error *error);

#endif
