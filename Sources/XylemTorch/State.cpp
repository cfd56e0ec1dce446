#include "Values.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <atomic>

namespace xylem {

static int32_t grad_enabled() { return c10::GradMode::is_enabled(); }
static void set_grad_enabled(int32_t enabled) { c10::GradMode::set_enabled(enabled != 0); }
static int32_t threads() { return at::get_num_threads(); }

static xylem_status set_threads(int32_t count, xylem_error *error) {
  return guarded(error, [&] {
    if (count < 1) throw StatusError(XYLEM_INVALID_ARGUMENT, "there must be at least one thread");
    at::set_num_threads(count);
  });
}

static xylem_status seed(uint64_t value, xylem_error *error) {
  return guarded(error, [&] { at::manual_seed(value); });
}

static xylem_status random_state(xylem_value *out, xylem_error *error) {
  return guarded(error, [&] {
    auto generator = at::globalContext().defaultGenerator(c10::kCPU);
    std::lock_guard<std::mutex> lock(generator.mutex());
    *out = wrap(IValue(generator.get_state()));
  });
}

static xylem_status set_random_state(const xylem_value *state, xylem_error *error) {
  return guarded(error, [&] {
    auto generator = at::globalContext().defaultGenerator(c10::kCPU);
    std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_state(tensor(state));
  });
}

/// Counts the allocations and releases of the calling thread's tensors, and passes them on to the previous counter.
class MemoryCount : public c10::MemoryReportingInfoBase {
 public:
  void reportMemoryUsage(void *address, int64_t size, size_t total, size_t reserved, c10::Device device) override {
    if (outer_) outer_->reportMemoryUsage(address, size, total, reserved, device);
    const auto now = current_.fetch_add(size) + size;
    auto highest = highest_.load();
    while (now > highest && !highest_.compare_exchange_weak(highest, now)) {
    }
  }
  bool memoryProfilingEnabled() const override { return true; }
  int64_t highest() const { return highest_.load(); }

 private:
  MemoryReportingInfoBase *outer_ =
      dynamic_cast<MemoryReportingInfoBase *>(c10::ThreadLocalDebugInfo::get(c10::DebugInfoKind::PROFILER_STATE));
  std::atomic<int64_t> current_{0};
  std::atomic<int64_t> highest_{0};
};

struct MemoryToken {
  std::shared_ptr<MemoryCount> count = std::make_shared<MemoryCount>();
  c10::DebugInfoGuard guard{c10::DebugInfoKind::PROFILER_STATE, count};
};

static xylem_status memory_begin(void **token, xylem_error *error) {
  return guarded(error, [&] { *token = new MemoryToken; });
}

static int64_t memory_end(void *token) {
  auto *counted = static_cast<MemoryToken *>(token);
  const auto highest = counted->count->highest();
  delete counted;
  return highest;
}

void add_state(xylem_tensor_runtime &table) {
  table.grad_enabled = grad_enabled;
  table.set_grad_enabled = set_grad_enabled;
  table.threads = threads;
  table.set_threads = set_threads;
  table.seed = seed;
  table.random_state = random_state;
  table.set_random_state = set_random_state;
  table.memory_begin = memory_begin;
  table.memory_end = memory_end;
}

}  // namespace xylem
