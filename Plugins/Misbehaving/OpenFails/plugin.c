/* Can't be opened, and reports why: plugin.open-failed. */
#include "xylem_sdk.h"

static xylem_status refuse(const xylem_host *host, xylem_error *error) {
  (void)host;
  return xylem_error_set(error, XYLEM_FAILED, "no licence for %s", "this machine");
}

XYLEM_PLUGIN_WITH("org.xylem.misbehaving.open-fails", "Open fails", "1.0", refuse, xylem_sdk_extension)
