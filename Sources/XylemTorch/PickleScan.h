// What a pickle holds, read without making any of it.
#pragma once

#include "Boundary.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace xylem {

/// The bytes of a storage's record; none where the archive has no such record.
using RecordSizes = std::function<std::optional<size_t>(const std::string &key)>;

/// Reads the pickle of an archive from its start to its end and throws a `StatusError` where loading it could read or take
/// memory that the file does not account for, or where what it makes could not be gone through by a recursive walk:
///
/// - an instruction that takes more values than there are, a string that is longer than the file, an index of the memo that
///   is larger than the file;
/// - a storage that claims more elements than its record has bytes, and a tensor that reaches beyond its storage;
/// - a container that holds itself, structures that nest too deeply, and shared ones that stand for more values than a file
///   of this size may.
///
/// The runtime's own reader checks none of that. Takes time and memory linear in the size of the pickle.
///
/// `name` is the record's, for errors.
void check_pickle(const std::string &name, const char *bytes, size_t count, const RecordSizes &storages);

}  // namespace xylem
