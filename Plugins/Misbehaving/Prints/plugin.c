/* Greets on standard output: plugin.prints. */
#include "../module.h"

XYLEM_PLUGIN("org.xylem.misbehaving.prints", "Prints", "1.0")

static xylem_status run(xylem_leaf_instance *instance, xylem_leaf_call *call, xylem_error *error) {
  (void)instance;
  printf("hello from a leaf\n");
  return scaled(call, 1, error);
}
XYLEM_LEAF_MODULE(talker, "Talker", XYLEM_MODE_NONE, XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC | XYLEM_LEAF_REPLACES, 0,
                  "returns its input", .create = make_instance, .call = run, .destroy = drop_instance)
