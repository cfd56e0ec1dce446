/* What a process that is fuzzed says of its own crash. */
#ifndef CMUTATION_FUZZ_H
#define CMUTATION_FUZZ_H

/*
 * From here on, a fault of this thread writes to `descriptor` where it happened and ends the process as ever: the letter 'c', a line with
 * the signal's number and 1 where the stack had run out, else 0; a line for each frame from the innermost on, "library symbol" or "library
 * +offset"; and a zero byte.
 */
void fuzz_report_crashes(int descriptor);

/* Starts a program with `write_end` as its descriptor 3, nothing to read and its output dropped. Returns 0, or a number of errno. */
int fuzz_spawn(const char *program, char *const arguments[], char *const environment[], int write_end, int *process);

#endif
