/* Frees its result a second time when it is given back: plugin.crashed. */
#include "xylem_sdk.h"

XYLEM_PLUGIN("org.xylem.misbehaving.frees-twice", "Frees twice", "1.0")

static void (*volatile give_back)(void *) = free;

static void free_twice(DLManagedTensorVersioned *tensor) {
  void *volatile memory = tensor;
  give_back(memory);
  give_back(memory);
}

static DLManagedTensorVersioned *one(void) {
  const size_t head = sizeof(DLManagedTensorVersioned) + sizeof(int64_t);
  char *memory = calloc(1, head + sizeof(float));
  if (!memory) return NULL;
  DLManagedTensorVersioned *tensor = (DLManagedTensorVersioned *)memory;
  tensor->version.major = 1;
  tensor->deleter = free_twice;
  tensor->dl_tensor.device.device_type = 1;
  tensor->dl_tensor.dtype = (DLDataType){2, 32, 1};
  tensor->dl_tensor.ndim = 1;
  tensor->dl_tensor.shape = (int64_t *)(tensor + 1);
  tensor->dl_tensor.shape[0] = 1;
  tensor->dl_tensor.data = memory + head;
  return tensor;
}
XYLEM_LEAF_FUNCTION(one, tensor, (void), XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC, "a tensor of one element")
