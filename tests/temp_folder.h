// A folder for the files of a test program, made before its tests and removed after them:
//     cmocka_run_group_tests(tests, temp_folder_create, temp_folder_destroy)
// The group's state points to the folder's path.

#ifndef LUDUS_TESTS_TEMP_FOLDER_H
#define LUDUS_TESTS_TEMP_FOLDER_H

#define TEMP_PATH_MAX 256 // bytes of a path inside the folder, NUL included

int temp_folder_create(void **state);
int temp_folder_destroy(void **state);
// FOLDER/NAME.
void temp_path(void **state, const char *name, char out[TEMP_PATH_MAX]);

#endif
