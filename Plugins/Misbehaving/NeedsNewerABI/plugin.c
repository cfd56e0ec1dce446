/* Needs a host that is newer than any: plugin.abi-too-new. */
#define XYLEM_SDK_NEEDS (XYLEM_ABI_VERSION + 1)
#include "xylem_sdk.h"

XYLEM_PLUGIN("org.xylem.misbehaving.needs-newer-abi", "Needs a newer ABI", "1.0")
