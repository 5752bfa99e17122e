#include "cmd_world_window.h"

#include "cmd_data.h"
#include "viewer/world_screen.h"

int ludus_world_window(const ludus_command *command, const char *name,
                       const ludus_world_window_args *args)
{
    char trained[LUDUS_PATH_MAX];
    ludus_world_view *view;
    ludus_error error;
    const bool is_trained = args->net == NULL && ludus_data_find_trained(name, trained);
    const ludus_world_view_setup setup = {.session = {.name = name,
                                                      .net = is_trained ? trained : args->net,
                                                      .seed = args->seed,
                                                      .epsilon = (float)args->epsilon},
                                          .steps_per_second = args->steps_per_second,
                                          .is_person = args->is_person,
                                          .is_paused = args->is_paused};
    if (ludus_world_view_create(&view, &setup, &error)) {
        return ludus_cmd_fail(command, &error);
    }
    const int status = ludus_cmd_window(command, &args->window, ludus_world_screen(), view);
    ludus_world_view_destroy(view);
    return status;
}
