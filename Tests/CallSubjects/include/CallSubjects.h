/* C functions that the tests of calls call: found by name, and in the dynamic library by symbol. */
#ifndef CALL_SUBJECTS_H
#define CALL_SUBJECTS_H

#include <stdint.h>

/* In what follows the ABI's structures are without their types: they belong to another module. */

typedef void (*call_subject_function)(void);

/* Gives the subjects the host whose services they use, an xylem_host. */
void call_subjects_open(const void *host);

/* A function that is called by its address alone; null where there is none. Sets the signature that fits it. */
call_subject_function call_subject(const char *name, const char **signature);

/* The names of all of them, up to a null. */
const char *const *call_subject_names(void);

/* A function as the SDK describes it, an xylem_leaf_function; null where there is none. */
const void *call_subject_leaf(const char *name);

/* How many tensors of the subjects the host has not given back yet. */
int64_t call_subjects_alive(void);

/* How many deleters of tensors ran for tensors that were given back already. */
int64_t call_subjects_given_back_twice(void);

#endif
