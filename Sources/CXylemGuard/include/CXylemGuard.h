/*
 * Functions for watching code that may misbehave: memory whose misuse is identified, child processes, and facts that
 * the loader and the C library know. They are not in POSIX, or do more than Swift may do in their context.
 */
#ifndef CXYLEM_GUARD_H
#define CXYLEM_GUARD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The maximum number of watched memory ranges. */
#define XYLEM_GUARD_CAPACITY 64

/*
 * From now on, a fault in watched memory writes one line of JSON, {"fault":{"name":N,"offset":O}}, to `descriptor` and
 * ends the process with status 98. Other faults end it as usual.
 */
void xylem_guard_install(int descriptor);

/* Watches memory that must not be written, under a number. Returns 0, or -1 if there is no room. */
int xylem_guard_watch(const void *base, size_t bytes, uint32_t name);

/* Stops watching memory. */
void xylem_guard_clear(void);

/*
 * The size of the symbol at an address, 0 if the loader knows none. `base` is set to the load address of its library,
 * or null if there is none.
 */
size_t xylem_symbol_size(const void *address, const void **base);

/* The load bias of a loaded library: the offset added to the addresses in its file. Returns 0, or -1. */
int xylem_library_base(void *handle, uintptr_t *base);

/*
 * Whether bytes are equal to those of a library in memory. All of them are read, including those that a sanitizer put
 * between the library's variables.
 */
int xylem_is_mapped_copy(const void *bytes, const void *mapped, size_t count);

/* Passes the file of every library that this process has loaded to `body`. */
void xylem_each_library(void (*body)(const char *path, void *context), void *context);

/* An environment variable; null if the process runs with more rights than its user. */
const char *xylem_environment(const char *name);

/* A pipe that is closed in other programs and whose reader does not block; ends[0] is for reading. Returns 0, or an
 * errno value. */
int xylem_pipe(int ends[2]);

/*
 * Starts a program with one argument, in its own process group, with empty input, with `streams` as its descriptors 1,
 * 2 and 3 and no others, and with default signals. Returns 0, or an errno value.
 */
int xylem_spawn(const char *program, const char *argument, const int streams[3], pid_t *process);

/* The arguments that this process was started with, its name first. */
char **xylem_own_arguments(int *count);

/* The file of this process's program, without links, owned by the caller; null if the system does not report it. */
char *xylem_own_executable(void);

/* The environment variable that marks a supervised child: the number of the descriptor that it reports to. */
#define XYLEM_SUPERVISED "XYLEM_SUPERVISED"

/*
 * Not done with a process library: the child must inherit the terminal, process group and descriptors.
 *
 * Starts a program with everything that this process has (descriptors, folder, process group, terminal) and with a pipe
 * that it reports to. From here on SIGINT, SIGTERM, SIGHUP and SIGQUIT are passed on to it, unless they are ignored.
 * `reports` is for reading. Returns 0, or an errno value.
 */
int xylem_supervise(const char *program, char *const arguments[], pid_t *process, int *reports);

/* Stops passing signals on; must be called once the child was reaped. Returns the last signal that was passed on, 0 for
 * none. */
int xylem_supervise_end(void);

/*
 * In the child: the descriptor to report to, which programs that it starts don't inherit; -1 if it is not supervised.
 * Call it once. A child ends with its supervisor.
 */
int xylem_supervised(void);

/*
 * The lowest address of the calling thread's stack that leaves a reserve of bytes, or a quarter of a small stack; 1 if
 * it is unknown. Each thread keeps the result of its first call.
 */
uintptr_t xylem_stack_floor(size_t reserve);

/* The bytes that malloc has allocated. */
size_t xylem_bytes_in_use(void);

/* "SEGV" and "Segmentation fault"; null for numbers that are not signals. */
const char *xylem_signal_name(int number);
const char *xylem_signal_text(int number);

#endif
