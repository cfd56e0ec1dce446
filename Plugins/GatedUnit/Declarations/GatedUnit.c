#include <xylem_sdk_swift.h>

XYLEM_SWIFT_PLUGIN("org.xylem.gated-unit", "Gated unit", "1.0")

XYLEM_SWIFT_MODULE_WITH_BACKWARD(GatedUnit, XYLEM_MODE_RANDOM, XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC, 0,
                                 "x * sigmoid(gate * x + bias), by channel, with noise on the gate in train mode")

XYLEM_SWIFT_FUNCTION(hard_gate, f64, (f64, f64), XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC,
                     "a piecewise linear sigmoid: 0 below -width, 1 above width")

XYLEM_SWIFT_FUNCTION_WITH_BACKWARD(swish, (tensor, f64), XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC,
                                   "x * sigmoid(beta * x), elementwise")
