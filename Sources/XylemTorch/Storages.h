// Whether an archive's tensors lie within what was read for them.
#pragma once

#include "Values.h"

#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>
#include <torch/csrc/jit/api/module.h>

#include <unordered_map>

namespace xylem {

/// The bytes from a storage's start to the end of a tensor's last element; the largest number where that is none.
size_t reach(c10::IntArrayRef sizes, c10::IntArrayRef strides, int64_t offset, size_t item_size);

/// Notes how many bytes each allocation of the calling thread has, for as long as it lives.
///
/// The importer takes a storage's size from the pickle and its bytes from a record, and compares the two nowhere.
class AllocationSizes {
 public:
  AllocationSizes();

  /// Throws a `StatusError` where a tensor of the model, or of its code's constants, reaches beyond its record.
  void check(const torch::jit::Module &root) const;

 private:
  class Recorder;
  std::shared_ptr<Recorder> recorder_;
  c10::DebugInfoGuard guard_;
};

}  // namespace xylem
