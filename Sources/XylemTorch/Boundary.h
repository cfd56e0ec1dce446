// The boundary of every function of the table: exceptions end here.
#pragma once

// DLPack's own declarations, if the runtime has them, come before their replacements.
#include <ATen/dlpack.h>
#include <CXylem.h>

#include <c10/util/Exception.h>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

namespace xylem {

/// An error with its own status.
class StatusError : public std::runtime_error {
 public:
  StatusError(xylem_status status, const std::string &message) : std::runtime_error(message), status(status) {}
  const xylem_status status;
};

inline xylem_status fill(xylem_error *error, xylem_status status, const std::string &message) {
  if (error) {
    error->message = static_cast<char *>(std::malloc(message.size() + 1));
    if (error->message) std::memcpy(error->message, message.c_str(), message.size() + 1);
    error->release = [](xylem_error *e) {
      std::free(e->message);
      e->message = nullptr;
    };
  }
  return status;
}

/// Runs `body` and converts any exception to a status and an owned message.
template <typename Body>
xylem_status guarded(xylem_error *error, Body &&body) noexcept {
  try {
    std::forward<Body>(body)();
    return XYLEM_OK;
  } catch (const StatusError &e) {
    return fill(error, e.status, e.what());
  } catch (const c10::NotImplementedError &e) {
    return fill(error, XYLEM_MISSING_KERNEL, e.what_without_backtrace());
  } catch (const c10::OutOfMemoryError &e) {
    return fill(error, XYLEM_OUT_OF_MEMORY, e.what_without_backtrace());
  } catch (const c10::Error &e) {
    return fill(error, XYLEM_FAILED, e.what_without_backtrace());
  } catch (const std::bad_alloc &) {
    return fill(error, XYLEM_OUT_OF_MEMORY, "out of memory");
  } catch (const std::exception &e) {
    return fill(error, XYLEM_FAILED, e.what());
  } catch (...) {
    return fill(error, XYLEM_FAILED, "an exception of unknown type");
  }
}

inline std::string string(xylem_text text) { return std::string(text.bytes ? text.bytes : "", text.count); }
inline xylem_text text(const std::string &s) { return {s.data(), s.size()}; }

}  // namespace xylem
