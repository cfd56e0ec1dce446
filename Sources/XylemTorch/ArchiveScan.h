// Checks whether an archive's records may be passed to the runtime's importer.
#pragma once

#include "Input.h"

namespace xylem {

/// Reads every record that loading an archive reads, and throws a `StatusError` if one can't be trusted: see
/// `check_pickle` for its pickles and `check_code` for its code. Its table of source lines is read to the end, since
/// the runtime first reads it while it formats an error, where another error ends the process.
void check_archive(caffe2::serialize::PyTorchStreamReader &reader, const Input &file);

/// Throws a `StatusError` if code is nested more deeply than Python's own compiler allows, or has longer chains of
/// operators: the runtime's parser recurses for each level.
void check_code(const std::string &name, const char *bytes, size_t count);

}  // namespace xylem
