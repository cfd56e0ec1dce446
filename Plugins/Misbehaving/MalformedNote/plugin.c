/* A string in its note is not terminated: plugin.note-malformed. */
#include "xylem_sdk.h"

static const struct {
  XYLEM_NOTE_HEAD
  xylem_note_plugin head;
  char texts[8];
} note XYLEM_NOTE_PLACE = {XYLEM_NOTE_HEAD_OF(note, XYLEM_NOTE_PLUGIN),
                           {XYLEM_PLUGIN_MAGIC, XYLEM_ABI_VERSION, XYLEM_ABI_VERSION, sizeof(void *)},
                           {'o', 'r', 'g', '.', 'x', 'y', 'l', 'e'}};
