/*
 * The single interface for native code.
 *
 * A plugin is a dynamic library that exports one data symbol, `xylem_plugin`. The host reads the versions in it before
 * it calls anything, opens the plugin once, and requests extensions by name and revision ("xylem.leaf-modules/1"); a
 * missing extension is null. A plugin requests extensions from its host in the same way. Structures begin with their
 * size, grow only at their end, and both sides read the smaller size. Neither exceptions nor longjmp may cross the
 * boundary. A plugin is never unloaded.
 *
 * The description of a plugin can be read without running its code: see xylem_note.h.
 *
 * In brackets: the caller of a function, and the thread.
 */
#ifndef XYLEM_PLUGIN_H
#define XYLEM_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define XYLEM_STATIC_ASSERT static_assert
#else
#define XYLEM_STATIC_ASSERT _Static_assert
#endif

/* The ABI of these headers: major * 65536 + minor. A plugin is refused only if it needs a newer ABI than the host's. */
#define XYLEM_ABI_VERSION 0x00010001u

#define XYLEM_PLUGIN_MAGIC 0x314d4558u /* "XEM1" */

#if defined(__GNUC__)
#define XYLEM_EXPORT __attribute__((visibility("default")))
#else
#define XYLEM_EXPORT
#endif

/* Whether a structure from the other side is long enough to have a member. */
#define XYLEM_HAS(pointer, type, member) \
  ((pointer)->struct_size >= offsetof(type, member) + sizeof((pointer)->member))

/* The kind of failure. */
typedef enum xylem_status {
  XYLEM_OK = 0,
  XYLEM_FAILED = 1,
  XYLEM_OUT_OF_MEMORY = 2,
  XYLEM_INVALID_ARGUMENT = 3,
  XYLEM_NOT_FOUND = 4,
  XYLEM_UNKNOWN_OPERATOR = 5, /* an operator whose schema is not registered */
  XYLEM_MISSING_KERNEL = 6,   /* an operator without an implementation for these arguments */
  XYLEM_ARCHIVE_NOT_ZIP = 7,
  XYLEM_ARCHIVE_TRUNCATED = 8,
  XYLEM_ARCHIVE_NO_CODE = 9,
  XYLEM_ARCHIVE_STATE_DICT = 10, /* a zip of tensors without code */
  XYLEM_ARCHIVE_PICKLE = 11,     /* a bare pickle */
  XYLEM_REACHES_OUTSIDE = 12,    /* code that accesses files, processes or the network and must not */
} xylem_status;

/*
 * An owned message. The caller provides the zeroed struct; a function that does not return XYLEM_OK sets it; the caller
 * passes it to `release` when done (release may be null if message is).
 */
typedef struct xylem_error {
  char *message;                              /* owned by the side that set it; UTF-8 */
  void (*release)(struct xylem_error *error); /* [the caller; any thread] */
} xylem_error;

typedef enum xylem_log_level {
  XYLEM_LOG_DEBUG = 0,
  XYLEM_LOG_INFO = 1,
  XYLEM_LOG_WARNING = 2,
  XYLEM_LOG_ERROR = 3,
} xylem_log_level;

/*
 * The services that a host offers to a plugin. Lives as long as the process, as does everything that it points to. Any
 * function may be null: a plugin must work without it.
 */
typedef struct xylem_host {
  uint32_t struct_size;
  uint32_t abi_version; /* the host's */
  /* From 1.1 on. */
  /* The host's own extension with a name and revision, or null. [plugin; any thread] */
  const void *(*extension)(const char *id);
  /* Logs one line without a line break, to the host's standard error, never to its output. [plugin; any thread] */
  void (*log)(xylem_log_level level, const char *message);
  /* Memory aligned to 64 bytes, or null. Either side may release it with `release`. [plugin; any thread] */
  void *(*allocate)(size_t bytes);
  void (*release)(void *memory); /* [plugin; any thread]; null is allowed */
  /* Marks the running call on this thread as failed. The message is copied. If called again, the first message is kept.
     [plugin; the thread of the call] */
  void (*fail)(const char *message);
} xylem_host;

XYLEM_STATIC_ASSERT(offsetof(xylem_host, abi_version) == 4, "the head of xylem_host never changes");
XYLEM_STATIC_ASSERT(sizeof(xylem_host) == 8 + 5 * sizeof(void *), "xylem_host grew: raise XYLEM_ABI_VERSION");

/* The type of the exported symbol `xylem_plugin`. Constant data: it can be read without running the plugin's code. */
typedef struct xylem_plugin_entry {
  uint32_t struct_size;
  uint32_t magic;       /* XYLEM_PLUGIN_MAGIC */
  uint32_t abi_version; /* the ABI that the plugin was built with */
  uint32_t abi_needed;  /* the oldest ABI that it works with */
  const char *id;       /* reverse-domain name, as in "org.xylem.torch" */
  const char *name;     /* a display name */
  const char *version;
  /* Called once, before any extension is requested. [host; one thread at a time] */
  xylem_status (*open)(const xylem_host *host, xylem_error *error);
  /* The extension with a name and revision, or null; lives as long as the process. [host; any thread, after open] */
  const void *(*extension)(const char *id);
} xylem_plugin_entry;

XYLEM_STATIC_ASSERT(offsetof(xylem_plugin_entry, id) == 16, "the head of xylem_plugin_entry never changes");
XYLEM_STATIC_ASSERT(sizeof(xylem_plugin_entry) == 16 + 5 * sizeof(void *),
                    "xylem_plugin_entry grew: raise XYLEM_ABI_VERSION");

#ifdef __cplusplus
}
#endif
#endif
