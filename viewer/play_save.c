// Saving the game: the moves as text; SGF and PGN where those are the custom.

#include "viewer/play_internal.h"

#include "base/file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

// The first free name of GAME-001.EXT, ...; false when all are taken.
static bool free_name(const ludus_play *p, const char *extension, char *out, size_t size)
{
    for (int i = 1; i < 1000; i++) {
        snprintf(out, size, "%s-%03d.%s", p->game.spec.name, i, extension);
        if (access(out, F_OK)) {
            return true;
        }
    }
    return false;
}

// Moves separated by spaces, as --moves reads them.
static ludus_status save_moves(const ludus_play *p, const char *path, ludus_error *error)
{
    ludus_buffer text = {0};
    void *pos = ludus_alloc(1, p->game.spec.state_bytes);
    if (!pos) {
        return ludus_fail(error, LUDUS_ERR_NOMEM, "no memory to save the game");
    }
    memcpy(pos, p->record.start, p->game.spec.state_bytes);
    for (int32_t i = 0; i < p->record.count; i++) {
        char move[LUDUS_GAME_TEXT_MAX];
        ludus_game_move_text(&p->game, pos, p->record.moves[i], move);
        ludus_buffer_put(&text, move, strlen(move));
        ludus_buffer_put(&text, i + 1 < p->record.count ? " " : "\n", 1);
        ludus_game_play(&p->game, pos, p->record.moves[i]);
    }
    ludus_free(pos);
    const ludus_status status =
        text.failed ? ludus_fail(error, LUDUS_ERR_NOMEM, "no memory to save the game")
                    : ludus_file_replace(path, text.data, text.size, error);
    ludus_buffer_free(&text);
    return status;
}

void ludus_play_save(ludus_play *p)
{
    char path[64];
    ludus_error error;
    if (!free_name(p, "txt", path, sizeof(path))) {
        ludus_notice_show(&p->notice, 5, "there are 999 saved games here already");
    } else if (save_moves(p, path, &error)) {
        ludus_notice_show(&p->notice, 6, "%s", error.text);
    } else {
        ludus_notice_show(&p->notice, 4, "saved %s", path);
    }
}
