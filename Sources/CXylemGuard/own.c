#define _GNU_SOURCE
#include "CXylemGuard.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

static int own_count;
static char **own_arguments;

/* The C library passes the arguments to every constructor; reading them from /proc fails if that is not mounted. */
__attribute__((constructor)) static void keep_arguments(int count, char **arguments) {
  own_count = count;
  own_arguments = arguments;
}

char **xylem_own_arguments(int *count) {
  *count = own_count;
  return own_arguments;
}

char *xylem_own_executable(void) {
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  if (length > 0) {
    path[length] = '\0';
    return realpath(path, NULL);
  }
  /* The program name given to the kernel, relative to the folder in which the process was started. */
  const char *name = (const char *)getauxval(AT_EXECFN);
  return name ? realpath(name, NULL) : NULL;
}
