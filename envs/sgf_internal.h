// The tree behind envs/sgf.h. Internal to envs/sgf*.c.

#ifndef LUDUS_ENVS_SGF_INTERNAL_H
#define LUDUS_ENVS_SGF_INTERNAL_H

#include "envs/sgf.h"

#include <assert.h>

// Which bytes begin a letter of two bytes.
typedef enum ludus_sgf_encoding {
    LUDUS_SGF_PLAIN,
    LUDUS_SGF_SHIFT_JIS,
    LUDUS_SGF_CHINESE
} ludus_sgf_encoding;

// Arrays grow in buffers; links are indices, -1 none.
typedef struct ludus_sgf_node {
    int32_t parent, first_child, last_child, next; // next: the sibling after it
    int32_t first_property, last_property;
} ludus_sgf_node;

typedef struct ludus_sgf_property_row {
    char name[LUDUS_SGF_NAME_MAX];
    int32_t first_value, last_value, next;
} ludus_sgf_property_row;

typedef struct ludus_sgf_value {
    uint32_t at, size; // in `text`, as in the file
    int32_t next;
    ludus_sgf_encoding encoding;
} ludus_sgf_value;

struct ludus_sgf {
    ludus_buffer nodes, properties, values, text;
    int32_t first_game, last_game;
};

static inline ludus_sgf_node *ludus_sgf_node_at(const ludus_sgf *sgf, int32_t i)
{
    assert(i >= 0 && (size_t)i < sgf->nodes.size / sizeof(ludus_sgf_node));
    return (ludus_sgf_node *)(void *)sgf->nodes.data + i;
}

static inline ludus_sgf_property_row *ludus_sgf_property_at(const ludus_sgf *sgf, int32_t i)
{
    return (ludus_sgf_property_row *)(void *)sgf->properties.data + i;
}

static inline ludus_sgf_value *ludus_sgf_value_at(const ludus_sgf *sgf, int32_t i)
{
    return (ludus_sgf_value *)(void *)sgf->values.data + i;
}

static inline bool ludus_sgf_has_failed(const ludus_sgf *sgf)
{
    return sgf->nodes.failed || sgf->properties.failed || sgf->values.failed || sgf->text.failed;
}

// The node's property of that name, its first; -1: it has none.
int32_t ludus_sgf_find_property(const ludus_sgf *sgf, int32_t node, const char *name);
// As ludus_sgf_text, of a value that is known.
int32_t ludus_sgf_value_text(const ludus_sgf *sgf, int32_t value, char *out, size_t size);

#endif
