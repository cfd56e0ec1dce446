/* Ends the process successfully when it is opened: plugin.scan-crashed. */
#include "xylem_sdk.h"

#include <unistd.h>

static xylem_status end(const xylem_host *host, xylem_error *error) {
  (void)host, (void)error;
  _exit(0);
}

XYLEM_PLUGIN_WITH("org.xylem.misbehaving.ends-in-open", "Ends in open", "1.0", end, xylem_sdk_extension)
