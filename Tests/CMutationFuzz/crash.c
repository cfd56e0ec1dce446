#define _GNU_SOURCE
#include "CMutationFuzz.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

enum { most_frames = 96, stack_bytes = 1 << 18 };
static int target = -1;

static uintptr_t program_counter(const ucontext_t *context) {
#if defined(__x86_64__)
  return (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
  return (uintptr_t)context->uc_mcontext.pc;
#else
  return 0;
#endif
}

static uintptr_t stack_pointer(const ucontext_t *context) {
#if defined(__x86_64__)
  return (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
  return (uintptr_t)context->uc_mcontext.sp;
#else
  return 0;
#endif
}

static void say(const char *text, size_t count) {
  while (count > 0) {
    const ssize_t written = write(target, text, count);
    if (written <= 0) return;
    text += written;
    count -= (size_t)written;
  }
}

static void report(int number, siginfo_t *info, void *opaque) {
  /* What is below is more than a handler may do; where it hangs, this ends it. */
  signal(SIGALRM, SIG_DFL);
  alarm(10);
  const ucontext_t *context = opaque;
  const uintptr_t pointer = stack_pointer(context), address = (uintptr_t)info->si_addr;
  const int overflow =
      number == SIGSEGV && pointer && address + (1 << 16) > pointer && address < pointer + (1 << 16);
  void *frames[most_frames];
  const int count = backtrace(frames, most_frames);
  int first = 0;
  /* Code in no library that could be fetched was generated at run time, as oneDNN's kernels are; a wild jump could not be fetched. */
  const int is_generated = (number == SIGSEGV || number == SIGBUS) && address != program_counter(context);
  for (int i = 0; i < count; ++i) {
    if ((uintptr_t)frames[i] == program_counter(context)) first = i;
  }
  char line[512];
  int length = snprintf(line, sizeof line, "c%d %d\n", number, overflow);
  say(line, (size_t)length);
  for (int i = first; i < count; ++i) {
    Dl_info found;
    memset(&found, 0, sizeof found);
    const char *library = is_generated && i == first ? "generated" : "?";
    if (dladdr(frames[i], &found) && found.dli_fname) {
      const char *slash = strrchr(found.dli_fname, '/');
      library = slash ? slash + 1 : found.dli_fname;
    }
    if (found.dli_sname) {
      length = snprintf(line, sizeof line, "%s %s\n", library, found.dli_sname);
    } else {
      length = snprintf(line, sizeof line, "%s +0x%zx\n", library, (size_t)((char *)frames[i] - (char *)found.dli_fbase));
    }
    say(line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
  }
  say("", 1);
  signal(number, SIG_DFL);
  raise(number);
}

void fuzz_report_crashes(int descriptor) {
  target = descriptor;
  void *warm[1];
  backtrace(warm, 1); /* Loads what it needs. */
  stack_t stack;
  memset(&stack, 0, sizeof stack);
  stack.ss_size = stack_bytes;
  stack.ss_sp = mmap(NULL, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack.ss_sp != MAP_FAILED) sigaltstack(&stack, NULL);
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = report;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | (int)SA_RESETHAND;
  const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGSYS};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; ++i) sigaction(numbers[i], &action, NULL);
}

int fuzz_spawn(const char *program, char *const arguments[], char *const environment[], int write_end, int *process) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, write_end, 3);
  posix_spawn_file_actions_addclosefrom_np(&actions, 4);
  pid_t started = 0;
  const int code = posix_spawn(&started, program, &actions, &attributes, arguments, environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  *process = (int)started;
  return code;
}
