/* Has a note, but exports its entry under another name: plugin.missing-symbol. */
#define xylem_plugin xylem_misspelt
#include "xylem_sdk.h"

XYLEM_PLUGIN("org.xylem.misbehaving.missing-symbol", "Missing symbol", "1.0")
