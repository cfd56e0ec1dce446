/* Never frees the memory of its instances: plugin.leaks. */
#include "../module.h"

XYLEM_PLUGIN("org.xylem.misbehaving.leaks", "Leaks", "1.0")

static void *volatile kept;

static void keep_instance(xylem_leaf_instance *instance) {
  kept = malloc(4096);
  drop_instance(instance);
}

static xylem_status run(xylem_leaf_instance *instance, xylem_leaf_call *call, xylem_error *error) {
  (void)instance;
  return scaled(call, 1, error);
}
XYLEM_LEAF_MODULE(sieve, "Sieve", XYLEM_MODE_NONE, XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC | XYLEM_LEAF_REPLACES, 0,
                  "returns its input", .create = make_instance, .call = run, .destroy = keep_instance)
