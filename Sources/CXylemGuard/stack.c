#define _GNU_SOURCE
#include "CXylemGuard.h"

#include <pthread.h>

uintptr_t xylem_stack_floor(size_t reserve) {
  static _Thread_local uintptr_t known;
  if (known) return known;
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return known = 1;
  void *start = NULL;
  size_t size = 0;
  if (pthread_attr_getstack(&attributes, &start, &size) == 0 && start) {
    known = (uintptr_t)start + (reserve < size / 4 ? reserve : size / 4);
  } else {
    known = 1;
  }
  pthread_attr_destroy(&attributes);
  return known;
}
