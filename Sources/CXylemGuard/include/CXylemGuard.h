/*
 * For watching code that may misbehave: memory whose misuse is named, processes of their own, and what the loader and the C library
 * know. What is here is not in POSIX, or is more than Swift may do where it runs.
 */
#ifndef CXYLEM_GUARD_H
#define CXYLEM_GUARD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* How many stretches of memory can be watched. */
#define XYLEM_GUARD_CAPACITY 64

/*
 * From now on, a fault in watched memory writes one line of JSON, {"fault":{"name":N,"offset":O}}, to `descriptor` and ends the process
 * with status 98. Other faults end it as ever.
 */
void xylem_guard_install(int descriptor);

/* Watches memory that may not be written, under a number; returns 0, or -1 where there is no room. */
int xylem_guard_watch(const void *base, size_t bytes, uint32_t name);

/* Forgets what is watched. */
void xylem_guard_clear(void);

/*
 * The size that the loader knows for the symbol at an address, 0 where it knows none; `base` becomes where the library that has it is
 * loaded, null where none does.
 */
size_t xylem_symbol_size(const void *address, const void **base);

/* Where a library that was loaded lies, in the loader's counting: what is added to the addresses in its file. Returns 0, or -1. */
int xylem_library_base(void *handle, uintptr_t *base);

/*
 * Whether bytes are equal to those of a library in memory. All of them are read, also what a sanitizer put between the library's
 * variables.
 */
int xylem_is_mapped_copy(const void *bytes, const void *mapped, size_t count);

/* Hands the file of every library that this process has loaded to `body`. */
void xylem_each_library(void (*body)(const char *path, void *context), void *context);

/* A variable of the environment; null where the process runs with more rights than its user has. */
const char *xylem_environment(const char *name);

/* A pipe that is closed in other programs and whose reader does not wait; ends[0] reads. Returns 0, or a number of errno. */
int xylem_pipe(int ends[2]);

/*
 * Starts a program with one argument, in a process group of its own, with nothing to read, `streams` as its descriptors 1, 2 and 3 and
 * no others, and signals as they are by default. Returns 0, or a number of errno.
 */
int xylem_spawn(const char *program, const char *argument, const int streams[3], pid_t *process);

/* The arguments that this process was started with, its name first. */
char **xylem_own_arguments(int *count);

/* The file of this process's program without links, owned by the caller; null where the system does not say. */
char *xylem_own_executable(void);

/* The variable by which a child knows that it is supervised: the number of the descriptor that it reports to. */
#define XYLEM_SUPERVISED "XYLEM_SUPERVISED"

/*
 * Libraries for child processes give a child its standard streams and a group of its own; this one is to take its parent's place.
 *
 * Starts a program with everything that this process has (descriptors, folder, process group, terminal) and with a pipe that it reports
 * to. From here on SIGINT, SIGTERM, SIGHUP and SIGQUIT are passed on to it, unless they are ignored. `reports` reads. Returns 0, or a
 * number of errno.
 */
int xylem_supervise(const char *program, char *const arguments[], pid_t *process, int *reports);

/* Passes nothing on any more; to be called once the child was reaped. Returns the last signal that was passed on, 0 for none. */
int xylem_supervise_end(void);

/*
 * In the child: the descriptor to report to, which programs that it starts don't get; -1 where nobody supervises it. Once. A child ends
 * with its supervisor.
 */
int xylem_supervised(void);

/*
 * The lowest address of the calling thread's stack that leaves a reserve of bytes, or a quarter of a small stack; 1 where it is not
 * known. What the first call of a thread finds is kept.
 */
uintptr_t xylem_stack_floor(size_t reserve);

/* Bytes that malloc has handed out. */
size_t xylem_bytes_in_use(void);

/* "SEGV" and "Segmentation fault"; null for what is no signal. */
const char *xylem_signal_name(int number);
const char *xylem_signal_text(int number);

#endif
