/* A module that clears its argument in place, but does not declare it: plugin.writes-input. */
#include "../module.h"

XYLEM_PLUGIN("org.xylem.misbehaving.writes-module-input", "Writes a module's input", "1.0")

static xylem_status run(xylem_leaf_instance *instance, xylem_leaf_call *call, xylem_error *error) {
  (void)instance;
  const xylem_status status = scaled(call, 1, error);
  if (status != XYLEM_OK) return status;
  float *elements = (float *)xylem_tensor_data(call->arguments[0].as.tensor);
  for (int64_t i = 0; i < xylem_tensor_count(call->arguments[0].as.tensor); ++i) elements[i] = 0;
  return XYLEM_OK;
}
XYLEM_LEAF_MODULE(eraser, "Eraser", XYLEM_MODE_NONE, XYLEM_REENTRANT, XYLEM_LEAF_REPLACES, 0, "returns its input, and clears it",
                  .create = make_instance, .call = run, .destroy = drop_instance)
