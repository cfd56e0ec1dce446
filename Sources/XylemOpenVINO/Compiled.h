// A graph that OpenVINO compiled.
#pragma once

#include <openvino/runtime/core.hpp>
#include <xylem_engine.h>

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace xylem {

/// An error with its own status.
class StatusError : public std::runtime_error {
 public:
  StatusError(xylem_status status, const std::string &message) : std::runtime_error(message), status(status) {}
  const xylem_status status;
};

/// Runs `body` and converts any exception to a status and an owned message.
template <typename Body>
xylem_status guarded(xylem_error *error, Body &&body) noexcept {
  const auto fill = [&](xylem_status status, const char *message) {
    if (error) {
      error->message = strdup(message);
      error->release = [](xylem_error *e) {
        std::free(e->message);
        e->message = nullptr;
      };
    }
    return status;
  };
  try {
    std::forward<Body>(body)();
    return XYLEM_OK;
  } catch (const StatusError &e) {
    return fill(e.status, e.what());
  } catch (const std::bad_alloc &) {
    return fill(XYLEM_OUT_OF_MEMORY, "out of memory");
  } catch (const std::exception &e) {
    return fill(XYLEM_FAILED, e.what());
  } catch (...) {
    return fill(XYLEM_FAILED, "an exception of unknown type");
  }
}

/// A compiled graph, with a request for each run that is under way.
class Compiled {
 public:
  Compiled(const xylem_engine_graph &graph, const xylem_engine_options &options);

  /// Several threads may call it at once.
  void run(const void *const *inputs, void *const *outputs);

 private:
  struct Port {
    ov::element::Type type;
    ov::Shape shape;
  };

  ov::InferRequest take();
  void give_back(ov::InferRequest request);

  ov::CompiledModel model_;
  std::vector<Port> inputs_, outputs_;
  std::mutex mutex_;
  std::vector<ov::InferRequest> idle_;
};

}  // namespace xylem
