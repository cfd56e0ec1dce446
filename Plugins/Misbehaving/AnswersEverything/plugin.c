/* Returns an extension that it doesn't know: plugin.unknown-extension. */
#include "xylem_sdk.h"

static const void *answer(const char *id) {
  static const uint32_t anything[16];
  const void *found = xylem_sdk_extension(id);
  return found ? found : anything;
}

XYLEM_PLUGIN_WITH("org.xylem.misbehaving.answers-everything", "Answers everything", "1.0", xylem_sdk_open, answer)
XYLEM_LEAF_MODULE(nothing, "Nothing", XYLEM_MODE_NONE, XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC, 0, "is a leaf", .create = NULL)
static double same(double x) { return x; }
XYLEM_LEAF_FUNCTION(same, f64, (f64), XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC, "returns the number")
