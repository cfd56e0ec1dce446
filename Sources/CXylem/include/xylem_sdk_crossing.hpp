/*
 * How the types of C++ cross the boundary of leaf functions. Part of xylem_sdk.hpp.
 */
#ifndef XYLEM_SDK_CROSSING_HPP
#define XYLEM_SDK_CROSSING_HPP

#include "xylem_sdk_tensor.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace xylem {
namespace detail {

/* ---- texts at compile time ---- */

/* N characters and a null. */
template <std::size_t N>
struct Text {
  char characters[N + 1] = {};

  constexpr Text() = default;
  constexpr Text(const char (&literal)[N + 1]) {
    for (std::size_t i = 0; i < N; ++i) characters[i] = literal[i];
  }
  constexpr std::string_view view() const { return {characters, N}; }
};
template <std::size_t N>
Text(const char (&)[N]) -> Text<N - 1>;

template <std::size_t N, std::size_t M>
constexpr bool operator==(const Text<N> &a, const Text<M> &b) { return a.view() == b.view(); }

template <std::size_t N, std::size_t M>
constexpr void append(Text<N> &all, std::size_t &at, const Text<M> &text, std::size_t gap) {
  for (std::size_t i = 0; i < M; ++i) all.characters[at++] = text.characters[i];
  at += gap;
}

template <std::size_t... N>
constexpr auto joined(const Text<N> &...texts) {
  Text<(N + ... + 0)> all;
  std::size_t at = 0;
  (append(all, at, texts, 0), ...);
  return all;
}

/* With a null after each. */
template <std::size_t... N>
constexpr auto separated(const Text<N> &...texts) {
  Text<((N + 1) + ... + 0) - 1> all;
  std::size_t at = 0;
  (append(all, at, texts, 1), ...);
  return all;
}

/* ---- numbers and truth values ---- */

template <class T>
inline constexpr bool is_number = (std::is_integral_v<T> || std::is_same_v<T, float> || std::is_same_v<T, double>) &&
                                  !std::is_same_v<T, char> && !std::is_same_v<T, wchar_t> && !std::is_same_v<T, char16_t> &&
                                  !std::is_same_v<T, char32_t> && sizeof(T) <= 8;

template <class T>
constexpr auto number_text() {
  if constexpr (std::is_same_v<T, bool>) return Text("bool");
  else if constexpr (std::is_same_v<T, float>) return Text("f32");
  else if constexpr (std::is_same_v<T, double>) return Text("f64");
  else {
    constexpr auto kind = [] {
      if constexpr (std::is_signed_v<T>) return Text("i");
      else return Text("u");
    }();
    if constexpr (sizeof(T) == 1) return joined(kind, Text("8"));
    else if constexpr (sizeof(T) == 2) return joined(kind, Text("16"));
    else if constexpr (sizeof(T) == 4) return joined(kind, Text("32"));
    else return joined(kind, Text("64"));
  }
}

template <class T>
inline constexpr bool always_false = false;

/* `text` in signatures, `Crossed` at the boundary, and `take`, which makes the argument that the function wants. */
template <class T, class = void>
struct Argument {
  static_assert(always_false<T>, "no argument of a leaf function has this type; xylem_sdk.hpp lists those that there are");
};

template <class T>
struct Argument<T, std::enable_if_t<is_number<T>>> {
  using Crossed = T;
  static constexpr auto text = number_text<T>();
  static T take(T value) { return value; }
};

/* ---- texts and pointers ---- */

template <>
struct Argument<const char *> {
  using Crossed = const char *;
  static constexpr auto text = Text("cstr");
  static const char *take(const char *value) {
    if (!value) fail("a text is missing");
    return value;
  }
};
template <>
struct Argument<std::string_view> : Argument<const char *> {
  static std::string_view take(const char *value) { return Argument<const char *>::take(value); }
};
template <>
struct Argument<std::string> : Argument<const char *> {
  static std::string take(const char *value) { return Argument<const char *>::take(value); }
};
template <>
struct Argument<void *> {
  using Crossed = void *;
  static constexpr auto text = Text("ptr");
  static void *take(void *value) { return value; }
};

/* ---- tensors ---- */

template <>
struct Argument<Tensor> {
  using Crossed = const DLManagedTensorVersioned *;
  static constexpr auto text = Text("tensor");
  static Tensor take(Crossed value) { return Tensor(value); }
};
template <>
struct Argument<WrittenTensor> {
  using Crossed = DLManagedTensorVersioned *;
  static constexpr auto text = Text("tensor!");
  static WrittenTensor take(Crossed value) { return WrittenTensor(value); }
};

/* ---- lists ---- */

template <class T>
struct CrossedList;
template <>
struct CrossedList<std::int64_t> {
  using Crossed = xylem_i64_list;
  static constexpr auto text = Text("i64[]");
};
template <>
struct CrossedList<double> {
  using Crossed = xylem_f64_list;
  static constexpr auto text = Text("f64[]");
};
template <>
struct CrossedList<bool> {
  using Crossed = xylem_bool_list;
  static constexpr auto text = Text("bool[]");
};

template <class T>
struct Argument<List<T>> {
  using Crossed = const typename CrossedList<T>::Crossed *;
  static constexpr auto text = CrossedList<T>::text;
  static List<T> take(Crossed list) {
    if (!list) fail("a list is missing");
    return {list->elements, list->count};
  }
};
template <class T>
struct Argument<std::vector<T>, std::enable_if_t<is_number<T>>> : Argument<List<T>> {
  static std::vector<T> take(typename Argument<List<T>>::Crossed list) {
    const auto elements = Argument<List<T>>::take(list);
    return std::vector<T>(elements.begin(), elements.end());
  }
};

/* With `std::optional<Tensor>` an entry may be missing, as the gradients of several results may. */
template <class T>
struct Argument<std::vector<T>, std::enable_if_t<std::is_same_v<T, Tensor> || std::is_same_v<T, std::optional<Tensor>>>> {
  using Crossed = const xylem_tensor_list *;
  static constexpr auto text = Text("tensor[]");
  static std::vector<T> take(Crossed list) {
    if (!list) fail("a list of tensors is missing");
    std::vector<T> tensors;
    tensors.reserve(list->count);
    for (std::size_t i = 0; i < list->count; ++i) {
      if (std::is_same_v<T, Tensor> || list->elements[i]) tensors.emplace_back(Tensor(list->elements[i]));
      else if constexpr (!std::is_same_v<T, Tensor>) tensors.emplace_back(std::nullopt);
    }
    return tensors;
  }
};

/* ---- optional ones ---- */

template <class T>
struct Argument<std::optional<T>> {
  static_assert(!std::is_same_v<T, void *>, "a void * may be null as it is");
  using Crossed = std::conditional_t<is_number<T>, const T *, typename Argument<T>::Crossed>;
  static constexpr auto text = joined(Text("opt<"), Argument<T>::text, Text(">"));
  static std::optional<T> take(Crossed value) {
    if (!value) return std::nullopt;
    if constexpr (is_number<T>) return *value;
    else return Argument<T>::take(value);
  }
};

/* ---- results ---- */

/* `give` makes what crosses; it owns its memory as xylem_leaves.h says. */
template <class T, class = void>
struct Result {
  static_assert(always_false<T>, "no result of a leaf function has this type; xylem_sdk.hpp lists those that there are");
};
template <>
struct Result<void> {
  using Crossed = void;
  static constexpr auto text = Text("()");
};
template <class T>
struct Result<T, std::enable_if_t<is_number<T>>> : Argument<T> {
  static T give(T value) { return value; }
};
template <>
struct Result<const char *> : Argument<const char *> {
  static const char *give(const char *value) { return take(value); }
};
/* The host copies a text right after the call, on the same thread. */
template <>
struct Result<std::string> : Argument<const char *> {
  static const char *give(std::string &&value) {
    thread_local std::string kept;
    kept = std::move(value);
    return kept.c_str();
  }
};
template <>
struct Result<void *> : Argument<void *> {
  static void *give(void *value) { return value; }
};
template <>
struct Result<OwnedTensor> {
  using Crossed = DLManagedTensorVersioned *;
  static constexpr auto text = Text("tensor");
  static Crossed give(OwnedTensor &&value) {
    if (!value) fail("gave no tensor");
    return value.release();
  }
};
/* An argument, given back as it came. */
template <>
struct Result<WrittenTensor> : Result<OwnedTensor> {
  static Crossed give(WrittenTensor value) { return value.raw(); }
};
template <>
struct Result<std::vector<OwnedTensor>> {
  using Crossed = const xylem_tensor_list *;
  static constexpr auto text = Text("tensor[]");
  static Crossed give(std::vector<OwnedTensor> &&value) {
    DLManagedTensorVersioned **elements;
    const xylem_tensor_list *list = xylem_tensor_list_make(value.size(), &elements);
    if (!list) throw std::bad_alloc();
    for (std::size_t i = 0; i < value.size(); ++i) elements[i] = value[i].release();
    return list;
  }
};
/* Several results: a tensor each. */
template <std::size_t N>
struct Result<std::array<OwnedTensor, N>> {
  static_assert(N >= 2, "several results are two at least");
  using Crossed = const xylem_tensor_list *;
  template <std::size_t... I>
  static constexpr auto listed(std::index_sequence<I...>) {
    return joined(Text("(tensor"), (static_cast<void>(I), Text(", tensor"))..., Text(")"));
  }
  static constexpr auto text = listed(std::make_index_sequence<N - 1>());
  static Crossed give(std::array<OwnedTensor, N> &&value) {
    std::vector<OwnedTensor> list;
    for (OwnedTensor &tensor : value) {
      if (!tensor) fail("gave no tensor");
      list.push_back(std::move(tensor));
    }
    return Result<std::vector<OwnedTensor>>::give(std::move(list));
  }
};
template <class T>
struct Result<std::vector<T>, std::enable_if_t<is_number<T>>> {
  using List = typename CrossedList<T>::Crossed;
  using Crossed = const List *;
  static constexpr auto text = CrossedList<T>::text;
  static Crossed give(std::vector<T> &&value) {
    auto *list = static_cast<List *>(xylem_allocate(sizeof(List) + value.size() * sizeof(T)));
    if (!list) throw std::bad_alloc();
    T *elements = reinterpret_cast<T *>(list + 1);
    for (std::size_t i = 0; i < value.size(); ++i) elements[i] = value[i];
    list->count = value.size();
    list->elements = elements;
    return list;
  }
};
template <class T>
struct Result<std::optional<T>, std::enable_if_t<std::is_same_v<T, OwnedTensor> || std::is_same_v<T, std::string>>> {
  using Crossed = typename Result<T>::Crossed;
  static constexpr auto text = joined(Text("opt<"), Result<T>::text, Text(">"));
  static Crossed give(std::optional<T> &&value) { return value ? Result<T>::give(std::move(*value)) : nullptr; }
};

}  // namespace detail
}  // namespace xylem

#endif
