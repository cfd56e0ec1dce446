/*
 * Tensors in C++: borrowed, written and owned, with checks that throw. Part of xylem_sdk.hpp.
 */
#ifndef XYLEM_SDK_TENSOR_HPP
#define XYLEM_SDK_TENSOR_HPP

#include "xylem_sdk.h"

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <locale>
#include <new>
#include <sstream>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace xylem {

/* Says that an argument is not what it must be. At the boundary it becomes XYLEM_INVALID_ARGUMENT with its message. */
class Error : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/* Throws an Error whose message is the parts in order: `fail("expects ", 4, " columns, not ", boxes.size(1))`. */
template <class... Parts>
[[noreturn]] void fail(const Parts &...parts) {
  std::ostringstream message;
  message.imbue(std::locale::classic());
  (message << ... << parts);
  throw Error(message.str());
}

/* Elements that lie side by side and belong to somebody else; good as long as their owner. */
template <class T>
class List {
 public:
  List() = default;
  List(const T *elements, std::size_t count) : elements_(elements), count_(count) {}
  const T *begin() const { return elements_; }
  const T *end() const { return elements_ + count_; }
  const T *data() const { return elements_; }
  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  const T &operator[](std::size_t index) const { return elements_[index]; }

 private:
  const T *elements_ = nullptr;
  std::size_t count_ = 0;
};

/* ---- types of elements ---- */

/* What a tensor's elements are. */
struct ElementType {
  DLDataType raw;

  /* The name that a PyTorch user knows: "float32". */
  std::string name() const {
    if (raw.code == 6 && raw.bits == 8 && raw.lanes == 1) return "bool";
    const char *kind = raw.code == 0 ? "int" : raw.code == 1 ? "uint" : raw.code == 2 ? "float"
                     : raw.code == 4 ? "bfloat" : raw.code == 5 ? "complex" : nullptr;
    if (!kind || raw.lanes != 1) return "DLPack type " + std::to_string(raw.code) + "/" + std::to_string(raw.bits);
    return kind + std::to_string(raw.bits);
  }
  /* Of one element, in bytes. */
  std::size_t width() const { return (static_cast<std::size_t>(raw.bits) * raw.lanes + 7) / 8; }

  friend bool operator==(const ElementType &a, const ElementType &b) {
    return a.raw.code == b.raw.code && a.raw.bits == b.raw.bits && a.raw.lanes == b.raw.lanes;
  }
  friend bool operator!=(const ElementType &a, const ElementType &b) { return !(a == b); }
  friend std::ostream &operator<<(std::ostream &stream, const ElementType &type) { return stream << type.name(); }
};

/* That of a C++ type: `dtype<float>()`. */
template <class T>
constexpr ElementType dtype() {
  static_assert(std::is_arithmetic_v<T> && sizeof(T) <= 8, "a tensor's elements are truth values, integers, float or double");
  const auto code = std::is_same_v<T, bool> ? 6 : std::is_floating_point_v<T> ? 2 : std::is_signed_v<T> ? 0 : 1;
  return {{static_cast<std::uint8_t>(code), static_cast<std::uint8_t>(8 * sizeof(T)), 1}};
}

/* ---- tensors ---- */

class OwnedTensor;
template <class T>
class Compact;

/*
 * A tensor that the host lends: read only, good until the call returns, a module's until the module is destroyed. Costs no copy to pass on.
 */
class Tensor {
 public:
  /* Throws where the tensor is null or of another DLPack version. */
  explicit Tensor(const DLManagedTensorVersioned *raw) : raw_(raw) {
    if (!raw) fail("a tensor is missing");
    if (raw->version.major != 1) fail("a tensor of DLPack ", raw->version.major, ", not 1");
  }

  int dimensions() const { return raw_->dl_tensor.ndim; }
  List<std::int64_t> shape() const { return {raw_->dl_tensor.shape, static_cast<std::size_t>(dimensions())}; }
  /* Of one dimension, counted from the end where it is negative. */
  std::int64_t size(int dimension) const { return raw_->dl_tensor.shape[checked(dimension)]; }
  /* In elements. */
  std::int64_t stride(int dimension) const { return xylem_tensor_stride(raw_, checked(dimension)); }
  std::int64_t count() const { return xylem_tensor_count(raw_); }
  ElementType type() const { return {raw_->dl_tensor.dtype}; }
  bool on_cpu() const { return raw_->dl_tensor.device.device_type == 1; }
  /* Whether the elements lie side by side in row-major order. */
  bool is_compact() const { return xylem_tensor_is_compact(raw_); }
  template <class T>
  bool is() const { return type() == dtype<T>(); }

  /* The address of the first element, to be used with `stride`. Throws where the elements are not T, or not on the CPU. */
  template <class T>
  const T *data() const {
    expect_on_cpu();
    if (!is<T>()) fail("expects ", dtype<T>(), " elements, not ", type());
    return static_cast<const T *>(xylem_tensor_data(raw_));
  }

  /* The elements side by side in row-major order: the tensor's own where they lie so, else a copy. Throws as `data` does. */
  template <class T>
  Compact<T> compact() const;

  /* A copy in row-major order. Throws where the tensor is not on the CPU. */
  OwnedTensor copy() const;

  /* Throws, naming the tensor, unless it has so many dimensions. */
  void expect_dimensions(const char *name, int expected) const {
    if (dimensions() != expected) fail(name, " has ", dimensions(), " dimensions, not ", expected);
  }

  const DLManagedTensorVersioned *raw() const { return raw_; }

 protected:
  int checked(int dimension) const {
    const int index = dimension < 0 ? dimension + dimensions() : dimension;
    if (index < 0 || index >= dimensions()) fail("a tensor of ", dimensions(), " dimensions has no dimension ", dimension);
    return index;
  }
  void expect_on_cpu() const {
    if (!on_cpu()) fail("expects a tensor on the CPU, not on device type ", raw_->dl_tensor.device.device_type);
  }

 private:
  const DLManagedTensorVersioned *raw_;
};

/* A tensor whose elements the leaf writes. In signatures it is `tensor!`. Given back as a result it is the argument itself. */
class WrittenTensor : public Tensor {
 public:
  /* Throws where the tensor may not be written. */
  explicit WrittenTensor(DLManagedTensorVersioned *raw) : Tensor(raw), written_(raw) {
    if (raw->flags & XYLEM_TENSOR_READ_ONLY) fail("a tensor that is to be written is read only");
  }

  template <class T>
  T *data() const { return const_cast<T *>(Tensor::data<T>()); }

  DLManagedTensorVersioned *raw() const { return written_; }

 private:
  DLManagedTensorVersioned *written_;
};

/* A compact tensor on the CPU that belongs to the plugin until it is a result. Moves and does not copy. Empty: no tensor. */
class OwnedTensor {
 public:
  OwnedTensor() = default;

  /* Elements are not set. */
  OwnedTensor(ElementType type, const std::int64_t *shape, std::size_t dimensions)
      : raw_(xylem_tensor_make(type.raw, static_cast<std::int32_t>(dimensions), shape)) {
    if (!raw_) throw std::bad_alloc();
  }

  /* Elements are not set: `OwnedTensor::make<float>({2, 3})`. */
  template <class T>
  static OwnedTensor make(std::initializer_list<std::int64_t> shape) { return OwnedTensor(dtype<T>(), shape.begin(), shape.size()); }

  /* Elements are zero. */
  template <class T>
  static OwnedTensor zeros(std::initializer_list<std::int64_t> shape) { return make<T>(shape).cleared(); }

  /* Elements are zero; the shape and the type are another tensor's. */
  static OwnedTensor zeros_like(const Tensor &other) {
    return OwnedTensor(other.type(), other.shape().data(), other.shape().size()).cleared();
  }

  OwnedTensor(OwnedTensor &&other) noexcept : raw_(other.release()) {}
  OwnedTensor &operator=(OwnedTensor &&other) noexcept {
    std::swap(raw_, other.raw_);
    return *this;
  }
  OwnedTensor(const OwnedTensor &) = delete;
  OwnedTensor &operator=(const OwnedTensor &) = delete;
  ~OwnedTensor() {
    if (raw_ && raw_->deleter) raw_->deleter(raw_);
  }

  explicit operator bool() const { return raw_ != nullptr; }
  /* Good as long as this tensor. */
  Tensor view() const { return Tensor(raw_); }
  std::int64_t count() const { return view().count(); }

  template <class T>
  T *data() { return const_cast<T *>(view().data<T>()); }

  /* Gives the tensor to somebody who calls its deleter. */
  DLManagedTensorVersioned *release() { return std::exchange(raw_, nullptr); }

 private:
  OwnedTensor cleared() && {
    std::memset(xylem_tensor_data(raw_), 0, view().type().width() * static_cast<std::size_t>(count()));
    return std::move(*this);
  }

  DLManagedTensorVersioned *raw_ = nullptr;
};

/* A tensor's elements side by side, borrowed where they lie so and copied where they do not. */
template <class T>
class Compact {
 public:
  explicit Compact(const Tensor &tensor) : elements_(tensor.data<T>()), count_(tensor.count()) {
    if (!tensor.is_compact()) {
      copy_ = tensor.copy();
      elements_ = copy_.data<T>();
    }
  }
  const T *data() const { return elements_; }
  const T *begin() const { return elements_; }
  const T *end() const { return elements_ + count_; }
  std::int64_t size() const { return count_; }
  const T &operator[](std::int64_t index) const { return elements_[index]; }

 private:
  OwnedTensor copy_;
  const T *elements_;
  std::int64_t count_;
};

template <class T>
Compact<T> Tensor::compact() const { return Compact<T>(*this); }

inline OwnedTensor Tensor::copy() const {
  expect_on_cpu();
  OwnedTensor result(type(), shape().data(), shape().size());
  const std::int64_t total = count();
  if (total == 0) return result;
  const std::size_t width = type().width();
  const char *from = static_cast<const char *>(xylem_tensor_data(raw_));
  char *to = static_cast<char *>(xylem_tensor_data(result.view().raw()));
  if (is_compact()) {
    std::memcpy(to, from, static_cast<std::size_t>(total) * width);
    return result;
  }
  std::vector<std::int64_t> index(static_cast<std::size_t>(dimensions()), 0);
  std::int64_t offset = 0;
  for (std::int64_t i = 0; i < total; ++i, to += width) {
    std::memcpy(to, from + offset * static_cast<std::int64_t>(width), width);
    for (int d = dimensions() - 1; d >= 0; --d) {
      const auto at = static_cast<std::size_t>(d);
      offset += stride(d);
      if (++index[at] < size(d)) break;
      offset -= index[at] * stride(d);
      index[at] = 0;
    }
  }
  return result;
}

/* A C++ type as a value, for `with_floating_type`. */
template <class T>
struct TypeOf {
  using type = T;
};

/*
 * Calls `body` with the type of a tensor's elements, which is float or double; throws, naming the tensor, where it is another:
 *
 *     return with_floating_type("boxes", boxes, [&](auto kind) { return areas<typename decltype(kind)::type>(boxes); });
 */
template <class Body>
auto with_floating_type(const char *name, const Tensor &tensor, Body &&body) -> decltype(body(TypeOf<float>())) {
  if (tensor.is<float>()) return body(TypeOf<float>());
  if (tensor.is<double>()) return body(TypeOf<double>());
  fail(name, " has ", tensor.type(), " elements, not float32 or float64");
}

}  // namespace xylem

#endif
