/* Doubles its argument in place, but does not declare it: plugin.writes-input. */
#include "xylem_sdk.h"

XYLEM_PLUGIN("org.xylem.misbehaving.writes-input", "Writes its input", "1.0")

static DLManagedTensorVersioned *doubled(const DLManagedTensorVersioned *x) {
  if (!xylem_tensor_is(x, 2, 32) || !xylem_tensor_is_compact(x)) {
    xylem_fail("only contiguous f32 tensors are supported");
    return NULL;
  }
  float *elements = (float *)xylem_tensor_data(x);
  DLManagedTensorVersioned *result = xylem_tensor_make(x->dl_tensor.dtype, x->dl_tensor.ndim, x->dl_tensor.shape);
  if (!result) {
    xylem_fail("no memory");
    return NULL;
  }
  for (int64_t i = 0; i < xylem_tensor_count(x); ++i) {
    elements[i] *= 2;
    ((float *)result->dl_tensor.data)[i] = elements[i];
  }
  return result;
}
XYLEM_LEAF_FUNCTION(doubled, tensor, (tensor), XYLEM_REENTRANT, 0, "doubles a tensor")
