/* Provides a leaf that BuiltForNewerABI provides too: plugin.duplicate-name if both are requested. */
#include "xylem_sdk.h"

XYLEM_PLUGIN("org.xylem.misbehaving.duplicate-name", "Duplicate name", "1.0")

static double twice(double x) { return x + x; }
XYLEM_LEAF_FUNCTION(twice, f64, (f64), XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC, "doubles a number in another way")
