/* Declares that it computes the same in both modes, but does not: plugin.mode-mismatch. */
#include "../module.h"

XYLEM_PLUGIN("org.xylem.misbehaving.lies-about-mode", "Lies about its mode", "1.0")

static xylem_status run(xylem_leaf_instance *instance, xylem_leaf_call *call, xylem_error *error) {
  (void)instance;
  return scaled(call, call->is_training ? 3 : 1, error);
}
XYLEM_LEAF_MODULE(liar, "Liar", XYLEM_MODE_NONE, XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC | XYLEM_LEAF_REPLACES, 0,
                  "scales in train mode only", .create = make_instance, .call = run, .destroy = drop_instance)
