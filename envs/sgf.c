#include "envs/sgf_internal.h"

#include <string.h>
#include <strings.h>

static bool begins_letter(ludus_sgf_encoding encoding, uint8_t c)
{
    const bool is_kana = encoding == LUDUS_SGF_SHIFT_JIS && c >= 0xa0 && c <= 0xdf; // of one byte
    return encoding != LUDUS_SGF_PLAIN && c >= 0x81 && c != 0xff && !is_kana;
}

// ---- Life cycle ----------------------------------------------------------------------------

ludus_status ludus_sgf_create(ludus_sgf **out, ludus_error *error)
{
    *out = ludus_alloc(1, sizeof(**out));
    if (*out == NULL) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "out of memory");
    }
    (*out)->first_game = (*out)->last_game = -1;
    ludus_buffer_put(&(*out)->text, "", 1); // so that empty values have an address
    return LUDUS_OK;
}

void ludus_sgf_destroy(ludus_sgf *sgf)
{
    if (sgf != NULL) {
        ludus_buffer_free(&sgf->text);
        ludus_buffer_free(&sgf->values);
        ludus_buffer_free(&sgf->properties);
        ludus_buffer_free(&sgf->nodes);
        ludus_free(sgf);
    }
}

// ---- Building ------------------------------------------------------------------------------

int32_t ludus_sgf_add_node(ludus_sgf *sgf, int32_t parent)
{
    const size_t index = sgf->nodes.size / sizeof(ludus_sgf_node);
    const ludus_sgf_node fresh = {parent, -1, -1, -1, -1, -1};
    if (index >= LUDUS_SGF_NODES_MAX) {
        sgf->nodes.failed = true;
        return -1;
    }
    ludus_buffer_put(&sgf->nodes, &fresh, sizeof fresh);
    if (sgf->nodes.failed) {
        return -1;
    }
    const int32_t node = (int32_t)index;
    int32_t *first = parent < 0 ? &sgf->first_game : &ludus_sgf_node_at(sgf, parent)->first_child;
    int32_t *last = parent < 0 ? &sgf->last_game : &ludus_sgf_node_at(sgf, parent)->last_child;
    if (*last >= 0) {
        ludus_sgf_node_at(sgf, *last)->next = node;
    } else {
        *first = node;
    }
    *last = node;
    return node;
}

// A further property of a node, without values; -1 when memory is short.
static int32_t add_property(ludus_sgf *sgf, int32_t node, const char *name)
{
    ludus_sgf_property_row fresh = {.first_value = -1, .last_value = -1, .next = -1};
    const size_t length = strlen(name);
    const int32_t index = (int32_t)(sgf->properties.size / sizeof fresh);
    assert(length > 0 && length < sizeof fresh.name);
    memcpy(fresh.name, name, length);
    ludus_buffer_put(&sgf->properties, &fresh, sizeof fresh);
    if (sgf->properties.failed) {
        return -1;
    }
    ludus_sgf_node *at = ludus_sgf_node_at(sgf, node);
    if (at->last_property >= 0) {
        ludus_sgf_property_at(sgf, at->last_property)->next = index;
    } else {
        at->first_property = index;
    }
    at->last_property = index;
    return index;
}

// A further value of a property: the text from `at` on.
static void add_value(ludus_sgf *sgf, int32_t property, size_t at, ludus_sgf_encoding encoding)
{
    const ludus_sgf_value fresh = {(uint32_t)at, (uint32_t)(sgf->text.size - at), -1, encoding};
    const int32_t index = (int32_t)(sgf->values.size / sizeof fresh);
    ludus_buffer_put(&sgf->values, &fresh, sizeof fresh);
    if (sgf->values.failed) {
        return;
    }
    ludus_sgf_property_row *p = ludus_sgf_property_at(sgf, property);
    if (p->last_value >= 0) {
        ludus_sgf_value_at(sgf, p->last_value)->next = index;
    } else {
        p->first_value = index;
    }
    p->last_value = index;
}

int32_t ludus_sgf_find_property(const ludus_sgf *sgf, int32_t node, const char *name)
{
    int32_t i = ludus_sgf_node_at(sgf, node)->first_property;
    while (i >= 0 && strcmp(ludus_sgf_property_at(sgf, i)->name, name) != 0) {
        i = ludus_sgf_property_at(sgf, i)->next;
    }
    return i;
}

void ludus_sgf_add(ludus_sgf *sgf, int32_t node, const char *name, const char *text)
{
    int32_t property = ludus_sgf_find_property(sgf, node, name);
    property = property >= 0 ? property : add_property(sgf, node, name);
    const size_t at = sgf->text.size;
    if (property < 0 || at > LUDUS_SGF_BYTES_MAX) {
        sgf->text.failed = true;
        return;
    }
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == ']' || *c == '\\') {
            ludus_buffer_put(&sgf->text, "\\", 1);
        }
        ludus_buffer_put(&sgf->text, c, 1);
    }
    add_value(sgf, property, at, LUDUS_SGF_PLAIN);
}

// ---- Parsing -------------------------------------------------------------------------------

typedef struct sgf_reader {
    ludus_sgf *sgf;
    const uint8_t *data;
    size_t size, at;
    ludus_buffer open; // int32_t: the node before each open bracket, -1 at a game's
    int32_t node;      // the next node's parent
    bool is_new;       // a bracket has opened and no node has come yet
    ludus_sgf_encoding encoding;
} sgf_reader;

static ludus_status refuse(const sgf_reader *r, const char *what, ludus_error *error)
{
    int32_t line = 1;
    for (size_t i = 0; i < r->at && i < r->size; i++) {
        line += r->data[i] == '\n';
    }
    return ludus_fail(error, LUDUS_ERR_FORMAT, "SGF line %d: %s", line, what);
}

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}

static void skip_spaces(sgf_reader *r)
{
    while (r->at < r->size && is_space(r->data[r->at])) {
        r->at++;
    }
}

static bool is_letter(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// Reads "[...]" as it is.
static ludus_status read_value(sgf_reader *r, int32_t property, ludus_error *error)
{
    const size_t start = r->sgf->text.size, from = ++r->at;
    while (r->at < r->size && r->data[r->at] != ']') {
        const uint8_t c = r->data[r->at];
        r->at += c == '\\' || begins_letter(r->encoding, c) ? 2 : 1;
    }
    if (r->at >= r->size) {
        r->at = from;
        return refuse(r, "a value that begins here has no end", error);
    }
    ludus_buffer_put(&r->sgf->text, r->data + from, r->at - from);
    r->at++;
    add_value(r->sgf, property, start, r->encoding);
    return LUDUS_OK;
}

static ludus_sgf_encoding encoding_of(const char *name)
{
    static const char *const japanese[] = {"Shift_JIS", "Shift-JIS", "SJIS",
                                           "MS_Kanji",  "CP932",     "Windows-31J"};
    static const char *const chinese[] = {"Big5", "GBK", "GB18030", "CP936", "CP950"};
    for (size_t i = 0; i < sizeof japanese / sizeof japanese[0]; i++) {
        if (strcasecmp(name, japanese[i]) == 0) {
            return LUDUS_SGF_SHIFT_JIS;
        }
    }
    for (size_t i = 0; i < sizeof chinese / sizeof chinese[0]; i++) {
        if (strcasecmp(name, chinese[i]) == 0) {
            return LUDUS_SGF_CHINESE;
        }
    }
    return LUDUS_SGF_PLAIN;
}

// By a CA property just read.
static void set_encoding(sgf_reader *r, int32_t property)
{
    char encoding[32];
    const int32_t value = ludus_sgf_property_at(r->sgf, property)->first_value;
    if (value >= 0) { // none when memory was short
        ludus_sgf_value_text(r->sgf, value, encoding, sizeof encoding);
        r->encoding = encoding_of(encoding);
    }
}

static ludus_status read_property(sgf_reader *r, ludus_error *error)
{
    char name[LUDUS_SGF_NAME_MAX];
    size_t length = 0;
    for (; r->at < r->size && is_letter(r->data[r->at]); r->at++) {
        if (r->data[r->at] >= 'a') {
            continue;
        }
        if (length == sizeof name - 1) {
            return refuse(r, "a property's name is too long", error);
        }
        name[length++] = (char)r->data[r->at];
    }
    name[length] = '\0';
    skip_spaces(r);
    if (length == 0 || r->at >= r->size || r->data[r->at] != '[') {
        return refuse(r, length == 0 ? "a property's name has no capitals" : "expected \"[\"",
                      error);
    }
    const int32_t property = add_property(r->sgf, r->node, name);
    ludus_status status = property >= 0 ? LUDUS_OK : LUDUS_ERR_NOMEM;
    while (status == LUDUS_OK && r->at < r->size && r->data[r->at] == '[') {
        status = read_value(r, property, error);
        skip_spaces(r);
    }
    if (status == LUDUS_OK && strcmp(name, "CA") == 0) {
        set_encoding(r, property);
    }
    return status;
}

static ludus_status open_bracket(sgf_reader *r, ludus_error *error)
{
    if (r->is_new) {
        return refuse(r, "\"(\" without a node before it", error);
    }
    ludus_buffer_put(&r->open, &r->node, sizeof r->node);
    r->is_new = true;
    if (r->node < 0) {
        r->encoding = LUDUS_SGF_PLAIN;
    }
    return LUDUS_OK;
}

static ludus_status close_bracket(sgf_reader *r, ludus_error *error)
{
    if (r->is_new || r->open.size == 0) {
        return refuse(r, r->is_new ? "\"()\" holds no node" : "\")\" without \"(\"", error);
    }
    r->open.size -= sizeof r->node;
    memcpy(&r->node, r->open.data + r->open.size, sizeof r->node);
    return LUDUS_OK;
}

static ludus_status begin_node(sgf_reader *r, ludus_error *error)
{
    if (r->sgf->nodes.size / sizeof(ludus_sgf_node) >= LUDUS_SGF_NODES_MAX) {
        return refuse(r, "too many nodes", error);
    }
    r->node = ludus_sgf_add_node(r->sgf, r->node);
    r->is_new = false;
    return r->node >= 0 ? LUDUS_OK : LUDUS_ERR_NOMEM;
}

// One token at a position that is no white space.
static ludus_status read_token(sgf_reader *r, ludus_error *error)
{
    const uint8_t c = r->data[r->at];
    if (is_letter(c) && r->open.size > 0 && !r->is_new) {
        return read_property(r, error);
    }
    ludus_status status;
    if (c == '(') {
        status = open_bracket(r, error);
    } else if (c == ')') {
        status = close_bracket(r, error);
    } else if (c == ';' && r->open.size > 0) {
        status = begin_node(r, error);
    } else {
        return refuse(r, "expected \"(\", \")\", \";\" or a property", error);
    }
    r->at++;
    return status;
}

// The first "(" that a ";" follows.
static bool find_start(sgf_reader *r)
{
    for (size_t i = 0; i < r->size; i++) {
        if (r->data[i] == '(') {
            r->at = i + 1;
            skip_spaces(r);
            if (r->at < r->size && r->data[r->at] == ';') {
                r->at = i;
                return true;
            }
        }
    }
    return false;
}

static ludus_status parse_all(sgf_reader *r, ludus_error *error)
{
    if (r->size > LUDUS_SGF_BYTES_MAX) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "an SGF file of over %zu MiB",
                          LUDUS_SGF_BYTES_MAX >> 20);
    }
    if (!find_start(r)) {
        return ludus_fail(error, LUDUS_ERR_FORMAT, "no SGF: \"(;\" is nowhere");
    }
    ludus_status status = LUDUS_OK;
    for (skip_spaces(r); status == LUDUS_OK && r->at < r->size; skip_spaces(r)) {
        // What follows the last game is none of ours.
        if (r->open.size == 0 && r->data[r->at] != '(') {
            break;
        }
        status = read_token(r, error);
        if (status == LUDUS_ERR_NOMEM || ludus_sgf_has_failed(r->sgf) || r->open.failed) {
            return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory for an SGF file");
        }
    }
    if (status == LUDUS_OK && r->open.size > 0) {
        return refuse(r, "the file ends within a game", error);
    }
    return status;
}

ludus_status ludus_sgf_parse(ludus_sgf **out, const void *bytes, size_t size, ludus_error *error)
{
    ludus_status status = ludus_sgf_create(out, error);
    if (status != LUDUS_OK) {
        return status;
    }
    sgf_reader reader = {.sgf = *out, .data = bytes, .size = size, .node = -1};
    status = parse_all(&reader, error);
    ludus_buffer_free(&reader.open);
    if (status != LUDUS_OK) {
        ludus_sgf_destroy(*out);
        *out = NULL;
    }
    return status;
}

ludus_status ludus_sgf_load(ludus_sgf **out, const char *path, ludus_error *error)
{
    void *data;
    size_t size;
    *out = NULL;
    ludus_status status = ludus_file_read(path, LUDUS_SGF_BYTES_MAX, &data, &size, error);
    if (status != LUDUS_OK) {
        return status;
    }
    status = ludus_sgf_parse(out, data, size, error);
    if (status != LUDUS_OK) {
        ludus_fail_within(error, "%s", path);
    }
    ludus_free(data);
    return status;
}

// ---- Reading -------------------------------------------------------------------------------

static int32_t nth_sibling(const ludus_sgf *sgf, int32_t node, int32_t index)
{
    while (node >= 0 && index-- > 0) {
        node = ludus_sgf_node_at(sgf, node)->next;
    }
    return node;
}

int32_t ludus_sgf_root(const ludus_sgf *sgf, int32_t game)
{
    return nth_sibling(sgf, sgf->first_game, game);
}

int32_t ludus_sgf_parent(const ludus_sgf *sgf, int32_t node)
{
    return ludus_sgf_node_at(sgf, node)->parent;
}

int32_t ludus_sgf_child(const ludus_sgf *sgf, int32_t node, int32_t index)
{
    return nth_sibling(sgf, ludus_sgf_node_at(sgf, node)->first_child, index);
}

int32_t ludus_sgf_num_children(const ludus_sgf *sgf, int32_t node)
{
    int32_t count = 0;
    for (int32_t i = ludus_sgf_node_at(sgf, node)->first_child; i >= 0;
         i = ludus_sgf_node_at(sgf, i)->next) {
        count++;
    }
    return count;
}

int32_t ludus_sgf_count(const ludus_sgf *sgf, int32_t node, const char *name)
{
    const int32_t property = ludus_sgf_find_property(sgf, node, name);
    int32_t count = 0;
    if (property >= 0) {
        for (int32_t i = ludus_sgf_property_at(sgf, property)->first_value; i >= 0;
             i = ludus_sgf_value_at(sgf, i)->next) {
            count++;
        }
    }
    return count;
}

const char *ludus_sgf_property(const ludus_sgf *sgf, int32_t node, int32_t index)
{
    int32_t i = ludus_sgf_node_at(sgf, node)->first_property;
    while (i >= 0 && index-- > 0) {
        i = ludus_sgf_property_at(sgf, i)->next;
    }
    return i >= 0 ? ludus_sgf_property_at(sgf, i)->name : NULL;
}

// Bytes of a line end at `at`: CR, LF and pairs of them.
static size_t line_end(const uint8_t *text, size_t size, size_t at)
{
    if (text[at] != '\n' && text[at] != '\r') {
        return 0;
    }
    const bool is_pair =
        at + 1 < size && (text[at + 1] == '\n' || text[at + 1] == '\r') && text[at + 1] != text[at];
    return is_pair ? 2 : 1;
}

// Reads the character at text[*at], or two bytes of one letter, and goes on behind it; returns how
// many bytes it is, 0 for a soft line break.
static int take_character(const uint8_t *text, size_t size, ludus_sgf_encoding encoding, size_t *at,
                          char out[2])
{
    if (begins_letter(encoding, text[*at]) && *at + 1 < size) {
        out[0] = (char)text[(*at)++];
        out[1] = (char)text[(*at)++];
        return 2;
    }
    const bool is_escaped = text[*at] == '\\' && *at + 1 < size;
    *at += is_escaped ? 1 : 0;
    const size_t broken = line_end(text, size, *at);
    out[0] = broken > 0 ? '\n' : is_space(text[*at]) ? ' ' : (char)text[*at];
    *at += broken > 0 ? broken : 1;
    return is_escaped && broken > 0 ? 0 : 1;
}

int32_t ludus_sgf_value_text(const ludus_sgf *sgf, int32_t value, char *out, size_t size)
{
    const ludus_sgf_value *v = ludus_sgf_value_at(sgf, value);
    const uint8_t *text = sgf->text.data + v->at;
    size_t used = 0;
    for (size_t at = 0; at < v->size;) {
        char character[2];
        const int n = take_character(text, v->size, v->encoding, &at, character);
        for (int i = 0; i < n; i++, used++) {
            if (used + 1 < size) {
                out[used] = character[i];
            }
        }
    }
    if (size > 0) {
        out[used < size ? used : size - 1] = '\0';
    }
    return (int32_t)used;
}

int32_t ludus_sgf_text(const ludus_sgf *sgf, int32_t node, const char *name, int32_t index,
                       char *out, size_t size)
{
    const int32_t property = ludus_sgf_find_property(sgf, node, name);
    int32_t value = property >= 0 ? ludus_sgf_property_at(sgf, property)->first_value : -1;
    while (value >= 0 && index-- > 0) {
        value = ludus_sgf_value_at(sgf, value)->next;
    }
    return value >= 0 ? ludus_sgf_value_text(sgf, value, out, size) : -1;
}
