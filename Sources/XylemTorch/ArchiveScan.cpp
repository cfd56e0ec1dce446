#include "ArchiveScan.h"

#include "PickleScan.h"

#include <torch/csrc/jit/serialization/pickle.h>
#include <torch/csrc/jit/serialization/source_range_serialization.h>

#include <algorithm>

namespace xylem {

namespace {

using caffe2::serialize::PyTorchStreamReader;
using c10::IValue;

/// Deflate compresses at most 1032 bytes into one, so a record that claims more than its whole file can hold is
/// invalid.
constexpr size_t most_expansion = 1032;

bool has_ending(const std::string &name, const std::string &ending) {
  return name.size() >= ending.size() && name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
}

[[noreturn]] void damaged(const std::string &name, const std::string &what) {
  throw StatusError(XYLEM_ARCHIVE_TRUNCATED, "the record '" + name + "' is damaged: " + what);
}

/// Maps code to the author's own source: a table of strings, and for positions in the code a range of a source.
class SourceTable {
 public:
  SourceTable(const std::string &name, const IValue &value) : name_(name) {
    const auto &parts = tuple(value, 1);
    if (parts[0].isString() && parts[0].toStringRef() == torch::jit::kFormatWithStringTable) {
      for (const auto &entry : tuple(tuple(value, 3)[1], 0)) {
        if (!entry.isString()) fail();
        ++strings_;
      }
      has_strings_ = true;
      check(parts[2]);
    } else {
      check(value);
    }
  }

 private:
  void fail() const { damaged(name_, "it is not a table of source lines"); }

  const c10::ivalue::TupleElements &tuple(const IValue &value, size_t count) const {
    if (!value.isTuple() || value.toTupleRef().elements().size() < count) fail();
    return value.toTupleRef().elements();
  }
  int64_t integer(const IValue &value) const {
    if (!value.isInt() || value.toInt() < 0) fail();
    return value.toInt();
  }
  void check_index(int64_t index) const {
    if (index < 0 || static_cast<size_t>(index) >= strings_) fail();
  }

  void check(const IValue &entries) const {
    int64_t last = 0;
    for (const auto &entry : tuple(entries, 0)) {
      const auto &parts = tuple(entry, 2);
      const auto place = integer(parts[0]);
      if (place < last) fail();
      last = place;
      check_range(tuple(parts[1], 3));
    }
  }

  void check_range(const c10::ivalue::TupleElements &range) const {
    check_source(tuple(range[0], 3));
    // Ranges of generated code exceed their empty source, which the runtime handles.
    if (integer(range[1]) > integer(range[2])) fail();
  }

  void check_source(const c10::ivalue::TupleElements &parts) const {
    integer(parts[2]);
    if (!has_strings_) {
      if (!parts[0].isString() || !(parts[1].isNone() || parts[1].isString())) fail();
      return;
    }
    if (!parts[0].isIntList()) fail();
    for (const auto piece : parts[0].toIntVector()) check_index(piece);
    check_index(integer(parts[1]));
  }

  const std::string &name_;
  size_t strings_ = 0;
  bool has_strings_ = false;
};

void check_sources(const std::string &name, const char *bytes, size_t count) {
  check_pickle(name, bytes, count, [](const std::string &) { return std::nullopt; });
  try {
    SourceTable(name, torch::jit::unpickle(bytes, count));
  } catch (const c10::Error &e) {
    damaged(name, e.what_without_backtrace());
  }
}

/// The maximum length between commas within one pair of brackets: longer code could be nested too deeply.
class Nesting {
 public:
  explicit Nesting(const std::string &name) : name_(name) {}

  void open() {
    levels_.push_back(levels_.empty() ? 1 : levels_.back() + 1);
    if (levels_.size() > deepest_brackets) damaged(name_, "its code nests too deeply");
  }
  void close() {
    if (levels_.size() > 1) levels_.pop_back();
  }
  void token() {
    if (++levels_.back() > longest_chain) damaged(name_, "an expression in its code is too long");
  }
  void comma() { levels_.back() = levels_.size() > 1 ? levels_[levels_.size() - 2] : 0; }
  /// The end of a line, or of a statement if no bracket is open.
  void line() {
    if (levels_.size() == 1) levels_.back() = 0;
  }
  void indent(size_t columns) {
    if (columns > deepest_columns) damaged(name_, "its code nests too deeply");
  }

 private:
  /// Python's own compiler allows 200 brackets and 100 blocks; archives indent by two columns.
  static constexpr size_t deepest_brackets = 200;
  static constexpr size_t deepest_columns = 200;
  static constexpr uint32_t longest_chain = 1000;

  const std::string &name_;
  std::vector<uint32_t> levels_ = {0};
};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80); }

/// The position after a string that begins at `at`.
size_t after_string(const char *bytes, size_t count, size_t at) {
  const char quote = bytes[at];
  const bool is_long = at + 2 < count && bytes[at + 1] == quote && bytes[at + 2] == quote;
  for (size_t i = at + (is_long ? 3 : 1); i < count; ++i) {
    if (bytes[i] == '\\') {
      ++i;
    } else if (bytes[i] == quote) {
      if (!is_long) return i + 1;
      if (i + 2 < count && bytes[i + 1] == quote && bytes[i + 2] == quote) return i + 3;
    } else if (bytes[i] == '\n' && !is_long) {
      return i;
    }
  }
  return count;
}

}  // namespace

void check_code(const std::string &name, const char *bytes, size_t count) {
  Nesting nesting(name);
  size_t line = 0;
  for (size_t i = 0; i < count;) {
    const char c = bytes[i];
    if (c == '\n') {
      nesting.line();
      line = ++i;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      const bool is_indent = i == line;
      while (i < count && (bytes[i] == ' ' || bytes[i] == '\t' || bytes[i] == '\r')) ++i;
      if (is_indent) nesting.indent(i - line);
    } else if (c == '#') {
      while (i < count && bytes[i] != '\n') ++i;
    } else if (c == '"' || c == '\'') {
      nesting.token();
      i = after_string(bytes, count, i);
    } else if (c == '(' || c == '[' || c == '{') {
      nesting.open();
      ++i;
    } else if (c == ')' || c == ']' || c == '}') {
      nesting.close();
      ++i;
    } else if (c == ',') {
      nesting.comma();
      ++i;
    } else if (is_word(c)) {
      nesting.token();
      while (i < count && is_word(bytes[i])) ++i;
    } else {
      nesting.token();
      ++i;
    }
  }
}

void check_archive(PyTorchStreamReader &reader, const Input &file) {
  for (const auto &name : reader.getAllRecords()) {
    size_t size = 0;
    try {
      size = reader.getRecordSize(name);
    } catch (const c10::Error &e) {
      damaged(name, e.what_without_backtrace());
    }
    if (size / most_expansion > file->size()) damaged(name, "it claims more bytes than the file has");
    const bool is_pickle = name == "data.pkl" || name == "constants.pkl";
    const bool is_sources = has_ending(name, ".debug_pkl");
    const bool is_code = name.rfind("code/", 0) == 0 && has_ending(name, ".py");
    if (!is_pickle && !is_sources && !is_code) continue;
    std::string bytes(size, '\0');
    try {
      reader.getRecord(name, bytes.data(), size);
    } catch (const c10::Error &e) {
      damaged(name, e.what_without_backtrace());
    }
    if (is_code) {
      check_code(name, bytes.data(), size);
    } else if (is_sources) {
      check_sources(name, bytes.data(), size);
    } else {
      const auto folder = name.substr(0, name.find('.')) + "/";
      check_pickle(name, bytes.data(), size, [&](const std::string &key) -> std::optional<size_t> {
        if (!reader.hasRecord(folder + key)) return std::nullopt;
        return reader.getRecordSize(folder + key);
      });
    }
  }
}

}  // namespace xylem
