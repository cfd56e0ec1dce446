// The contents of a pickle, read without creating any of it.
#pragma once

#include "Boundary.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace xylem {

/// The bytes of a storage's record; none if the archive has no such record.
using RecordSizes = std::function<std::optional<size_t>(const std::string &key)>;

/// Reads the pickle of an archive from start to end, and throws a `StatusError` if loading it could read or allocate
/// memory that the file does not account for, or if its values could not be walked recursively:
///
/// - an instruction that takes more values than there are, a string longer than the file, a memo index larger than the
///   file;
/// - a storage that claims more elements than its record has bytes, and a tensor that exceeds its storage;
/// - a container that contains itself, structures that are nested too deeply, and shared ones that represent more
///   values than a file of this size may.
///
/// The runtime's own reader checks none of this. Takes time and memory linear in the size of the pickle.
///
/// `name` is the record's name, for errors.
void check_pickle(const std::string &name, const char *bytes, size_t count, const RecordSizes &storages);

}  // namespace xylem
