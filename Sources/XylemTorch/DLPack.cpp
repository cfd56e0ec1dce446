// Tensors from other libraries, and tensors for them.
#include "Values.h"

#include <ATen/ATen.h>
#include <ATen/DLConvertor.h>

#include <limits>
#include <memory>

namespace xylem {

namespace {

/// Its holder calls the deleter once.
struct Deleter {
  void operator()(DLManagedTensorVersioned *managed) const {
    if (managed->deleter) managed->deleter(managed);
  }
};
using Managed = std::unique_ptr<DLManagedTensorVersioned, Deleter>;

void refuse(const std::string &reason) { throw StatusError(XYLEM_INVALID_ARGUMENT, reason); }

/// Requirements that the runtime does not check.
void check(const DLTensor &t) {
  constexpr int most_dimensions = 64;
  if (t.ndim < 0 || t.ndim > most_dimensions) refuse("the tensor has " + std::to_string(t.ndim) + " dimensions");
  if (t.ndim > 0 && !t.shape) refuse("the tensor has no shape");
  if (t.dtype.lanes != 1) refuse("the tensor's elements have several lanes");
  if (t.dtype.bits == 0 || t.dtype.bits % 8 != 0) refuse("the tensor's elements are no whole bytes");
  int64_t count = t.dtype.bits / 8;
  int64_t last = count;
  bool is_empty = false;
  for (int i = 0; i < t.ndim; ++i) {
    if (t.shape[i] < 0) refuse("a dimension is negative");
    is_empty = is_empty || t.shape[i] == 0;
    if (t.shape[i] == 0) continue;
    int64_t span = 0;
    const int64_t step = t.strides ? t.strides[i] : 0;
    if (step < 0) refuse("a stride is negative");
    if (__builtin_mul_overflow(count, t.shape[i], &count) || __builtin_mul_overflow(t.shape[i] - 1, step, &span) ||
        __builtin_mul_overflow(span, int64_t{t.dtype.bits / 8}, &span) || __builtin_add_overflow(last, span, &last)) {
      refuse("the tensor is larger than memory");
    }
  }
  if (!t.data && !is_empty) refuse("the tensor has no data");
}

/// The same tensor with its offset added to its address; keeps the original alive.
Managed without_offset(Managed original) {
  if (original->dl_tensor.byte_offset == 0) return original;
  auto shifted = std::make_unique<DLManagedTensorVersioned>(*original);
  shifted->dl_tensor.data = static_cast<char *>(original->dl_tensor.data) + original->dl_tensor.byte_offset;
  shifted->dl_tensor.byte_offset = 0;
  shifted->manager_ctx = original.release();
  shifted->deleter = [](DLManagedTensorVersioned *own) {
    Deleter()(static_cast<DLManagedTensorVersioned *>(own->manager_ctx));
    delete own;
  };
  return Managed(shifted.release());
}

at::Tensor taken(Managed managed) {
  if (managed->version.major != 1) {
    refuse("the tensor is of DLPack " + std::to_string(managed->version.major) + ".x; this host reads 1.x");
  }
  check(managed->dl_tensor);
  managed = without_offset(std::move(managed));
  if (!managed->deleter) managed->deleter = [](DLManagedTensorVersioned *) {};
  constexpr uint64_t read_only = 1;
  const bool is_read_only = managed->flags & read_only;
  auto made = at::fromDLPackVersioned(managed.get());
  managed.release();
  // Nothing here prevents an operator from writing.
  return is_read_only ? made.clone() : made;
}

}  // namespace

static xylem_status tensor_to_dlpack(const xylem_value *value, DLManagedTensorVersioned **out, xylem_error *error) {
  return guarded(error, [&] { *out = at::toDLPackVersioned(tensor(value).detach()); });
}

static xylem_status tensor_from_dlpack(DLManagedTensorVersioned *managed, xylem_value *out, xylem_error *error) {
  return guarded(error, [&] {
    if (!managed) refuse("there is no tensor");
    *out = wrap(IValue(taken(Managed(managed))));
  });
}

static xylem_status tensor_view(const xylem_value *value, DLManagedTensorVersioned *out, xylem_error *error) {
  return guarded(error, [&] {
    const auto source = tensor(value);
    if (source.layout() != at::kStrided || source.is_quantized() || source.is_conj() || source.is_neg()) {
      refuse("the tensor's elements do not lie in memory as they are");
    }
    *out = DLManagedTensorVersioned{};
    out->version = {1, 0};
    auto &t = out->dl_tensor;
    t.data = source.data_ptr();
    t.device = at::torchDeviceToDLDevice(source.device());
    t.ndim = static_cast<int32_t>(source.dim());
    t.dtype = at::getDLDataType(source);
    // Nothing here writes them; DLPack can't express this.
    t.shape = const_cast<int64_t *>(source.sizes().data());
    t.strides = const_cast<int64_t *>(source.strides().data());
  });
}

void add_dlpack(xylem_tensor_runtime &table) {
  table.tensor_to_dlpack = tensor_to_dlpack;
  table.tensor_from_dlpack = tensor_from_dlpack;
  table.tensor_view = tensor_view;
}

}  // namespace xylem
