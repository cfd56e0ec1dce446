/* The base of the leaf modules in this folder: one f32 tensor in, one out. */
#ifndef XYLEM_MISBEHAVING_MODULE_H
#define XYLEM_MISBEHAVING_MODULE_H

#include "xylem_sdk.h"

struct xylem_leaf_instance {
  uint64_t calls;
};

static inline xylem_status make_instance(const char *attributes, const char *const *names,
                                         DLManagedTensorVersioned *const *tensors, size_t count,
                                         xylem_leaf_instance **out, xylem_error *error) {
  (void)attributes, (void)names, (void)tensors, (void)count;
  *out = (xylem_leaf_instance *)calloc(1, sizeof(xylem_leaf_instance));
  return *out ? XYLEM_OK : xylem_error_set(error, XYLEM_OUT_OF_MEMORY, "no memory");
}

static inline void drop_instance(xylem_leaf_instance *instance) { free(instance); }

/* The call's only result: a compact tensor of its only argument's shape, each element times `factor`. */
static inline xylem_status scaled(xylem_leaf_call *call, float factor, xylem_error *error) {
  if (call->argument_count != 1 || call->arguments[0].kind != XYLEM_ARGUMENT_TENSOR) {
    return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "takes one tensor");
  }
  const DLManagedTensorVersioned *x = call->arguments[0].as.tensor;
  if (!xylem_tensor_is(x, 2, 32) || !xylem_tensor_is_compact(x)) {
    return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "only contiguous f32 tensors are supported");
  }
  DLManagedTensorVersioned *result = xylem_tensor_make(x->dl_tensor.dtype, x->dl_tensor.ndim, x->dl_tensor.shape);
  if (!result) return xylem_error_set(error, XYLEM_OUT_OF_MEMORY, "no memory");
  const float *from = (const float *)xylem_tensor_data(x);
  float *to = (float *)result->dl_tensor.data;
  for (int64_t i = 0; i < xylem_tensor_count(x); ++i) to[i] = from[i] * factor;
  call->results[0].kind = XYLEM_ARGUMENT_TENSOR;
  call->results[0].as.tensor = result;
  call->result_count = 1;
  return XYLEM_OK;
}

#endif
