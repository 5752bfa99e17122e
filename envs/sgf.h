// Game records in the Smart Game Format, FF[4] and older (https://www.red-bean.com/sgf/): trees of
// nodes with properties. This module knows the form alone; envs/sgf_go.h reads Go from it.
//
//     ludus_sgf_parse(&sgf, bytes, size, &error);
//     for (int32_t node = ludus_sgf_root(sgf, 0); node >= 0; node = ludus_sgf_child(sgf, node, 0))
//         if (ludus_sgf_text(sgf, node, "C", 0, text, sizeof text) >= 0) ...
//     ludus_sgf_write(sgf, &buffer);
//     ludus_sgf_destroy(sgf);
//
// Everything is kept: games of a collection, variations in their order, properties unknown to us,
// values byte for byte, in whatever encoding. What is written reads back as the same tree. Lost are
// text before the first game, white space between tokens and lower-case letters of property names
// (FF[3]'s "White" is "W").
//
// Encodings: in Shift-JIS, Big5 and GBK a letter's second byte may be ']' or '\'. After a CA
// property that names one of them, letters of two bytes are read as such.
//
// Trust: files are from outside. Size, names and nodes are bounded, depth is not recursed into, and
// the failure names the line. A file must be whole: missing brackets are errors.
//
// Nodes are numbers; -1 is none. Threads: one tree, one thread.

#ifndef LUDUS_ENVS_SGF_H
#define LUDUS_ENVS_SGF_H

#include "base/file.h"

#define LUDUS_SGF_BYTES_MAX ((size_t)16 << 20) // of a file
#define LUDUS_SGF_NAME_MAX 16                  // of a property, NUL included
#define LUDUS_SGF_NODES_MAX 1000000            // of a collection

typedef struct ludus_sgf ludus_sgf;

// An empty collection.
ludus_status ludus_sgf_create(ludus_sgf **out, ludus_error *error);
// *out is NULL unless LUDUS_OK is returned. At least one game.
ludus_status ludus_sgf_parse(ludus_sgf **out, const void *bytes, size_t size, ludus_error *error);
ludus_status ludus_sgf_load(ludus_sgf **out, const char *path, ludus_error *error);
void ludus_sgf_destroy(ludus_sgf *sgf); // NULL is accepted
// Appends the text of the whole collection. Memory that ran out, here or while adding, and nodes
// that were too many show in out->failed.
void ludus_sgf_write(const ludus_sgf *sgf, ludus_buffer *out);

// ---- Reading ------------------------------------------------------------------------------

int32_t ludus_sgf_root(const ludus_sgf *sgf, int32_t game); // -1: fewer games
int32_t ludus_sgf_parent(const ludus_sgf *sgf, int32_t node);
// The variations from a node, 0 the main one.
int32_t ludus_sgf_child(const ludus_sgf *sgf, int32_t node, int32_t index);
int32_t ludus_sgf_num_children(const ludus_sgf *sgf, int32_t node);
// How many values a node's property has; 0 when there is none of that name.
int32_t ludus_sgf_count(const ludus_sgf *sgf, int32_t node, const char *name);
// A value as text: escapes resolved, soft line breaks joined, line ends "\n", other white space
// spaces. Cut to fit. Returns its whole length, or -1 when there is no such value. out: [size].
int32_t ludus_sgf_text(const ludus_sgf *sgf, int32_t node, const char *name, int32_t index,
                       char *out, size_t size);
// The properties of a node in their order; NULL after the last. Borrowed from `sgf`.
const char *ludus_sgf_property(const ludus_sgf *sgf, int32_t node, int32_t index);

// ---- Building -----------------------------------------------------------------------------

// A further child of `parent`, or a further game's root for -1. -1 when memory is short or there
// are LUDUS_SGF_NODES_MAX.
int32_t ludus_sgf_add_node(ludus_sgf *sgf, int32_t parent);
// A further value; `text` is escaped as needed. A name is of 1 .. LUDUS_SGF_NAME_MAX - 1 capitals.
void ludus_sgf_add(ludus_sgf *sgf, int32_t node, const char *name, const char *text);

#endif
