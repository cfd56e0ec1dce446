/*
 * Leaf modules in C++: a class is a type of modules. Part of xylem_sdk.hpp.
 */
#ifndef XYLEM_SDK_MODULE_HPP
#define XYLEM_SDK_MODULE_HPP

#include "xylem_sdk_attributes.hpp"
#include "xylem_sdk_crossing.hpp"

#include <variant>

namespace xylem {

/* The arguments of a module's forward, in order. What is not there, or is something else, throws and names the place. */
class Arguments {
 public:
  Arguments(const xylem_argument *arguments, std::size_t count) : arguments_(arguments, count) {}

  std::size_t size() const { return arguments_.size(); }
  /* Whether there is such an argument and it is not None. */
  bool contains(std::size_t index) const { return index < size() && arguments_[index].kind != XYLEM_ARGUMENT_NONE; }

  Tensor tensor(std::size_t index) const { return Tensor(at(index, XYLEM_ARGUMENT_TENSOR, "a tensor").as.tensor); }
  /* A tensor that the module's type says it writes. */
  WrittenTensor written(std::size_t index) const {
    return WrittenTensor(at(index, XYLEM_ARGUMENT_TENSOR, "a tensor").as.tensor);
  }
  bool boolean(std::size_t index) const { return at(index, XYLEM_ARGUMENT_BOOL, "a truth value").as.integer != 0; }
  std::int64_t integer(std::size_t index) const { return at(index, XYLEM_ARGUMENT_INT, "a whole number").as.integer; }
  double number(std::size_t index) const {
    if (contains(index) && arguments_[index].kind == XYLEM_ARGUMENT_INT) return static_cast<double>(integer(index));
    return at(index, XYLEM_ARGUMENT_FLOAT, "a number").as.number;
  }
  std::string_view text(std::size_t index) const {
    const auto &argument = at(index, XYLEM_ARGUMENT_STRING, "a text");
    return {argument.as.string, argument.count};
  }
  /* A list or tuple, whose parts are read as arguments are. */
  Arguments list(std::size_t index) const {
    const auto &argument = at(index, XYLEM_ARGUMENT_LIST, "a list");
    return {argument.as.elements, argument.count};
  }

 private:
  const xylem_argument &at(std::size_t index, std::uint32_t kind, const char *what) const {
    if (index >= size()) fail("argument ", index + 1, " is missing");
    if (arguments_[index].kind != kind) fail("argument ", index + 1, " is not ", what);
    return arguments_[index];
  }

  List<xylem_argument> arguments_;
};

/* One call of a module. */
class Call : public Arguments {
 public:
  explicit Call(const xylem_leaf_call &call) : Arguments(call.arguments, call.argument_count), call_(call) {}
  bool is_training() const { return call_.is_training != 0; }
  /* For leaves with XYLEM_MODE_RANDOM in train mode: what their random numbers must depend on alone. */
  std::uint64_t seed() const { return call_.seed; }

 private:
  const xylem_leaf_call &call_;
};

/* What a call gives: a tensor, a number, a truth value, nothing, or an argument that it wrote, given back as it came. */
using Value = std::variant<std::monostate, bool, std::int64_t, double, OwnedTensor, WrittenTensor>;

/* The gradients of one call: what they depend on, and the place for them. Throws where an index is none. */
class Gradients : public Arguments {
 public:
  explicit Gradients(const xylem_leaf_backward &backward)
      : Arguments(backward.arguments, backward.argument_count), backward_(backward), arguments_(backward.argument_count),
        parameters_(backward.parameter_count) {}

  bool is_training() const { return backward_.is_training != 0; }
  std::uint64_t seed() const { return backward_.seed; }
  /* What the call gave. */
  Arguments results() const { return {backward_.results, backward_.result_count}; }
  /* Of a result; none where nothing flows. */
  std::optional<Tensor> result(std::size_t index) const {
    if (index >= backward_.result_count) fail("there is no result ", index + 1);
    const auto *raw = backward_.result_gradients[index];
    return raw ? std::optional<Tensor>(Tensor(raw)) : std::nullopt;
  }

  /* Whether somebody wants the gradient of an argument, or of a parameter in the order of `parameters`. */
  bool needs_argument(std::size_t index) const { return index < arguments_.size() && backward_.needs_argument_gradient[index]; }
  bool needs_parameter(std::size_t index) const {
    return index < parameters_.size() && backward_.needs_parameter_gradient[index];
  }
  void set_argument(std::size_t index, OwnedTensor gradient) { set(arguments_, index, std::move(gradient), "argument "); }
  void set_parameter(std::size_t index, OwnedTensor gradient) { set(parameters_, index, std::move(gradient), "parameter "); }

  /* Hands them to the host. Only here do they leave: until then an exception gives them back. */
  void release(xylem_leaf_backward &backward) {
    for (std::size_t i = 0; i < arguments_.size(); ++i) backward.argument_gradients[i] = arguments_[i].release();
    for (std::size_t i = 0; i < parameters_.size(); ++i) backward.parameter_gradients[i] = parameters_[i].release();
  }

 private:
  static void set(std::vector<OwnedTensor> &all, std::size_t index, OwnedTensor &&gradient, const char *what) {
    if (index >= all.size()) fail("there is no ", what, index + 1);
    all[index] = std::move(gradient);
  }

  const xylem_leaf_backward &backward_;
  std::vector<OwnedTensor> arguments_, parameters_;
};

namespace detail {

template <class T, class = void>
inline constexpr bool has_backward = false;
template <class T>
inline constexpr bool has_backward<T, std::void_t<decltype(std::declval<T &>().backward(std::declval<Gradients &>()))>> = true;
template <class T, class = void>
inline constexpr bool has_set_mode = false;
template <class T>
inline constexpr bool has_set_mode<T, std::void_t<decltype(std::declval<T &>().set_mode(true))>> = true;
template <class T, class = void>
inline constexpr bool has_parameters = false;
template <class T>
inline constexpr bool has_parameters<T, std::void_t<decltype(std::declval<const T &>().parameters())>> = true;

/* Runs a body, and makes of what it throws a status and a message. */
template <class Body>
xylem_status guarded(xylem_error *error, Body &&body) noexcept {
  try {
    body();
    return XYLEM_OK;
  } catch (const std::bad_alloc &) {
    return xylem_error_set(error, XYLEM_OUT_OF_MEMORY, "there is not enough memory");
  } catch (const std::invalid_argument &exception) {
    return xylem_error_set(error, XYLEM_INVALID_ARGUMENT, "%s", exception.what());
  } catch (const std::exception &exception) {
    return xylem_error_set(error, XYLEM_FAILED, "%s", exception.what());
  } catch (...) {
    return xylem_error_set(error, XYLEM_FAILED, "something was thrown that is no std::exception");
  }
}

inline void write(xylem_argument &slot, Value &value) {
  slot = xylem_argument();
  if (auto *truth = std::get_if<bool>(&value)) slot.kind = XYLEM_ARGUMENT_BOOL, slot.as.integer = *truth;
  if (auto *integer = std::get_if<std::int64_t>(&value)) slot.kind = XYLEM_ARGUMENT_INT, slot.as.integer = *integer;
  if (auto *number = std::get_if<double>(&value)) slot.kind = XYLEM_ARGUMENT_FLOAT, slot.as.number = *number;
  if (auto *tensor = std::get_if<OwnedTensor>(&value)) slot.kind = XYLEM_ARGUMENT_TENSOR, slot.as.tensor = tensor->release();
  if (auto *tensor = std::get_if<WrittenTensor>(&value)) slot.kind = XYLEM_ARGUMENT_TENSOR, slot.as.tensor = tensor->raw();
}

/* The callbacks of xylem_leaf_module_type over a class. */
template <class T>
struct Module {
  static T &self(xylem_leaf_instance *instance) { return *reinterpret_cast<T *>(instance); }

  static xylem_status create(const char *attributes, const char *const *names, DLManagedTensorVersioned *const *tensors,
                             std::size_t count, xylem_leaf_instance **out, xylem_error *error) noexcept {
    return guarded(error, [&] {
      *out = reinterpret_cast<xylem_leaf_instance *>(new T(Attributes(attributes), TensorsByName(names, tensors, count)));
    });
  }

  static void finish(xylem_leaf_call &call, Value *values, std::size_t count) {
    if (count > call.result_capacity) fail("gives ", count, " results where ", call.result_capacity, " are wanted");
    for (std::size_t i = 0; i < count; ++i) {
      if (auto *tensor = std::get_if<OwnedTensor>(&values[i]); tensor && !*tensor) fail("result ", i + 1, " is no tensor");
    }
    for (std::size_t i = 0; i < count; ++i) write(call.results[i], values[i]);
    call.result_count = count;
  }

  static xylem_status call(xylem_leaf_instance *instance, xylem_leaf_call *call, xylem_error *error) noexcept {
    return guarded(error, [&] {
      using Given = decltype(self(instance).call(Call(*call)));
      if constexpr (std::is_void_v<Given>) {
        self(instance).call(Call(*call));
        finish(*call, nullptr, 0);
      } else if constexpr (std::is_same_v<Given, std::vector<Value>>) {
        auto values = self(instance).call(Call(*call));
        finish(*call, values.data(), values.size());
      } else {
        Value value = self(instance).call(Call(*call));
        finish(*call, &value, 1);
      }
    });
  }

  static xylem_status set_mode(xylem_leaf_instance *instance, std::int32_t is_training, xylem_error *error) noexcept {
    if constexpr (has_set_mode<T>) return guarded(error, [&] { self(instance).set_mode(is_training != 0); });
    else return XYLEM_OK;
  }

  static std::size_t parameters(const xylem_leaf_instance *instance, const char **names, std::size_t capacity) noexcept {
    if constexpr (has_parameters<T>) {
      static_assert(noexcept(std::declval<const T &>().parameters()), "`parameters` is noexcept: there is no place for an error");
      const List<const char *> list = reinterpret_cast<const T *>(instance)->parameters();
      for (std::size_t i = 0; i < list.size() && i < capacity; ++i) names[i] = list[i];
      return list.size();
    } else {
      return 0;
    }
  }

  static xylem_status backward(xylem_leaf_instance *instance, xylem_leaf_backward *backward, xylem_error *error) noexcept {
    if constexpr (has_backward<T>) {
      return guarded(error, [&] {
        Gradients gradients(*backward);
        self(instance).backward(gradients);
        gradients.release(*backward);
      });
    } else {
      return XYLEM_FAILED;
    }
  }

  static void destroy(xylem_leaf_instance *instance) noexcept { delete &self(instance); }
};

template <class Texts>
struct ModuleNote {
  XYLEM_NOTE_HEAD
  xylem_note_leaf_module head;
  Texts texts;
};

}  // namespace detail
}  // namespace xylem

/* Makes a class a type of leaf modules. Unqualified, after the class, in the same namespace; xylem_sdk.hpp has an example. */
#define XYLEM_MODULE(class_, type_, mode_, threading_, flags_, writes_, summary_)                                     \
  XYLEM_CPP_MODULE(class_, type_, mode_, threading_, flags_, writes_, summary_, &::xylem::detail::Module<class_>::create, \
                   &::xylem::detail::Module<class_>::call,                                                            \
                   ::xylem::detail::has_set_mode<class_> ? &::xylem::detail::Module<class_>::set_mode : nullptr,      \
                   ::xylem::detail::has_parameters<class_> ? &::xylem::detail::Module<class_>::parameters : nullptr,  \
                   ::xylem::detail::has_backward<class_> ? &::xylem::detail::Module<class_>::backward : nullptr,      \
                   &::xylem::detail::Module<class_>::destroy)

/* Says that modules of a type are leaves whose own forward runs. `identifier_` is any name that is free in the file. */
#define XYLEM_OPAQUE_MODULE(identifier_, type_, mode_, threading_, flags_, writes_, summary_)                          \
  XYLEM_CPP_MODULE(identifier_, type_, mode_, threading_, flags_, writes_, summary_, nullptr, nullptr, nullptr, nullptr, \
                   nullptr, nullptr)

#define XYLEM_CPP_MODULE(identifier_, type_, mode_, threading_, flags_, writes_, summary_, ...)                       \
  static constexpr auto identifier_##_texts =                                                                         \
      ::xylem::detail::separated(::xylem::detail::Text(type_), ::xylem::detail::Text(summary_));                      \
  static constexpr ::xylem::detail::ModuleNote<std::decay_t<decltype(identifier_##_texts)>> identifier_##_note        \
      XYLEM_NOTE_PLACE = {4, sizeof(identifier_##_note) - 16, XYLEM_NOTE_LEAF_MODULE, XYLEM_NOTE_OWNER,               \
                          {mode_, threading_, flags_, 0, static_cast<std::uint32_t>(std::uint64_t{writes_}),          \
                           static_cast<std::uint32_t>(std::uint64_t{writes_} >> 32)},                                 \
                          identifier_##_texts};                                                                       \
  static const xylem_leaf_module_type identifier_##_leaf = {                                                          \
      sizeof(xylem_leaf_module_type), mode_, threading_, flags_, writes_, type_, summary_, __VA_ARGS__};              \
  static const xylem_leaf_module_type *const identifier_##_entry __attribute__((section("xylem_modules"))) XYLEM_KEPT = \
      &identifier_##_leaf;

#endif
