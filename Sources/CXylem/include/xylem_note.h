/*
 * The description of a plugin in an ELF note, which can be read without loading the plugin: its identity, the ABI that
 * it needs, and its leaves.
 *
 * The notes are in the section ".note.xylem". Their owner is "XYL" with its null byte: at four bytes, readers that
 * align notes to four bytes and readers that align them to eight find the descriptor in the same place. A descriptor is
 * a fixed head followed by null-terminated UTF-8 strings, padded with null bytes to a multiple of four. A reader
 * ignores strings beyond those that it knows, and notes of unknown types.
 */
#ifndef XYLEM_NOTE_H
#define XYLEM_NOTE_H

#include "xylem_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define XYLEM_NOTE_SECTION ".note.xylem"
#define XYLEM_NOTE_OWNER "XYL"

typedef enum xylem_note_type {
  XYLEM_NOTE_PLUGIN = 1,        /* exactly one: xylem_note_plugin, then id, name, version */
  XYLEM_NOTE_LEAF_MODULE = 2,   /* xylem_note_leaf_module, then the type's name and a summary */
  XYLEM_NOTE_LEAF_FUNCTION = 3, /* xylem_note_leaf_function, then name, signature, operator (may be empty), backward's signature
                                   (may be empty), summary */
} xylem_note_type;

typedef struct xylem_note_plugin {
  uint32_t magic; /* XYLEM_PLUGIN_MAGIC; a swapped value shows the other byte order */
  uint32_t abi_version;
  uint32_t abi_needed;
  uint32_t pointer_size;
} xylem_note_plugin;

/* As in xylem_leaf_module_type. */
typedef struct xylem_note_leaf_module {
  uint32_t mode;
  uint32_t threading;
  uint32_t flags;
  uint32_t reserved;    /* 0 */
  uint32_t writes_low;  /* the lower half of `writes` */
  uint32_t writes_high; /* 32-bit words, so that notes are aligned to four bytes */
} xylem_note_leaf_module;

/* As in xylem_leaf_function. */
typedef struct xylem_note_leaf_function {
  uint32_t threading;
  uint32_t flags;
  uint32_t is_derived; /* 1 if the compiler that built the function wrote or checked the signature */
  uint32_t reserved;   /* 0 */
} xylem_note_leaf_function;

XYLEM_STATIC_ASSERT(sizeof(xylem_note_plugin) == 16, "the head of a note never changes");
XYLEM_STATIC_ASSERT(sizeof(xylem_note_leaf_module) == 24, "the head of a note never changes");
XYLEM_STATIC_ASSERT(sizeof(xylem_note_leaf_function) == 16, "the head of a note never changes");

#ifdef __cplusplus
}
#endif
#endif
