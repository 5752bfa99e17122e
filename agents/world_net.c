#include "agents/world_net.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

#define MAX_FILE_BYTES ((size_t)2 << 30)

static ludus_status read_recipe(ludus_world_net *out, const char *text, ludus_error *error)
{
    ludus_config *recipe = NULL;
    ludus_status status = ludus_config_parse(&recipe, "recipe", text, strlen(text), error);
    if (status == LUDUS_OK) {
        const char *world = ludus_config_get(recipe, "run", "game");
        snprintf(out->world, sizeof out->world, "%s", world != NULL ? world : "");
        status =
            ludus_config_apply(recipe, ludus_env_options, ludus_env_num_options, &out->env, error);
    }
    if (status == LUDUS_OK) {
        status = ludus_config_apply(recipe, ludus_q_options, ludus_q_num_options, &out->q, error);
    }
    ludus_config_destroy(recipe);
    return status;
}

static ludus_status read_provenance(ludus_world_net *out, const void *bytes, size_t size,
                                    ludus_error *error)
{
    char *text = NULL;
    ludus_status status = ludus_net_provenance(bytes, size, &text, error);
    if (status != LUDUS_OK) {
        return status;
    }
    json_t *provenance = text != NULL ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const char *recipe = json_string_value(json_object_get(provenance, "recipe"));
    status = recipe != NULL
                 ? read_recipe(out, recipe, error)
                 : ludus_fail(error, LUDUS_ERR_FORMAT, "the net does not say how it was trained");
    json_decref(provenance);
    ludus_free(text);
    return status;
}

static ludus_status check_world(const ludus_world_net *out, ludus_error *error)
{
    ludus_env env;
    ludus_status status = ludus_env_open(&env, out->world, &out->env, error);
    if (status == LUDUS_OK) {
        status = ludus_q_net_fits(out->net, &env.spec, &out->q, error);
        ludus_env_close(&env);
    }
    return status;
}

ludus_status ludus_world_net_load(ludus_world_net *out, const char *path, ludus_error *error)
{
    void *bytes = NULL;
    size_t size = 0;
    memset(out, 0, sizeof *out);
    ludus_status status = ludus_file_read(path, MAX_FILE_BYTES, &bytes, &size, error);
    if (status != LUDUS_OK) {
        return status;
    }
    out->env = ludus_env_config_default();
    out->q = ludus_q_config_default();
    status = ludus_net_from_bytes(&out->net, bytes, size, error);
    if (status == LUDUS_OK) {
        status = read_provenance(out, bytes, size, error);
    }
    if (status == LUDUS_OK) {
        status = check_world(out, error);
    }
    ludus_free(bytes);
    if (status != LUDUS_OK) {
        ludus_world_net_free(out);
        return ludus_fail_within(error, "%s", path);
    }
    return LUDUS_OK;
}

void ludus_world_net_free(ludus_world_net *net)
{
    ludus_net_destroy(net->net);
    memset(net, 0, sizeof *net);
}
