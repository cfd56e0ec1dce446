/* C functions that the tests of calls call: found by name, and in the dynamic library by symbol. */
#ifndef CALL_SUBJECTS_H
#define CALL_SUBJECTS_H

#include <xylem_leaves.h>

/* Gives the subjects the host whose services they use. */
void call_subjects_open(const xylem_host *host);

/* A function that is called by its address alone; null where there is none. Sets the signature that fits it. */
xylem_any_function call_subject(const char *name, const char **signature);

/* The names of all of them, up to a null. */
const char *const *call_subject_names(void);

/* A function as the SDK describes it; null where there is none. */
const xylem_leaf_function *call_subject_leaf(const char *name);

/* How many tensors of the subjects the host has not given back yet. */
int64_t call_subjects_alive(void);

/* How many deleters of tensors ran for tensors that were given back already. */
int64_t call_subjects_given_back_twice(void);

#endif
