// Writing SGF: values as they were read, a line break now and then, no recursion.

#include "envs/sgf_internal.h"

#define LINE_WIDTH 72 // bytes after which a node begins a new line

static void write_node(const ludus_sgf *sgf, int32_t node, size_t *line_start, ludus_buffer *out)
{
    if (out->size - *line_start > LINE_WIDTH) {
        ludus_buffer_put_text(out, "\n");
        *line_start = out->size;
    }
    ludus_buffer_put_text(out, ";");
    for (int32_t p = ludus_sgf_node_at(sgf, node)->first_property; p >= 0;
         p = ludus_sgf_property_at(sgf, p)->next) {
        ludus_buffer_put_text(out, ludus_sgf_property_at(sgf, p)->name);
        for (int32_t v = ludus_sgf_property_at(sgf, p)->first_value; v >= 0;
             v = ludus_sgf_value_at(sgf, v)->next) {
            ludus_buffer_put_text(out, "[");
            ludus_buffer_put(out, sgf->text.data + ludus_sgf_value_at(sgf, v)->at,
                             ludus_sgf_value_at(sgf, v)->size);
            ludus_buffer_put_text(out, "]");
        }
    }
}

static bool has_variations(const ludus_sgf *sgf, int32_t node)
{
    const ludus_sgf_node *n = ludus_sgf_node_at(sgf, node);
    return n->first_child != n->last_child;
}

static void open_line(size_t *line_start, ludus_buffer *out)
{
    ludus_buffer_put_text(out, "\n(");
    *line_start = out->size;
}

// Climbs from a leaf to where the next variation begins, closing brackets; -1 at the game's end.
static int32_t next_variation(const ludus_sgf *sgf, int32_t root, int32_t node, ludus_buffer *out)
{
    while (node != root) {
        const int32_t parent = ludus_sgf_node_at(sgf, node)->parent;
        if (has_variations(sgf, parent)) {
            ludus_buffer_put_text(out, ")");
            if (ludus_sgf_node_at(sgf, node)->next >= 0) {
                return ludus_sgf_node_at(sgf, node)->next;
            }
        }
        node = parent;
    }
    return -1;
}

static void write_game(const ludus_sgf *sgf, int32_t root, ludus_buffer *out)
{
    size_t line_start = out->size;
    int32_t node = root;
    ludus_buffer_put_text(out, "(");
    while (node >= 0) {
        write_node(sgf, node, &line_start, out);
        if (node == root) {
            ludus_buffer_put_text(out, "\n");
            line_start = out->size;
        }
        if (ludus_sgf_node_at(sgf, node)->first_child >= 0) {
            if (has_variations(sgf, node)) {
                open_line(&line_start, out);
            }
            node = ludus_sgf_node_at(sgf, node)->first_child;
            continue;
        }
        node = next_variation(sgf, root, node, out);
        if (node >= 0) {
            open_line(&line_start, out);
        }
    }
    ludus_buffer_put_text(out, ")\n");
}

void ludus_sgf_write(const ludus_sgf *sgf, ludus_buffer *out)
{
    out->failed = out->failed || ludus_sgf_has_failed(sgf);
    for (int32_t game = sgf->first_game; game >= 0; game = ludus_sgf_node_at(sgf, game)->next) {
        write_game(sgf, game, out);
    }
}
