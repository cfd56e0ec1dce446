#include "Storages.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/class_type.h>
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <limits>
#include <mutex>
#include <unordered_set>
#include <vector>

namespace xylem {

namespace jit = torch::jit;

class AllocationSizes::Recorder : public c10::MemoryReportingInfoBase {
 public:
  void reportMemoryUsage(void *address, int64_t size, size_t total, size_t reserved, c10::Device device) override {
    if (outer_) outer_->reportMemoryUsage(address, size, total, reserved, device);
    std::lock_guard<std::mutex> lock(mutex_);
    if (size > 0) {
      sizes_[address] = static_cast<size_t>(size);
    } else {
      sizes_.erase(address);
    }
  }
  bool memoryProfilingEnabled() const override { return true; }

  /// The bytes at an address, or none if it was not allocated here.
  std::optional<size_t> size(const void *address) const {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = sizes_.find(address);
    return found == sizes_.end() ? std::nullopt : std::optional<size_t>(found->second);
  }

 private:
  MemoryReportingInfoBase *outer_ =
      dynamic_cast<MemoryReportingInfoBase *>(c10::ThreadLocalDebugInfo::get(c10::DebugInfoKind::PROFILER_STATE));
  mutable std::mutex mutex_;
  std::unordered_map<const void *, size_t> sizes_;
};

AllocationSizes::AllocationSizes()
    : recorder_(std::make_shared<Recorder>()), guard_(c10::DebugInfoKind::PROFILER_STATE, recorder_) {}

size_t reach(c10::IntArrayRef sizes, c10::IntArrayRef strides, int64_t offset, size_t item_size) {
  constexpr auto impossible = std::numeric_limits<size_t>::max();
  if (offset < 0) return impossible;
  auto last = static_cast<uint64_t>(offset);
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] < 0 || strides[i] < 0) return impossible;
    if (sizes[i] == 0) return 0;
    uint64_t span = 0;
    const auto steps = static_cast<uint64_t>(sizes[i] - 1);
    if (__builtin_mul_overflow(steps, static_cast<uint64_t>(strides[i]), &span) ||
        __builtin_add_overflow(last, span, &last)) {
      return impossible;
    }
  }
  size_t bytes = 0;
  return __builtin_add_overflow(last, uint64_t{1}, &last) || __builtin_mul_overflow(last, item_size, &bytes) ? impossible
                                                                                                             : bytes;
}

namespace {

size_t reach(const at::Tensor &t) {
  return xylem::reach(t.sizes(), t.strides(), t.storage_offset(), t.itemsize());
}

/// Visits every tensor in a model's objects and its code.
template <typename Visit>
class TensorWalk {
 public:
  explicit TensorWalk(Visit visit) : visit_(std::move(visit)) {}

  /// Without recursion: an archive's own code may nest its values arbitrarily deeply.
  void walk(const IValue &value) {
    pending_.push_back(value);
    while (!pending_.empty()) {
      const IValue next = std::move(pending_.back());
      pending_.pop_back();
      visit(next);
    }
  }

  void walk(const jit::Block *block) {
    for (const auto *node : block->nodes()) {
      if (node->kind() == torch::jit::prim::Constant) {
        if (const auto constant = jit::toIValue(node->output())) walk(*constant);
      }
      for (const auto *inner : node->blocks()) walk(inner);
    }
  }

 private:
  void visit(const IValue &value) {
    if (value.isTensor()) {
      if (value.toTensor().defined()) visit_(value.toTensor());
      return;
    }
    // Shared objects are walked once, so cycles end here.
    if (!value.isPtrType() || !seen_.insert(value.internalToPointer()).second) return;
    if (value.isList()) {
      for (const IValue &element : value.toListRef()) pending_.push_back(element);
    } else if (value.isTuple()) {
      for (const IValue &element : value.toTupleRef().elements()) pending_.push_back(element);
    } else if (value.isGenericDict()) {
      for (const auto &entry : value.toGenericDict()) {
        pending_.push_back(entry.key());
        pending_.push_back(entry.value());
      }
    } else if (value.isObject()) {
      const auto &holder = value.toObjectRef();
      for (const IValue &slot : holder.slots()) pending_.push_back(slot);
      const auto type = holder.type();
      for (size_t i = 0; i < type->numConstants(); ++i) pending_.push_back(type->getConstant(i));
    }
  }

  Visit visit_;
  std::vector<IValue> pending_;
  std::unordered_set<const void *> seen_;
};

}  // namespace

void AllocationSizes::check(const jit::Module &root) const {
  const auto check_tensor = [&](const at::Tensor &t) {
    if (!t.has_storage() || t.layout() != c10::kStrided) return;
    const auto &storage = t.storage();
    const auto claimed = storage.nbytes();
    const auto read = storage.data() ? recorder_->size(storage.data()).value_or(claimed) : 0;
    // Views of a storage that code creates are checked against its claimed size.
    if (claimed > read) {
      throw StatusError(XYLEM_ARCHIVE_TRUNCATED, "a storage claims " + std::to_string(claimed) +
                                                     " bytes and its record has " + std::to_string(read));
    }
    const auto there = claimed;
    if (reach(t) <= there) return;
    throw StatusError(XYLEM_ARCHIVE_TRUNCATED, "a tensor needs " + std::to_string(reach(t)) +
                                                   " bytes and its record has " + std::to_string(there));
  };
  TensorWalk<decltype(check_tensor)> walk(check_tensor);
  walk.walk(IValue(root._ivalue()));
  for (auto *function : root._ivalue()->compilation_unit()->get_functions()) {
    if (!function->isGraphFunction()) continue;
    walk.walk(static_cast<jit::GraphFunction *>(function)->graph()->block());
  }
}

}  // namespace xylem
