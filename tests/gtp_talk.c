#define _DEFAULT_SOURCE // usleep

#include "gtp_talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

void talk_collect(const char *text, void *user)
{
    talk *t = user;
    ludus_buffer_put(&t->out, text, strlen(text));
    if (!strncmp(text, "info ", 5)) {
        __atomic_fetch_add(&t->reports, 1, __ATOMIC_RELAXED);
    }
}

ludus_gtp_config talk_config(void)
{
    ludus_gtp_config config = ludus_gtp_config_default();
    config.simulations = 40;
    config.max_nodes = 20000;
    return config;
}

void talk_open(talk *t, const ludus_gtp_config *config)
{
    ludus_error error;
    memset(t, 0, sizeof *t);
    if (ludus_gtp_create(&t->gtp, config, talk_collect, t, &error)) {
        fail_msg("%s", error.text);
    }
}

void talk_open_small(talk *t)
{
    const ludus_gtp_config config = talk_config();
    talk_open(t, &config);
}

void talk_close(talk *t)
{
    ludus_gtp_destroy(t->gtp);
    ludus_buffer_free(&t->out);
}

const char *talk_news(talk *t)
{
    ludus_buffer_put(&t->out, "", 1);
    assert_false(t->out.failed);
    t->out.size--;
    const char *text = (const char *)t->out.data + t->read;
    t->read = t->out.size;
    return text;
}

void talk_say(talk *t, const char *line)
{
    ludus_gtp_feed(t->gtp, line, strlen(line));
    ludus_gtp_feed(t->gtp, "\n", 1);
}

void talk_begin_analysis(talk *t, const char *line)
{
    __atomic_store_n(&t->reports, 0, __ATOMIC_RELAXED);
    talk_say(t, line);
    for (int i = 0; i < 6000 && __atomic_load_n(&t->reports, __ATOMIC_RELAXED) == 0; i++) {
        usleep(10000);
    }
}

const char *talk_ask(talk *t, const char *line)
{
    talk_say(t, line);
    return talk_news(t);
}

void talk_expect(talk *t, const char *line, const char *answer)
{
    const char *got = talk_ask(t, line);
    if (strcmp(got, answer) != 0) {
        fail_msg("%s: \"%s\" instead of \"%s\"", line, got, answer);
    }
}

void talk_expect_failure(talk *t, const char *line)
{
    const char *got = talk_ask(t, line);
    const size_t length = strlen(got);
    if (got[0] != '?' || length < 5 || strcmp(got + length - 2, "\n\n") != 0 ||
        strchr(got, '\n') != got + length - 2) {
        fail_msg("%s: \"%s\" is no failure of one line", line, got);
    }
}
