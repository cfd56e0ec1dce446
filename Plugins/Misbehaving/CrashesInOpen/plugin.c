/* Writes through a null pointer when it is opened: plugin.scan-crashed. */
#include "xylem_sdk.h"

static xylem_status crash(const xylem_host *host, xylem_error *error) {
  (void)host, (void)error;
  volatile int *volatile nowhere = NULL;
  *nowhere = 1;
  return XYLEM_OK;
}

XYLEM_PLUGIN_WITH("org.xylem.misbehaving.crashes-in-open", "Crashes in open", "1.0", crash, xylem_sdk_extension)
