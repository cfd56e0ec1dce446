/*
 * The one door for native code.
 *
 * A plugin is a dynamic library that exports one data symbol, `xylem_plugin`. The host reads the versions in it before it calls
 * anything, opens the plugin once, and asks for extensions by name and revision ("xylem.tensor-runtime/1"); an absent
 * extension is null. Structures begin with their size, only grow at their end, and both sides read the smaller size.
 * No exception and no longjmp crosses the boundary.
 */
#ifndef XYLEM_PLUGIN_H
#define XYLEM_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The ABI of these headers: major * 65536 + minor. A plugin is refused only where what it needs is newer than the host. */
#define XYLEM_ABI_VERSION 0x00010000u

#define XYLEM_PLUGIN_MAGIC 0x314d4558u /* "XEM1" */

#if defined(__GNUC__)
#define XYLEM_EXPORT __attribute__((visibility("default")))
#else
#define XYLEM_EXPORT
#endif

/* What kind of thing went wrong. */
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
} xylem_status;

/*
 * An owned message. The caller provides the struct, zeroed; a function that does not return XYLEM_OK fills it in; the caller
 * hands it to `release` when done with it (release may be null where message is).
 */
typedef struct xylem_error {
  char *message;                              /* owned by whoever filled it in; UTF-8 */
  void (*release)(struct xylem_error *error); /* any thread */
} xylem_error;

/* What a host offers to a plugin. Lives as long as the process. */
typedef struct xylem_host {
  uint32_t struct_size;
  uint32_t abi_version; /* of the host */
} xylem_host;

/* The type of the exported symbol `xylem_plugin`. Constant data: it can be read without running the plugin's code. */
typedef struct xylem_plugin_entry {
  uint32_t struct_size;
  uint32_t magic;       /* XYLEM_PLUGIN_MAGIC */
  uint32_t abi_version; /* that the plugin was built with */
  uint32_t abi_needed;  /* the oldest host that it works with */
  const char *id;       /* reverse-domain name, as in "org.xylem.torch" */
  const char *name;     /* for people */
  const char *version;
  /* Called once, before any extension is asked for. [one thread at a time] */
  xylem_status (*open)(const xylem_host *host, xylem_error *error);
  /* The extension of that name and revision, or null; lives as long as the process. [any thread, after open] */
  const void *(*extension)(const char *id);
} xylem_plugin_entry;

#ifdef __cplusplus
}
#endif
#endif
