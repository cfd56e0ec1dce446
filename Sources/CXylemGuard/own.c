#define _GNU_SOURCE
#include "CXylemGuard.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

static int own_count;
static char **own_arguments;

/* The C library hands the arguments to every constructor; reading them from /proc fails where that is not mounted. */
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
  /* The name that the kernel was given, relative to the folder that the process was started in. */
  const char *name = (const char *)getauxval(AT_EXECFN);
  return name ? realpath(name, NULL) : NULL;
}
