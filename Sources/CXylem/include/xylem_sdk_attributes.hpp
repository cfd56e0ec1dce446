/*
 * What a leaf module is made from: plain attributes and tensors by name. Part of xylem_sdk.hpp.
 */
#ifndef XYLEM_SDK_ATTRIBUTES_HPP
#define XYLEM_SDK_ATTRIBUTES_HPP

#include "xylem_sdk_tensor.hpp"

#include <charconv>
#include <optional>
#include <string_view>

namespace xylem {

/*
 * A module's numbers, truth values, texts and lists of numbers by name; good until the module is made. What is asked for and is not there, or is
 * something else, throws and names the attribute; `contains` tells before.
 */
class Attributes {
 public:
  /* A JSON object as the host writes it: without blanks, and without objects in it. */
  explicit Attributes(const char *json) : json_(json) {}

  const char *json() const { return json_; }
  /* Whether there is such an attribute that is not null. */
  bool contains(const char *name) const {
    const char *at = xylem_attribute_find(json_, name);
    return at && std::strncmp(at, "null", 4) != 0;
  }

  bool boolean(const char *name) const {
    const char *at = value(name);
    if (std::strncmp(at, "true", 4) == 0) return true;
    if (std::strncmp(at, "false", 5) == 0) return false;
    wrong(name, "a truth value");
  }
  std::int64_t integer(const char *name) const { return number_at<std::int64_t>(name, value(name), "a whole number").first; }
  double number(const char *name) const { return number_at<double>(name, value(name), "a number").first; }
  std::string text(const char *name) const;

  /* A lone number is a list of one. */
  std::vector<std::int64_t> integers(const char *name) const { return list<std::int64_t>(name, "whole numbers"); }
  std::vector<double> numbers(const char *name) const { return list<double>(name, "numbers"); }

 private:
  [[noreturn]] static void wrong(const char *name, const char *what) { fail("the attribute ", name, " is not ", what); }

  const char *value(const char *name) const {
    const char *at = xylem_attribute_find(json_, name);
    if (!at) fail("the module has no attribute ", name);
    return at;
  }

  /* The number that begins at a place, and where it ends. Unlike strtod it reads the same in every locale. */
  template <class T>
  static std::pair<T, const char *> number_at(const char *name, const char *at, const char *what) {
    T number{};
    const auto [end, error] = std::from_chars(at, at + std::strlen(at), number);
    const bool is_cut = std::is_integral_v<T> && (*end == '.' || *end == 'e' || *end == 'E');
    if (error != std::errc() || is_cut) wrong(name, what);
    return {number, end};
  }

  template <class T>
  std::vector<T> list(const char *name, const char *what) const {
    const char *at = value(name);
    if (*at != '[') return {number_at<T>(name, at, what).first};
    std::vector<T> numbers;
    if (at[1] == ']') return numbers;
    do {
      const auto [number, end] = number_at<T>(name, at + 1, what);
      numbers.push_back(number);
      at = end;
    } while (*at == ',');
    if (*at != ']') wrong(name, what);
    return numbers;
  }

  static void append(std::string &text, std::uint32_t character) {
    const auto byte = [&](std::uint32_t bits) { text += static_cast<char>(bits); };
    const auto tail = [&](int shift) { byte(0x80 | (character >> shift & 0x3f)); };
    if (character < 0x80) return byte(character);
    if (character < 0x800) return byte(0xc0 | character >> 6), tail(0);
    if (character < 0x10000) return byte(0xe0 | character >> 12), tail(6), tail(0);
    byte(0xf0 | character >> 18), tail(12), tail(6), tail(0);
  }

  const char *json_;
};

inline std::string Attributes::text(const char *name) const {
  const char *at = value(name);
  if (*at != '"') wrong(name, "a text");
  const auto unit = [&](const char *digits) {
    std::uint32_t number = 0;
    const std::size_t left = std::strlen(digits);
    const auto end = std::from_chars(digits, digits + (left < 4 ? left : 4), number, 16).ptr;
    if (end != digits + 4) wrong(name, "a text");
    return number;
  };
  std::string text;
  for (++at; *at && *at != '"'; ++at) {
    if (*at != '\\') {
      text += *at;
      continue;
    }
    static constexpr char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
    const char *letter = *++at ? std::strchr(letters, *at) : nullptr;
    if (letter) text += meanings[letter - letters];
    else if (*at != 'u') text += *at;
    else {
      std::uint32_t character = unit(at + 1);
      at += 4;
      if (character >= 0xd800 && character < 0xdc00 && at[1] == '\\' && at[2] == 'u') {
        character = 0x10000 + ((character - 0xd800) << 10) + (unit(at + 3) - 0xdc00);
        at += 6;
      }
      append(text, character);
    }
    if (!*at) break;
  }
  if (*at != '"') wrong(name, "a text");
  return text;
}

/* A module's parameters and buffers by name. The tensors are the model's own, good until the module is destroyed. */
class TensorsByName {
 public:
  TensorsByName(const char *const *names, DLManagedTensorVersioned *const *tensors, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) tensors_.emplace_back(names[i], tensors[i]);
  }

  std::size_t size() const { return tensors_.size(); }
  const std::string &name(std::size_t index) const { return tensors_[index].first; }
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  /* Throws where there is no such tensor. */
  Tensor at(std::string_view name) const { return Tensor(expect(name)); }
  std::optional<Tensor> get(std::string_view name) const {
    const auto *raw = find(name);
    return raw ? std::optional<Tensor>(Tensor(raw)) : std::nullopt;
  }
  /* To be written, by leaves with XYLEM_MODE_UPDATES_STATE. Throws also where it is read only. */
  WrittenTensor written(std::string_view name) const { return WrittenTensor(expect(name)); }

 private:
  DLManagedTensorVersioned *find(std::string_view name) const {
    for (const auto &[known, tensor] : tensors_) {
      if (known == name) return tensor;
    }
    return nullptr;
  }
  DLManagedTensorVersioned *expect(std::string_view name) const {
    auto *raw = find(name);
    if (!raw) fail("the module has no tensor ", name);
    return raw;
  }

  std::vector<std::pair<std::string, DLManagedTensorVersioned *>> tensors_;
};

}  // namespace xylem

#endif
