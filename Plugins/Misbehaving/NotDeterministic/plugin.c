/* Depends on the number of its calls, but declares that it is deterministic: plugin.not-deterministic. */
#include "../module.h"

XYLEM_PLUGIN("org.xylem.misbehaving.not-deterministic", "Not deterministic", "1.0")

static xylem_status run(xylem_leaf_instance *instance, xylem_leaf_call *call, xylem_error *error) {
  return scaled(call, (float)++instance->calls, error);
}
XYLEM_LEAF_MODULE(counter, "Counter", XYLEM_MODE_UNKNOWN, XYLEM_PER_INSTANCE, XYLEM_LEAF_DETERMINISTIC | XYLEM_LEAF_REPLACES, 0,
                  "scales by the number of its calls", .create = make_instance, .call = run, .destroy = drop_instance)
