/*
 * The layout of DLPack 1.x tensors (https://dmlc.github.io/dlpack), as far as this boundary uses it. Guarded, so that a
 * file may include DLPack's own header first.
 */
#ifndef XYLEM_DLPACK_H
#define XYLEM_DLPACK_H

#include <stdint.h>

#if !defined(DLPACK_DLPACK_H_)

#ifdef __cplusplus
extern "C" {
#endif

typedef struct DLPackVersion {
  uint32_t major; /* a reader calls the deleter and nothing else where this is not 1 */
  uint32_t minor;
} DLPackVersion;

typedef struct DLDevice {
  int32_t device_type; /* 1 CPU, 2 CUDA, ... */
  int32_t device_id;
} DLDevice;

typedef struct DLDataType {
  uint8_t code; /* 0 int, 1 uint, 2 float, 4 bfloat, 5 complex, 6 bool, ... */
  uint8_t bits;
  uint16_t lanes;
} DLDataType;

typedef struct DLTensor {
  void *data;
  DLDevice device;
  int32_t ndim;
  DLDataType dtype;
  int64_t *shape;
  int64_t *strides; /* in elements; null means compact and row-major */
  uint64_t byte_offset;
} DLTensor;

typedef struct DLManagedTensorVersioned {
  DLPackVersion version;
  void *manager_ctx;
  void (*deleter)(struct DLManagedTensorVersioned *self); /* called once; may be null */
  uint64_t flags;                                         /* bit 0: read only; bit 1: copied */
  DLTensor dl_tensor;
} DLManagedTensorVersioned;

#ifdef __cplusplus
}
#endif

#endif
#endif
