/* Crashes when the process ends: plugin.scan-crashed. */
#include "xylem_sdk.h"

XYLEM_PLUGIN("org.xylem.misbehaving.crashes-at-exit", "Crashes at exit", "1.0")

__attribute__((destructor)) static void crash(void) { __builtin_trap(); }
