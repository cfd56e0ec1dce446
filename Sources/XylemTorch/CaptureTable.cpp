// The table of captures.
#include "Capture.h"

#include <c10/core/impl/LocalDispatchKeySet.h>

namespace xylem {

static Capture *capture(xylem_capture *handle) { return reinterpret_cast<Capture *>(handle); }
static const Capture *capture(const xylem_capture *handle) { return reinterpret_cast<const Capture *>(handle); }

static void include(bool is_recording) {
  c10::impl::tls_set_dispatch_key_included(c10::DispatchKey::TESTING_ONLY_GenericMode, is_recording);
}

static xylem_status begin(const xylem_value *inputs, size_t count, const xylem_text *expanded, size_t expanded_count,
                          xylem_capture **out, xylem_error *error) {
  return guarded(error, [&] {
    if (Capture::current()) throw StatusError(XYLEM_INVALID_ARGUMENT, "this thread records operators already");
    std::unordered_set<std::string> names;
    for (size_t i = 0; i < expanded_count; ++i) names.insert(string(expanded[i]));
    auto fresh = std::make_unique<Capture>(std::move(names));
    for (size_t i = 0; i < count; ++i) fresh->add_inputs(unwrap(inputs[i]));
    Capture::current() = fresh.get();
    include(true);
    *out = reinterpret_cast<xylem_capture *>(fresh.release());
  });
}

static void section(xylem_capture *handle, uint32_t number) { capture(handle)->section = number; }

static xylem_status note(xylem_capture *handle, const xylem_value *value, xylem_error *error) {
  return guarded(error, [&] { capture(handle)->note(unwrap(*value)); });
}

static void read() {
  if (Capture::current()) Capture::current()->note_read();
}

static void pause(int32_t is_paused) {
  if (Capture::current()) include(!is_paused);
}

static uint32_t flags(const xylem_capture *handle) { return capture(handle)->flags(); }

static void end(xylem_capture *handle) {
  if (Capture::current() != capture(handle)) return;
  include(false);
  Capture::current() = nullptr;
}

static void release(xylem_capture *handle) {
  end(handle);
  delete capture(handle);
}

static xylem_status content(xylem_capture *handle, xylem_captured *out, xylem_error *error) {
  return guarded(error, [&] { *out = capture(handle)->content(); });
}

static uint32_t number(const xylem_capture *handle, const xylem_value *value) {
  if (value->tag != XYLEM_TENSOR) return XYLEM_CAPTURE_OUTSIDE;
  const auto held = unwrap(*value);
  return held.toTensor().defined() ? capture(handle)->number(held.toTensor()) : XYLEM_CAPTURE_OUTSIDE;
}

static xylem_status watch(xylem_capture *handle, const xylem_value *owner, xylem_text name, xylem_error *error) {
  return guarded(error, [&] { capture(handle)->watch(object(owner), string(name)); });
}

static int32_t is_current(const xylem_capture *handle) { return capture(handle)->is_current(); }

static xylem_status replay(const xylem_capture *handle, const uint32_t *nodes, size_t node_count, const uint32_t *inputs,
                           const xylem_value *values, size_t input_count, const uint32_t *outputs, size_t output_count,
                           int32_t as_double, xylem_value *out, xylem_error *error) {
  return guarded(error, [&] {
    std::vector<at::Tensor> tensors;
    for (size_t i = 0; i < input_count; ++i) tensors.push_back(tensor(values + i));
    const auto results = capture(handle)->replay({nodes, nodes + node_count}, {inputs, inputs + input_count}, tensors,
                                                 {outputs, outputs + output_count}, as_double != 0);
    for (size_t i = 0; i < results.size(); ++i) out[i] = wrap(results[i]);
  });
}

const xylem_capture_table &capture_table() {
  static const xylem_capture_table table = {
      sizeof(xylem_capture_table), 0, begin, section, note, read, pause, flags, end, release, content, number, watch, is_current,
      replay,
  };
  return table;
}

}  // namespace xylem
