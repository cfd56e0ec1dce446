/*
 * timm's Conv2dSame as a leaf module: a convolution whose padding is computed from the size of the input image, as TensorFlow
 * does ("SAME"), which a trace through the model's own code cannot follow.
 */
#include <xylem_sdk.h>

#include "Convolution.h"

XYLEM_PLUGIN("org.xylem.same-padding", "Same padding", "1.0")

/* The arguments of `create`. The tensors are the model's own. */
typedef struct SameConvolution {
  const DLManagedTensorVersioned *weight, *bias; /* bias may be null */
  int64_t stride[2], dilation[2], groups;
} SameConvolution;

static SameConvolution *of(xylem_leaf_instance *instance) { return (SameConvolution *)(void *)instance; }

/* Strides and dilations beyond this would only overflow. */
#define LARGEST 65536

/* ---- creation ---- */

/* Reads one or two positive integers. */
static xylem_status read_pair(const char *attributes, const char *name, int64_t *out, xylem_error *error) {
  const int count = xylem_attribute_integers(attributes, name, out, 2);
  if (count == 1) out[1] = out[0];
  if (count < 1 || count > 2) {
    return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "the attribute %s is not one or two integers", name);
  }
  if (out[0] < 1 || out[1] < 1 || out[0] > LARGEST || out[1] > LARGEST) {
    return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "the attribute %s is not from 1 to %d", name, LARGEST);
  }
  return XYLEM_OK;
}

/* Rejects anything but float32 and float64 tensors on the CPU, and any type but that of `like`, if not null. */
static xylem_status check_tensor(const char *name, const DLManagedTensorVersioned *tensor, const DLManagedTensorVersioned *like,
                                 xylem_error *error) {
  if (!tensor || tensor->version.major != 1) {
    return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "%s is not a DLPack 1 tensor", name);
  }
  if (tensor->dl_tensor.device.device_type != 1) {
    return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "%s is on device type %d, not on the CPU", name,
                           (int)tensor->dl_tensor.device.device_type);
  }
  if (!xylem_tensor_is(tensor, 2, 32) && !xylem_tensor_is(tensor, 2, 64)) {
    return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "%s is neither float32 nor float64", name);
  }
  if (like && tensor->dl_tensor.dtype.bits != like->dl_tensor.dtype.bits) {
    return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "%s is float%d, but the weight is float%d", name,
                           (int)tensor->dl_tensor.dtype.bits, (int)like->dl_tensor.dtype.bits);
  }
  return XYLEM_OK;
}

/* Rejects tensors and attributes that don't match. */
static xylem_status check_parts(const SameConvolution *self, const char *attributes, xylem_error *error) {
  if (!self->weight) return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "the module has no tensor named weight");
  const DLTensor *weight = &self->weight->dl_tensor;
  xylem_status status = check_tensor("the weight", self->weight, NULL, error);
  if (status != XYLEM_OK) return status;
  if (weight->ndim != 4 || xylem_tensor_count(self->weight) == 0) {
    return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "the weight has %d dimensions, not 4, or no elements", (int)weight->ndim);
  }
  if (weight->shape[2] > LARGEST || weight->shape[3] > LARGEST) {
    return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "the kernel is larger than %d", LARGEST);
  }
  if (weight->shape[0] % self->groups != 0) {
    return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "%lld output channels can't be divided into %lld groups",
                           (long long)weight->shape[0], (long long)self->groups);
  }
  int64_t kernel[2];
  if (xylem_attribute_find(attributes, "kernel_size")) {
    status = read_pair(attributes, "kernel_size", kernel, error);
    if (status != XYLEM_OK) return status;
    if (kernel[0] != weight->shape[2] || kernel[1] != weight->shape[3]) {
      return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "kernel_size is %lldx%lld, but the weight is %lldx%lld",
                             (long long)kernel[0], (long long)kernel[1], (long long)weight->shape[2], (long long)weight->shape[3]);
    }
  }
  if (!self->bias) return XYLEM_OK;
  status = check_tensor("the bias", self->bias, self->weight, error);
  if (status != XYLEM_OK) return status;
  if (self->bias->dl_tensor.ndim != 1 || self->bias->dl_tensor.shape[0] != weight->shape[0]) {
    return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "the bias is not one number for each of %lld output channels",
                           (long long)weight->shape[0]);
  }
  return XYLEM_OK;
}

static xylem_status create(const char *attributes, const char *const *names, DLManagedTensorVersioned *const *tensors,
                           size_t count, xylem_leaf_instance **out, xylem_error *error) {
  SameConvolution self = {.groups = 0};
  for (size_t i = 0; i < count; ++i) {
    if (strcmp(names[i], "weight") == 0) self.weight = tensors[i];
    if (strcmp(names[i], "bias") == 0) self.bias = tensors[i];
  }
  xylem_status status = read_pair(attributes, "stride", self.stride, error);
  if (status == XYLEM_OK) status = read_pair(attributes, "dilation", self.dilation, error);
  if (status != XYLEM_OK) return status;
  if (xylem_attribute_integers(attributes, "groups", &self.groups, 1) != 1 || self.groups < 1) {
    return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "the attribute groups is not a positive integer");
  }
  status = check_parts(&self, attributes, error);
  if (status != XYLEM_OK) return status;
  SameConvolution *made = malloc(sizeof *made);
  if (!made) return xylem_error_set(error, XYLEM_OUT_OF_MEMORY, "there is not enough memory");
  *made = self;
  *out = (xylem_leaf_instance *)(void *)made;
  return XYLEM_OK;
}

static void destroy(xylem_leaf_instance *instance) { free(of(instance)); }

static size_t parameters(const xylem_leaf_instance *instance, const char **names, size_t capacity) {
  static const char *const all[] = {"weight", "bias"};
  const size_t count = ((const SameConvolution *)(const void *)instance)->bias ? 2 : 1;
  for (size_t i = 0; i < count && i < capacity; ++i) names[i] = all[i];
  return count;
}

/* ---- calls ---- */

/* A tensor's contiguous elements: its own, or a copy in `owned`, which the caller frees; null if no memory is left. */
static const void *compact(const DLManagedTensorVersioned *tensor, void **owned) {
  const char *from = xylem_tensor_data(tensor);
  if (xylem_tensor_is_compact(tensor)) return from ? from : "";
  const DLTensor *t = &tensor->dl_tensor;
  const size_t width = t->dtype.bits / 8;
  const int64_t count = xylem_tensor_count(tensor);
  char *to = *owned = malloc((size_t)count * width + 1);
  for (int64_t i = 0; to && i < count; ++i) {
    int64_t rest = i, offset = 0;
    for (int32_t d = t->ndim - 1; d >= 0; --d) {
      offset += rest % t->shape[d] * xylem_tensor_stride(tensor, d);
      rest /= t->shape[d];
    }
    memcpy(to + (size_t)i * width, from + offset * (int64_t)width, width);
  }
  return to;
}

/* The padding makes the result as large as the image divided by the stride, rounded up; an odd pixel is added at the end. */
static xylem_status measure(const SameConvolution *self, const DLManagedTensorVersioned *input, Geometry *out,
                            xylem_error *error) {
  const DLTensor *image = &input->dl_tensor, *weight = &self->weight->dl_tensor;
  if (image->ndim != 3 && image->ndim != 4) {
    return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "the input has %d dimensions, not [N, C, H, W] or [C, H, W]",
                           (int)image->ndim);
  }
  const int64_t *sizes = image->shape + (image->ndim - 3);
  if (sizes[0] != weight->shape[1] * self->groups) {
    return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "the input has %lld channels, but the weight has %lld in %lld groups",
                           (long long)sizes[0], (long long)weight->shape[1], (long long)self->groups);
  }
  *out = (Geometry){.images = image->ndim == 4 ? image->shape[0] : 1,
                    .channels = sizes[0],
                    .outputs = weight->shape[0],
                    .groups = self->groups};
  for (int d = 0; d < 2; ++d) {
    const int64_t size = sizes[1 + d], stride = self->stride[d];
    if (size < 1) return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "the input's images have no pixels");
    const int64_t result = (size + stride - 1) / stride;
    const int64_t padding = (result - 1) * stride + (weight->shape[2 + d] - 1) * self->dilation[d] + 1 - size;
    out->input[d] = size;
    out->output[d] = result;
    out->kernel[d] = weight->shape[2 + d];
    out->stride[d] = stride;
    out->dilation[d] = self->dilation[d];
    out->before[d] = padding > 0 ? padding / 2 : 0;
  }
  return XYLEM_OK;
}

/* The one argument of forward, and the sizes that follow from it. */
static xylem_status read_input(const SameConvolution *self, const xylem_argument *arguments, size_t count,
                               const DLManagedTensorVersioned **input, Geometry *geometry, xylem_error *error) {
  if (count != 1 || arguments[0].kind != XYLEM_ARGUMENT_TENSOR) {
    return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "takes one tensor, but %zu arguments were passed", count);
  }
  *input = arguments[0].as.tensor;
  const xylem_status status = check_tensor("the input", *input, self->weight, error);
  return status == XYLEM_OK ? measure(self, *input, geometry, error) : status;
}

static xylem_status call(xylem_leaf_instance *instance, xylem_leaf_call *call, xylem_error *error) {
  const SameConvolution *self = of(instance);
  const DLManagedTensorVersioned *input;
  Geometry geometry;
  const xylem_status status = read_input(self, call->arguments, call->argument_count, &input, &geometry, error);
  if (status != XYLEM_OK) return status;
  if (call->result_capacity < 1) return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "there is no space for the result");
  const int64_t shape[4] = {geometry.images, geometry.outputs, geometry.output[0], geometry.output[1]};
  const int32_t dimensions = input->dl_tensor.ndim;
  DLManagedTensorVersioned *result = xylem_tensor_make(input->dl_tensor.dtype, dimensions, shape + (4 - dimensions));
  void *copies[3] = {NULL, NULL, NULL};
  const void *image = compact(input, &copies[0]), *weight = compact(self->weight, &copies[1]);
  const void *bias = self->bias ? compact(self->bias, &copies[2]) : NULL;
  bool is_done = result && image && weight && (bias || !self->bias);
  if (is_done) {
    void *out = xylem_tensor_data(result);
    is_done = input->dl_tensor.dtype.bits == 32 ? convolve_float(&geometry, image, weight, bias, out)
                                                : convolve_double(&geometry, image, weight, bias, out);
  }
  for (int i = 0; i < 3; ++i) free(copies[i]);
  if (!is_done) {
    if (result) result->deleter(result);
    return xylem_error_set(error, XYLEM_OUT_OF_MEMORY, "there is not enough memory");
  }
  call->results[0] = (xylem_argument){.kind = XYLEM_ARGUMENT_TENSOR, .as.tensor = result};
  call->result_count = 1;
  return XYLEM_OK;
}

/* ---- gradients ---- */

/* A tensor of zeros with another tensor's shape and type; null if no memory is left. */
static DLManagedTensorVersioned *zeros_like(const DLManagedTensorVersioned *other) {
  DLManagedTensorVersioned *made = xylem_tensor_make(other->dl_tensor.dtype, other->dl_tensor.ndim, other->dl_tensor.shape);
  if (made) memset(xylem_tensor_data(made), 0, (size_t)xylem_tensor_count(made) * (made->dl_tensor.dtype.bits / 8));
  return made;
}

static void *data_of(DLManagedTensorVersioned *tensor) { return tensor ? xylem_tensor_data(tensor) : NULL; }

/* Fills in gradients, each of which may be null. Returns false if no memory is left. */
static bool run_back(const SameConvolution *self, const Geometry *geometry, const DLManagedTensorVersioned *input,
                     const DLManagedTensorVersioned *gradient, DLManagedTensorVersioned *const *made) {
  void *copies[3] = {NULL, NULL, NULL};
  const void *image = compact(input, &copies[0]), *weight = compact(self->weight, &copies[1]);
  const void *from = compact(gradient, &copies[2]);
  bool is_done = image && weight && from;
  if (is_done) {
    void *of_input = data_of(made[0]), *of_weight = data_of(made[1]), *of_bias = data_of(made[2]);
    is_done = input->dl_tensor.dtype.bits == 32
                  ? convolve_back_float(geometry, image, weight, from, of_input, of_weight, of_bias)
                  : convolve_back_double(geometry, image, weight, from, of_input, of_weight, of_bias);
  }
  for (int i = 0; i < 3; ++i) free(copies[i]);
  return is_done;
}

static xylem_status backward(xylem_leaf_instance *instance, xylem_leaf_backward *backward, xylem_error *error) {
  const SameConvolution *self = of(instance);
  const DLManagedTensorVersioned *input;
  Geometry geometry;
  xylem_status status = read_input(self, backward->arguments, backward->argument_count, &input, &geometry, error);
  if (status != XYLEM_OK) return status;
  const DLManagedTensorVersioned *gradient = backward->result_count == 1 ? backward->result_gradients[0] : NULL;
  if (!gradient) return XYLEM_OK;
  status = check_tensor("the gradient", gradient, self->weight, error);
  if (status != XYLEM_OK) return status;
  if (xylem_tensor_count(gradient) != geometry.images * geometry.outputs * geometry.output[0] * geometry.output[1]) {
    return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "the sizes of the gradient and the result differ");
  }
  const bool needs[3] = {backward->needs_argument_gradient[0] != 0,
                         backward->parameter_count > 0 && backward->needs_parameter_gradient[0] != 0,
                         backward->parameter_count > 1 && self->bias && backward->needs_parameter_gradient[1] != 0};
  const DLManagedTensorVersioned *const like[3] = {input, self->weight, self->bias};
  DLManagedTensorVersioned *made[3] = {NULL, NULL, NULL};
  bool is_done = true;
  for (int i = 0; i < 3; ++i) {
    if (needs[i]) made[i] = zeros_like(like[i]);
    is_done = is_done && (!needs[i] || made[i]);
  }
  if (!is_done || !run_back(self, &geometry, input, gradient, made)) {
    for (int i = 0; i < 3; ++i) {
      if (made[i]) made[i]->deleter(made[i]);
    }
    return xylem_error_set(error, XYLEM_OUT_OF_MEMORY, "there is not enough memory");
  }
  if (needs[0]) backward->argument_gradients[0] = made[0];
  for (int i = 1; i < 3; ++i) {
    if (needs[i]) backward->parameter_gradients[i - 1] = made[i];
  }
  return XYLEM_OK;
}

XYLEM_LEAF_MODULE(conv2d_same, "Conv2dSame", XYLEM_MODE_NONE, XYLEM_REENTRANT, XYLEM_LEAF_REPLACES | XYLEM_LEAF_DETERMINISTIC, 0,
                  "convolves with the padding that keeps an image's size, divided by the stride", .create = create, .call = call,
                  .parameters = parameters, .backward = backward, .destroy = destroy)
