#include "PickleScan.h"

#include "Storages.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <unordered_map>

namespace xylem {

namespace {

/// Deeper structures end the process when they are copied, compared, printed or released, which all recurse.
constexpr uint32_t deepest = 1024;
/// The nesting of brackets in the name of a type.
constexpr size_t deepest_type = 128;
/// The number of values that one byte of a pickle may represent if structures are shared.
constexpr uint64_t most_values_per_byte = 64;
constexpr uint64_t most_values_at_least = 1 << 20;

enum class Kind : uint8_t { other, integer, string, name, sequence, object, storage };

/// A value of the pickle, with the data that the checks need.
struct Item {
  Kind kind = Kind::other;
  /// An integer's value, the bytes of a storage's record, or the start of a string or a name.
  int64_t number = 0;
  /// The length of a string or of a name, or the bytes of a storage's element.
  uint32_t length = 0;
  std::vector<uint32_t> parts;
};

/// The bytes of an element by the name of its storage; 0 for an unknown name.
uint32_t element_size(const std::string &storage) {
  static const std::unordered_map<std::string, uint32_t> sizes = {
      {"DoubleStorage", 8},   {"FloatStorage", 4},         {"HalfStorage", 2},           {"BFloat16Storage", 2},
      {"LongStorage", 8},     {"IntStorage", 4},           {"ShortStorage", 2},          {"CharStorage", 1},
      {"ByteStorage", 1},     {"BoolStorage", 1},          {"ComplexDoubleStorage", 16}, {"ComplexFloatStorage", 8},
      {"QInt8Storage", 1},    {"QUInt8Storage", 1},        {"QInt32Storage", 4},         {"QUInt4x2Storage", 1},
      {"QUInt2x4Storage", 1}, {"ComplexHalfStorage", 4},   {"Float8_e5m2Storage", 1},    {"Float8_e4m3fnStorage", 1},
      {"UInt16Storage", 2},   {"UInt32Storage", 4},        {"UInt64Storage", 8},
  };
  const auto found = sizes.find(storage);
  return found == sizes.end() ? 0 : found->second;
}

class PickleScan {
 public:
  PickleScan(const std::string &name, const char *bytes, size_t count, const RecordSizes &storages)
      : name_(name), bytes_(bytes), count_(count), storages_(storages) {}

  void run() {
    if (byte() != 0x80) fail("it does not begin as a pickle does");
    byte();
    while (step()) {
    }
    need(1);
    check_tree(stack_.back());
  }

 private:
  [[noreturn]] void fail(const std::string &what) const {
    throw StatusError(XYLEM_ARCHIVE_TRUNCATED, "the record '" + name_ + "' is damaged: " + what);
  }

  const char *take(uint64_t count) {
    if (count > count_ - position_) fail("it ends within a value");
    const auto *start = bytes_ + position_;
    position_ += count;
    return start;
  }
  uint8_t byte() { return static_cast<uint8_t>(*take(1)); }
  uint64_t little(size_t width) {
    const auto *start = take(width);
    uint64_t value = 0;
    for (size_t i = 0; i < width; ++i) value |= uint64_t{static_cast<uint8_t>(start[i])} << (8 * i);
    return value;
  }
  std::string text(const Item &item) const { return std::string(bytes_ + item.number, item.length); }

  void need(size_t count) const {
    const auto bottom = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() - bottom < count) fail("an instruction takes more values than there are");
  }
  uint32_t pop() {
    need(1);
    const auto top = stack_.back();
    stack_.pop_back();
    return top;
  }
  void push(Item item) {
    items_.push_back(std::move(item));
    stack_.push_back(static_cast<uint32_t>(items_.size() - 1));
  }
  void push(Kind kind, std::vector<uint32_t> parts) {
    Item made;
    made.kind = kind;
    made.parts = std::move(parts);
    push(std::move(made));
  }
  void push_integer(int64_t value) {
    Item made;
    made.kind = Kind::integer;
    made.number = value;
    push(std::move(made));
  }
  void push_string(uint64_t length) {
    Item made;
    made.kind = Kind::string;
    made.number = static_cast<int64_t>(position_);
    take(length);
    made.length = static_cast<uint32_t>(length);
    push(std::move(made));
  }
  /// The values above the last mark.
  std::vector<uint32_t> since_mark() {
    if (marks_.empty()) fail("an instruction has no mark");
    const auto start = marks_.back();
    marks_.pop_back();
    std::vector<uint32_t> parts(stack_.begin() + static_cast<ptrdiff_t>(start), stack_.end());
    stack_.resize(start);
    return parts;
  }
  std::vector<uint32_t> last(size_t count) {
    need(count);
    std::vector<uint32_t> parts(stack_.end() - static_cast<ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return parts;
  }
  void add_to_top(const std::vector<uint32_t> &parts) {
    need(1);
    auto &target = items_[stack_.back()];
    if (target.kind != Kind::sequence) fail("values are put into what is not a container");
    target.parts.insert(target.parts.end(), parts.begin(), parts.end());
  }
  void remember(uint64_t index) {
    need(1);
    if (index >= count_) fail("an index of its memo is larger than the file");
    if (index >= memo_.size()) memo_.resize(index + 1);
    memo_[index] = stack_.back();
  }
  void recall(uint64_t index) {
    if (index >= memo_.size() || !memo_[index]) fail("it refers to a value that it does not have");
    stack_.push_back(*memo_[index]);
  }

  bool step() {
    const auto code = byte();
    switch (code) {
      case ')': push(Kind::sequence, {}); break;  // EMPTY_TUPLE
      case ']': push(Kind::sequence, {}); break;  // EMPTY_LIST
      case '}': push(Kind::sequence, {}); break;  // EMPTY_DICT
      case 'q': remember(byte()); break;          // BINPUT
      case 'r': remember(little(4)); break;       // LONG_BINPUT
      case 'h': recall(byte()); break;            // BINGET
      case 'j': recall(little(4)); break;         // LONG_BINGET
      case '(': marks_.push_back(stack_.size()); break;
      case 0x88: case 0x89: case 'N': push(Item()); break;  // NEWTRUE, NEWFALSE, NONE
      case 'K': push_integer(byte()); break;                // BININT1
      case 'M': push_integer(static_cast<int64_t>(little(2))); break;
      case 'J': push_integer(static_cast<int32_t>(little(4))); break;
      case 0x8a: push_long(byte()); break;
      case 'X': push_string(little(4)); break;    // BINUNICODE
      case 0x8c: push_string(byte()); break;      // SHORT_BINUNICODE
      case 0x8d: push_string(little(8)); break;   // BINUNICODE8
      case 'T': push_string(little(4)); break;    // BINSTRING
      case 'U': push_string(byte()); break;       // SHORT_BINSTRING
      case 'G': take(8); push(Item()); break;     // BINFLOAT
      case 't': case 'l': case 'd': push(Kind::sequence, since_mark()); break;  // TUPLE, LIST, DICT
      case 0x85: push(Kind::sequence, last(1)); break;
      case 0x86: push(Kind::sequence, last(2)); break;
      case 0x87: push(Kind::sequence, last(3)); break;
      case 'a': add_to_top(last(1)); break;               // APPEND
      case 's': add_to_top(last(2)); break;               // SETITEM
      case 'e': case 'u': add_to_top(since_mark()); break;  // APPENDS, SETITEMS
      case 'c': push_name(); break;                       // GLOBAL
      case 0x81: push(Kind::object, last(2)); break;      // NEWOBJ
      case 'b': build(); break;                           // BUILD
      case 'R': reduce(); break;                          // REDUCE
      case 'Q': push_storage(pop()); break;               // BINPERSID
      case '0': pop(); break;                             // POP
      case '2': need(1); stack_.push_back(stack_.back()); break;  // DUP
      case 0x80: byte(); break;                           // PROTO
      case '.': return false;                             // STOP
      default: fail("the instruction " + std::to_string(code) + " is unknown");
    }
    return true;
  }

  void push_long(size_t width) {
    if (width > 8) fail("an integer has more than 64 bits");
    const auto shift = 64 - 8 * width;
    const auto raw = little(width);
    push_integer(width == 0 ? 0 : static_cast<int64_t>(raw << shift) >> shift);
  }

  void push_name() {
    Item made;
    made.kind = Kind::name;
    const auto start = position_;
    for (int lines = 0; lines < 2;) lines += byte() == '\n';
    made.number = static_cast<int64_t>(start);
    made.length = static_cast<uint32_t>(position_ - start - 1);
    push(std::move(made));
  }

  void build() {
    const auto state = pop();
    need(1);
    auto &target = items_[stack_.back()];
    if (target.kind != Kind::object) fail("a state is given to what is not an object");
    target.parts.push_back(state);
  }

  void reduce() {
    const auto arguments = pop();
    const auto function = pop();
    const auto &called = items_[function];
    if (called.kind == Kind::name) {
      const auto name = text(called);
      if (name.find("_rebuild_tensor") != std::string::npos || name.find("_rebuild_qtensor") != std::string::npos) {
        check_tensor(items_[arguments]);
      }
      if (name.find("restore_type_tag") != std::string::npos) check_type(items_[arguments]);
    }
    push(Kind::sequence, {arguments});
  }

  /// The parts of a storage: its name, type, key, device and number of elements.
  void push_storage(uint32_t top) {
    const auto &parts = items_[top].parts;
    if (parts.size() < 5 || items_[parts[1]].kind != Kind::name || items_[parts[2]].kind != Kind::string ||
        items_[parts[4]].kind != Kind::integer) {
      fail("a storage is not described as one");
    }
    const auto type = text(items_[parts[1]]);
    const auto key = text(items_[parts[2]]);
    const auto count = items_[parts[4]].number;
    const auto size = element_size(type.substr(type.find('\n') + 1));
    const auto there = storages_(key);
    if (count < 0) fail("a storage has " + std::to_string(count) + " elements");
    if (count > 0 && !there) throw StatusError(XYLEM_ARCHIVE_TRUNCATED, "the record of the storage '" + key + "' is missing");
    size_t claimed = 0;
    if (__builtin_mul_overflow(static_cast<size_t>(count), std::max(size, uint32_t{1}), &claimed) ||
        claimed > there.value_or(0)) {
      throw StatusError(XYLEM_ARCHIVE_TRUNCATED, "the storage '" + key + "' claims " + std::to_string(count) +
                                                     " elements and its record has " +
                                                     std::to_string(there.value_or(0)) + " bytes");
    }
    Item made;
    made.kind = Kind::storage;
    made.number = static_cast<int64_t>(claimed);
    made.length = size;
    push(std::move(made));
  }

  std::optional<std::vector<int64_t>> integers(uint32_t index) const {
    const auto &source = items_[index];
    if (source.kind != Kind::sequence) return std::nullopt;
    std::vector<int64_t> found;
    for (const auto part : source.parts) {
      if (items_[part].kind != Kind::integer) return std::nullopt;
      found.push_back(items_[part].number);
    }
    return found;
  }

  /// The parts of a tensor: its storage, offset, sizes, strides, and more.
  void check_tensor(const Item &arguments) const {
    if (arguments.parts.size() < 4) fail("a tensor is not described as one");
    const auto &storage = items_[arguments.parts[0]];
    const auto &offset = items_[arguments.parts[1]];
    const auto sizes = integers(arguments.parts[2]);
    const auto strides = integers(arguments.parts[3]);
    if (storage.kind != Kind::storage || offset.kind != Kind::integer || !sizes || !strides ||
        sizes->size() != strides->size()) {
      fail("a tensor is not described as one");
    }
    const auto needed = reach(*sizes, *strides, offset.number, std::max(storage.length, uint32_t{1}));
    if (needed == std::numeric_limits<size_t>::max()) {
      throw StatusError(XYLEM_ARCHIVE_TRUNCATED,
                        "a tensor lies outside of its storage, which has " + std::to_string(storage.number) + " bytes");
    }
    if (needed > static_cast<size_t>(storage.number)) {
      throw StatusError(XYLEM_ARCHIVE_TRUNCATED, "a tensor needs " + std::to_string(needed) +
                                                     " bytes and its storage has " + std::to_string(storage.number));
    }
  }

  void check_type(const Item &arguments) const {
    for (const auto part : arguments.parts) {
      if (items_[part].kind != Kind::string) continue;
      size_t depth = 0;
      for (uint32_t i = 0; i < items_[part].length; ++i) {
        const auto c = bytes_[items_[part].number + i];
        if (c == '[' && ++depth > deepest_type) fail("a type nests too deeply");
        if (c == ']' && depth > 0) --depth;
      }
    }
  }

  struct Measure {
    uint32_t depth = 0;
    uint64_t values = 0;
    enum { unseen, open, done } state = unseen;
  };

  /// Walks the pickle's values without recursion. Objects are identified wherever they are walked, so one that
  /// holds itself does no harm; containers are not.
  void check_tree(uint32_t root) const {
    const auto most = std::max(most_values_at_least, most_values_per_byte * count_);
    std::vector<Measure> measures(items_.size());
    std::vector<std::pair<uint32_t, size_t>> path = {{root, 0}};
    measures[root].state = Measure::open;
    while (!path.empty()) {
      auto &[index, next] = path.back();
      const auto &parts = items_[index].parts;
      if (next < parts.size()) {
        const auto part = parts[next++];
        auto &measure = measures[part];
        if (measure.state == Measure::unseen) {
          if (path.size() > deepest) fail("its values nest more than " + std::to_string(deepest) + " deep");
          measure.state = Measure::open;
          path.push_back({part, 0});
        } else if (measure.state == Measure::open && !passes_object(path, part)) {
          fail("a container holds itself");
        }
        continue;
      }
      auto &own = measures[index];
      own.values = 1;
      for (const auto part : parts) {
        const auto &inner = measures[part];
        if (inner.state != Measure::done) continue;
        own.depth = std::max(own.depth, inner.depth + 1);
        own.values += items_[part].kind == Kind::object ? 1 : inner.values;
        if (own.values > most) fail("its shared values stand for more than " + std::to_string(most) + " of them");
      }
      own.state = Measure::done;
      path.pop_back();
    }
    if (measures[root].depth > deepest) fail("its values nest more than " + std::to_string(deepest) + " deep");
  }

  bool passes_object(const std::vector<std::pair<uint32_t, size_t>> &path, uint32_t start) const {
    for (auto at = path.rbegin(); at != path.rend(); ++at) {
      if (items_[at->first].kind == Kind::object) return true;
      if (at->first == start) return false;
    }
    return false;
  }

  const std::string &name_;
  const char *bytes_;
  const size_t count_;
  const RecordSizes &storages_;
  size_t position_ = 0;
  std::vector<Item> items_;
  std::vector<uint32_t> stack_;
  std::vector<size_t> marks_;
  std::vector<std::optional<uint32_t>> memo_;
};

}  // namespace

void check_pickle(const std::string &name, const char *bytes, size_t count, const RecordSizes &storages) {
  PickleScan(name, bytes, count, storages).run();
}

}  // namespace xylem
