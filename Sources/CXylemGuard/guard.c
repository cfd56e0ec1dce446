#define _GNU_SOURCE
#include "CXylemGuard.h"

#include <dlfcn.h>
#include <link.h>
#include <signal.h>
#include <unistd.h>

static struct {
  uintptr_t base;
  size_t bytes;
  uint32_t name;
} watched[XYLEM_GUARD_CAPACITY];
static volatile sig_atomic_t watched_count;
static int report;

/* Only what a signal handler may do. */
static size_t append(char *line, size_t at, const char *text) {
  while (*text) line[at++] = *text++;
  return at;
}

static size_t append_number(char *line, size_t at, uint64_t number) {
  char digits[20];
  int count = 0;
  do digits[count++] = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  while (count > 0) line[at++] = digits[--count];
  return at;
}

static void on_fault(int number, siginfo_t *info, void *context) {
  (void)context;
  const uintptr_t address = (uintptr_t)info->si_addr;
  for (int i = 0; i < watched_count; ++i) {
    if (address < watched[i].base || address - watched[i].base >= watched[i].bytes) continue;
    char line[96];
    size_t length = append(line, 0, "{\"fault\":{\"name\":");
    length = append_number(line, length, watched[i].name);
    length = append(line, length, ",\"offset\":");
    length = append_number(line, length, address - watched[i].base);
    length = append(line, length, "}}\n");
    const ssize_t written = write(report, line, length);
    _exit(written == (ssize_t)length ? 98 : 99);
  }
  signal(number, SIG_DFL); /* the same fault again ends the process */
}

void xylem_guard_install(int descriptor) {
  report = descriptor;
  struct sigaction action = {0};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
}

int xylem_guard_watch(const void *base, size_t bytes, uint32_t name) {
  const int index = watched_count;
  if (index >= XYLEM_GUARD_CAPACITY) return -1;
  watched[index].base = (uintptr_t)base;
  watched[index].bytes = bytes;
  watched[index].name = name;
  watched_count = index + 1;
  return 0;
}

void xylem_guard_clear(void) { watched_count = 0; }

size_t xylem_symbol_size(const void *address, const void **base) {
  Dl_info info;
  const ElfW(Sym) *symbol = NULL;
  if (!dladdr1(address, &info, (void **)&symbol, RTLD_DL_SYMENT)) {
    *base = NULL;
    return 0;
  }
  *base = info.dli_fbase;
  return symbol && info.dli_saddr == address ? symbol->st_size : 0;
}

int xylem_library_base(void *handle, uintptr_t *base) {
  struct link_map *map = NULL;
  if (dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0 || !map) return -1;
  *base = map->l_addr;
  return 0;
}

/* A separate loop: a sanitizer would intercept memcmp. */
__attribute__((no_sanitize("address"))) int xylem_is_mapped_copy(const void *bytes, const void *mapped, size_t count) {
  const unsigned char *a = bytes;
  const volatile unsigned char *b = mapped;
  unsigned char difference = 0;
  for (size_t i = 0; i < count; ++i) difference |= a[i] ^ b[i];
  return difference == 0;
}

struct visit {
  void (*body)(const char *path, void *context);
  void *context;
};

static int visit_library(struct dl_phdr_info *info, size_t size, void *context) {
  (void)size;
  const struct visit *visit = context;
  if (info->dlpi_name && info->dlpi_name[0] == '/') visit->body(info->dlpi_name, visit->context);
  return 0;
}

void xylem_each_library(void (*body)(const char *path, void *context), void *context) {
  struct visit visit = {body, context};
  dl_iterate_phdr(visit_library, &visit);
}
