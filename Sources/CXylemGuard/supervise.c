#define _GNU_SOURCE
#include "CXylemGuard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static const int forwarded[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { forwarded_count = sizeof forwarded / sizeof *forwarded };

static volatile sig_atomic_t supervised;
static volatile sig_atomic_t received;

static void forward(int number) {
  const int code = errno;
  received = number;
  if (supervised > 0) kill((pid_t)supervised, number);
  errno = code;
}

/* This process's environment with two additional variables for the child. */
static char **make_environment(char *report, char *quiet) {
  size_t count = 0;
  while (environ[count]) ++count;
  char **copy = calloc(count + 3, sizeof *copy);
  if (!copy) return NULL;
  size_t at = 0;
  int has_own = 0;
  for (size_t i = 0; i < count; ++i) {
    has_own = has_own || strncmp(environ[i], quiet, strcspn(quiet, "=") + 1) == 0;
    copy[at++] = environ[i];
  }
  /* A backtrace takes seconds, so it must be requested. */
  if (!has_own) copy[at++] = quiet;
  copy[at] = report;
  return copy;
}

static int spawn(const char *program, char *const arguments[], int report, const sigset_t *mask, pid_t *process) {
  char variable[64];
  static char quiet[] = "SWIFT_BACKTRACE=enable=no";
  snprintf(variable, sizeof variable, XYLEM_SUPERVISED "=%d", report);
  char **environment = make_environment(variable, quiet);
  if (!environment) return ENOMEM;
  posix_spawnattr_t attributes;
  int code = posix_spawnattr_init(&attributes);
  if (code == 0) {
    code = posix_spawnattr_setsigmask(&attributes, mask);
    if (code == 0) code = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    if (code == 0) code = posix_spawn(process, program, NULL, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
  }
  free(environment);
  return code;
}

int xylem_supervise(const char *program, char *const arguments[], pid_t *process, int *reports) {
  int raw[2];
  if (pipe2(raw, O_CLOEXEC) != 0) return errno;
  /* Avoids descriptors that a shell passes on. */
  const int reader = fcntl(raw[0], F_DUPFD_CLOEXEC, 64);
  const int writer = fcntl(raw[1], F_DUPFD, 64);
  int code = reader < 0 || writer < 0 ? errno : 0;
  close(raw[0]);
  close(raw[1]);
  sigset_t blocked, before;
  sigemptyset(&blocked);
  for (int i = 0; i < forwarded_count; ++i) sigaddset(&blocked, forwarded[i]);
  if (code == 0) code = pthread_sigmask(SIG_BLOCK, &blocked, &before);
  if (code == 0) {
    code = spawn(program, arguments, writer, &before, process);
    if (code == 0) {
      supervised = (sig_atomic_t)*process;
      struct sigaction action = {.sa_handler = forward};
      sigemptyset(&action.sa_mask);
      for (int i = 0; i < forwarded_count; ++i) {
        struct sigaction old;
        /* Ignored signals stay ignored in the child too, as after nohup. */
        if (sigaction(forwarded[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN) continue;
        sigaction(forwarded[i], &action, NULL);
      }
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
  }
  if (writer >= 0) close(writer);
  if (code != 0 && reader >= 0) close(reader);
  *reports = code == 0 ? reader : -1;
  return code;
}

int xylem_supervise_end(void) {
  supervised = 0;
  return received;
}

int xylem_supervised(void) {
  const char *text = getenv(XYLEM_SUPERVISED);
  if (!text) return -1;
  char *end;
  const long descriptor = strtol(text, &end, 10);
  const int is_number = *text && !*end && descriptor > 2 && descriptor <= 1 << 20;
  unsetenv(XYLEM_SUPERVISED);
  if (!is_number || fcntl((int)descriptor, F_SETFD, FD_CLOEXEC) != 0) return -1;
  /* If the supervisor dies, this process must die too: nobody would clean up after it. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  return (int)descriptor;
}
