#define _GNU_SOURCE
#include "CXylemGuard.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *xylem_environment(const char *name) { return secure_getenv(name); }

int xylem_pipe(int ends[2]) {
  int raw[2];
  if (pipe2(raw, O_CLOEXEC) != 0) return errno;
  /* Avoids the descriptors 0 to 3 of the new process. */
  ends[0] = fcntl(raw[0], F_DUPFD_CLOEXEC, 10);
  ends[1] = fcntl(raw[1], F_DUPFD_CLOEXEC, 10);
  int code = ends[0] < 0 || ends[1] < 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0 ? errno : 0;
  close(raw[0]);
  close(raw[1]);
  if (code != 0) {
    if (ends[0] >= 0) close(ends[0]);
    if (ends[1] >= 0) close(ends[1]);
  }
  return code;
}

static int set_actions(posix_spawn_file_actions_t *actions, const int streams[3]) {
  int code = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
  for (int i = 0; i < 3 && code == 0; ++i) code = posix_spawn_file_actions_adddup2(actions, streams[i], i + 1);
  return code != 0 ? code : posix_spawn_file_actions_addclosefrom_np(actions, 4);
}

static int set_attributes(posix_spawnattr_t *attributes) {
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  int code = posix_spawnattr_setsigmask(attributes, &none);
  if (code == 0) code = posix_spawnattr_setsigdefault(attributes, &all);
  if (code == 0) code = posix_spawnattr_setpgroup(attributes, 0);
  const short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  return code != 0 ? code : posix_spawnattr_setflags(attributes, flags);
}

/* This process's environment, with crash handling left to the watcher: a backtrace would exceed the time limit. */
static char **make_environment(void) {
  static char quiet[] = "SWIFT_BACKTRACE=enable=no";
  size_t count = 0;
  while (environ[count]) ++count;
  char **copy = calloc(count + 2, sizeof *copy);
  if (!copy) return NULL;
  size_t at = 0;
  for (size_t i = 0; i < count; ++i) {
    if (strncmp(environ[i], quiet, strlen("SWIFT_BACKTRACE=")) != 0) copy[at++] = environ[i];
  }
  copy[at] = quiet;
  return copy;
}

int xylem_spawn(const char *program, const char *argument, const int streams[3], pid_t *process) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int code = posix_spawn_file_actions_init(&actions);
  if (code != 0) return code;
  code = posix_spawnattr_init(&attributes);
  if (code == 0) {
    code = set_actions(&actions, streams);
    if (code == 0) code = set_attributes(&attributes);
    char *const words[] = {(char *)program, (char *)argument, NULL};
    char **const environment = make_environment();
    if (code == 0 && !environment) code = ENOMEM;
    if (code == 0) code = posix_spawn(process, program, &actions, &attributes, words, environment);
    free(environment);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  return code;
}

size_t xylem_bytes_in_use(void) {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

const char *xylem_signal_name(int number) { return sigabbrev_np(number); }
const char *xylem_signal_text(int number) { return sigdescr_np(number); }
