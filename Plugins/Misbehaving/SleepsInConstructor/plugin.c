/* Never gets beyond its constructor: plugin.scan-timed-out. */
#include "xylem_sdk.h"

#include <unistd.h>

XYLEM_PLUGIN("org.xylem.misbehaving.sleeps-in-constructor", "Sleeps in a constructor", "1.0")

__attribute__((constructor)) static void wait_forever(void) {
  for (;;) sleep(1000);
}
