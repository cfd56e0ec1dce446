// For `make sanitize`: tells the thread sanitizer about Swift's Mutex.
//
// Taking a Mutex that is free is compiled into the caller, where the sanitizer sees it. Taking one that another thread
// holds, and waking those that wait, happens in libswiftSynchronization, which is built without the sanitizer: it then
// reports accesses under the Mutex as races. These functions stand in front of the library's own.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *

void __tsan_acquire(void *address);
void __tsan_release(void *address);

typedef SWIFT void (*lock_function)(uint32_t thread, SELF mutex);
typedef SWIFT void (*unlock_function)(SELF mutex);

SWIFT void xylem_lock(uint32_t thread, SELF mutex) __asm__(LOCK);
SWIFT void xylem_unlock(SELF mutex) __asm__(UNLOCK);

SWIFT void xylem_lock(uint32_t thread, SELF mutex) {
  ((lock_function)dlsym(RTLD_NEXT, LOCK))(thread, mutex);
  __tsan_acquire(mutex);
}

SWIFT void xylem_unlock(SELF mutex) {
  __tsan_release(mutex);
  ((unlock_function)dlsym(RTLD_NEXT, UNLOCK))(mutex);
}

#endif
#endif
