/* Never returns from a call: plugin.timed-out. */
#include "../module.h"

#include <unistd.h>

XYLEM_PLUGIN("org.xylem.misbehaving.hangs-in-call", "Hangs in a call", "1.0")

static xylem_status run(xylem_leaf_instance *instance, xylem_leaf_call *call, xylem_error *error) {
  (void)instance, (void)call, (void)error;
  for (;;) sleep(1000);
}
XYLEM_LEAF_MODULE(sleeper, "Sleeper", XYLEM_MODE_NONE, XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC | XYLEM_LEAF_REPLACES, 0,
                  "never returns", .create = make_instance, .call = run, .destroy = drop_instance)
