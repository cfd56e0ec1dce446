/* Calls a function that no library has: plugin.unloadable. */
#include "xylem_sdk.h"

extern double xylem_misbehaving_nobody_has_this(double x);

XYLEM_PLUGIN("org.xylem.misbehaving.undefined-function", "Undefined function", "1.0")

static double undefined(double x) { return xylem_misbehaving_nobody_has_this(x); }
XYLEM_LEAF_FUNCTION(undefined, f64, (f64), XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC, "calls an undefined function")
