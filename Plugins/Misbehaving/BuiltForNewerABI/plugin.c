/* Built with newer headers, but needs nothing new from them, so it loads. */
#include "xylem_plugin.h"
enum { built_with = XYLEM_ABI_VERSION + 5 };
#undef XYLEM_ABI_VERSION
#define XYLEM_ABI_VERSION built_with
#include "xylem_sdk.h"

XYLEM_PLUGIN("org.xylem.misbehaving.built-for-newer-abi", "Built for a newer ABI", "1.0")

static double twice(double x) { return 2 * x; }
XYLEM_LEAF_FUNCTION(twice, f64, (f64), XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC, "doubles a number")
