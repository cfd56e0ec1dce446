/* Traps before any of its functions is called: plugin.scan-crashed. */
#include "xylem_sdk.h"

XYLEM_PLUGIN("org.xylem.misbehaving.traps-in-constructor", "Traps in a constructor", "1.0")

__attribute__((constructor)) static void trap(void) { __builtin_trap(); }
