// Every game there is, and the way from a name to a game.

#include "envs/game_internal.h"
#include "envs/registry_internal.h"

#include <assert.h>
#include <string.h>

#define MAX_FAMILIES 32

static const ludus_game_ops *const families[] = {
    &ludus_tictactoe_ops, &ludus_connect4_ops, &ludus_othello_ops,
    &ludus_gomoku_ops,    &ludus_go_ops,       &ludus_chess_ops,
};

#define NUM_FAMILIES (sizeof(families) / sizeof(families[0]))
_Static_assert(NUM_FAMILIES <= MAX_FAMILIES, "raise MAX_FAMILIES");

const ludus_game_ops *const *ludus_game_families(size_t *count)
{
    *count = NUM_FAMILIES;
    return families;
}

// A size is one to three digits without a leading zero; -1 when `text` is none.
static int32_t parse_size(const char *text)
{
    int32_t size = 0;
    int32_t digits = 0;
    for (; text[digits] >= '0' && text[digits] <= '9' && digits < 3; digits++) {
        size = size * 10 + (text[digits] - '0');
    }
    return digits > 0 && text[digits] == '\0' && text[0] != '0' ? size : -1;
}

// The family whose name `name` is, or begins with before a size; *size is 0 without one.
static const ludus_game_ops *find_family(const char *name, int32_t *size)
{
    for (size_t i = 0; i < NUM_FAMILIES; i++) {
        const size_t length = strlen(families[i]->family);
        if (strncmp(name, families[i]->family, length) != 0) {
            continue;
        }
        *size = name[length] == '\0' ? 0 : parse_size(name + length);
        if (*size >= 0) {
            return families[i];
        }
    }
    return NULL;
}

static ludus_status fail_unknown(const char *name, ludus_error *error)
{
    const char *known[MAX_FAMILIES];
    for (size_t i = 0; i < NUM_FAMILIES; i++) {
        known[i] = families[i]->family;
    }
    return ludus_registry_fail_unknown("game", name, known, NUM_FAMILIES, error);
}

static void assert_complete(const ludus_game_ops *ops)
{
    assert(ops->family && ops->names && ops->create && ops->destroy && ops->init);
    assert(ops->to_move && ops->legal && ops->play && ops->outcome && ops->hash);
    assert(ops->encode && ops->permute && ops->move_from_text && ops->move_to_text && ops->draw);
    (void)ops;
}

static void assert_sound(const ludus_game_spec *spec)
{
    assert(spec->state_bytes > 0 && spec->state_bytes % 8 == 0 && spec->summary != NULL);
    assert(spec->planes[0] > 0 && spec->planes[1] > 0 && spec->planes[2] > 0);
    assert(spec->num_moves >= spec->max_legal && spec->max_legal > 0);
    assert(spec->max_legal <= LUDUS_GAME_MAX_LEGAL);
    assert(spec->max_plies > 0 && spec->num_symmetries >= 1);
    (void)spec;
}

ludus_status ludus_game_open(ludus_game *game, const char *name, ludus_error *error)
{
    memset(game, 0, sizeof(*game));
    int32_t size = 0;
    const ludus_game_ops *ops = find_family(name, &size);
    if (ops == NULL) {
        return fail_unknown(name, error);
    }
    assert_complete(ops);
    if (size == 0) {
        size = ops->default_size;
    } else if (size < ops->min_size || size > ops->max_size) {
        return ludus_fail(error, LUDUS_ERR_ARG, "'%.40s' is no size of %s", name, ops->names);
    }
    const ludus_status status = ops->create(size, &game->spec, &game->ctx);
    if (status != LUDUS_OK) {
        memset(game, 0, sizeof(*game));
        return ludus_fail(error, status, "cannot open '%.40s': %s; known: %s", name,
                          ludus_status_name(status), ops->names);
    }
    game->ops = ops;
    assert_sound(&game->spec);
    return LUDUS_OK;
}

void ludus_game_close(ludus_game *game)
{
    if (game->ops != NULL) {
        game->ops->destroy(game->ctx);
    }
    memset(game, 0, sizeof(*game));
}
