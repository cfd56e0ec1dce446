/*
 * Leaf functions in C++: signatures derived from the functions' own types. Part of xylem_sdk.hpp.
 */
#ifndef XYLEM_SDK_FUNCTION_HPP
#define XYLEM_SDK_FUNCTION_HPP

#include "xylem_sdk_crossing.hpp"

namespace xylem {
namespace detail {

template <class... Types>
struct ParameterTexts {
  static constexpr auto text = Text("");
};
template <class First>
struct ParameterTexts<First> {
  static constexpr auto text = Argument<std::decay_t<First>>::text;
};
template <class First, class Second, class... Rest>
struct ParameterTexts<First, Second, Rest...> {
  static constexpr auto text = joined(ParameterTexts<First>::text, Text(", "), ParameterTexts<Second, Rest...>::text);
};

/* The last arguments of a backward: what has the type of the function's result. */
template <class R>
struct Gradient {};
template <class R>
struct Argument<Gradient<R>> {
  static constexpr auto text = Result<R>::text;
};
/* Of several results some may have none. */
template <std::size_t N>
struct Argument<Gradient<std::array<OwnedTensor, N>>> {
  static constexpr auto text = Text("tensor[]");
};

/* The signature of a plain function, and the two that its backward may have: without and with the results before their gradients. */
template <class Function>
struct Type;
template <class R, class... A>
struct Type<R (*)(A...)> {
  static constexpr auto signature = joined(Text("("), ParameterTexts<A...>::text, Text(") -> "), Result<R>::text);
  static constexpr auto backward_signature =
      joined(Text("("), ParameterTexts<A..., Gradient<R>>::text, Text(") -> tensor[]"));
  static constexpr auto backward_with_results_signature =
      joined(Text("("), ParameterTexts<A..., Gradient<R>, Gradient<R>>::text, Text(") -> tensor[]"));
};
template <class R, class... A>
struct Type<R (*)(A...) noexcept> : Type<R (*)(A...)> {};

/* A function of the boundary's types that calls one of C++'s, and lets no exception out. */
template <auto function, class Function>
struct Thunk;
template <auto function, class R, class... A>
struct Thunk<function, R (*)(A...)> {
  static_assert(((!std::is_lvalue_reference_v<A> || std::is_const_v<std::remove_reference_t<A>>)&&...),
                "a leaf function takes its arguments by value or by constant reference");

  static typename Result<R>::Crossed call(typename Argument<std::decay_t<A>>::Crossed... arguments) noexcept {
    try {
      if constexpr (std::is_void_v<R>) {
        function(Argument<std::decay_t<A>>::take(arguments)...);
        return;
      } else {
        return Result<R>::give(function(Argument<std::decay_t<A>>::take(arguments)...));
      }
    } catch (const std::exception &exception) {
      xylem_fail("%s", exception.what());
    } catch (...) {
      xylem_fail("something was thrown that is no std::exception");
    }
    return typename Result<R>::Crossed();
  }
};
template <auto function, class R, class... A>
struct Thunk<function, R (*)(A...) noexcept> : Thunk<function, R (*)(A...)> {};

template <class Texts>
struct FunctionNote {
  XYLEM_NOTE_HEAD
  xylem_note_leaf_function head;
  Texts texts;
};

}  // namespace detail

/* The signature of a plain function, as in its note: `signature_of<&round_up> == "(f64, i64) -> f64"`. */
template <auto function>
inline constexpr std::string_view signature_of = detail::Type<decltype(function)>::signature.view();

}  // namespace xylem

/*
 * Makes a function of C++ a leaf function under its own name. What may stand in its type is listed in xylem_sdk.hpp. Exceptions become the
 * leaf's failure. Unqualified, after the function's definition, in the same namespace.
 */
#define XYLEM_FUNCTION(function_, threading_, flags_, summary_) \
  XYLEM_CPP_FUNCTION(function_, nullptr, "", nullptr, nullptr, ::xylem::detail::Text<0>(), threading_, flags_, summary_)

/*
 * The same with gradients: `backward_` takes the function's arguments, then the gradient of its result, and gives a std::vector<OwnedTensor>
 * with one entry for each argument, an empty one where there is no gradient. It may take the results too, before their gradient: a Tensor, or
 * a std::vector<Tensor> of several.
 */
#define XYLEM_FUNCTION_WITH_BACKWARD(function_, backward_, threading_, flags_, summary_) \
  XYLEM_CPP_BACKWARD(function_, backward_)                                              \
  XYLEM_CPP_FUNCTION(function_, nullptr, "", XYLEM_CPP_POINTER(backward_), XYLEM_CPP_SIGNATURE(backward_).characters, \
                     XYLEM_CPP_SIGNATURE(backward_), threading_, flags_, summary_)

/* A leaf function that implements an operator of the tensor runtime: `XYLEM_OPERATOR("torchvision::nms", nms, ...)`. */
#define XYLEM_OPERATOR(operator_, function_, threading_, flags_, summary_) \
  XYLEM_CPP_FUNCTION(function_, operator_, operator_, nullptr, nullptr, ::xylem::detail::Text<0>(), threading_, flags_, summary_)

/* The same with gradients, as in XYLEM_FUNCTION_WITH_BACKWARD. */
#define XYLEM_OPERATOR_WITH_BACKWARD(operator_, function_, backward_, threading_, flags_, summary_) \
  XYLEM_CPP_BACKWARD(function_, backward_)                                                         \
  XYLEM_CPP_FUNCTION(function_, operator_, operator_, XYLEM_CPP_POINTER(backward_), XYLEM_CPP_SIGNATURE(backward_).characters, \
                     XYLEM_CPP_SIGNATURE(backward_), threading_, flags_, summary_)

#define XYLEM_CPP_TYPE(function_) ::xylem::detail::Type<decltype(&function_)>
#define XYLEM_CPP_SIGNATURE(function_) XYLEM_CPP_TYPE(function_)::signature
#define XYLEM_CPP_POINTER(function_) (xylem_any_function)&::xylem::detail::Thunk<&function_, decltype(&function_)>::call

#define XYLEM_CPP_BACKWARD(function_, backward_)                                                 \
  static_assert(XYLEM_CPP_SIGNATURE(backward_) == XYLEM_CPP_TYPE(function_)::backward_signature || \
                    XYLEM_CPP_SIGNATURE(backward_) == XYLEM_CPP_TYPE(function_)::backward_with_results_signature, \
                "a backward takes the function's arguments, then the gradient of its result, and gives std::vector<OwnedTensor>");

#define XYLEM_CPP_FUNCTION(function_, operator_, operator_text_, backward_, backward_signature_, backward_text_, threading_, \
                           flags_, summary_)                                                                                \
  static constexpr auto function_##_texts =                                                                                 \
      ::xylem::detail::separated(::xylem::detail::Text(#function_), XYLEM_CPP_SIGNATURE(function_),                         \
                                 ::xylem::detail::Text(operator_text_), backward_text_, ::xylem::detail::Text(summary_));   \
  static constexpr ::xylem::detail::FunctionNote<std::decay_t<decltype(function_##_texts)>> function_##_note                \
      XYLEM_NOTE_PLACE = {4, sizeof(function_##_note) - 16, XYLEM_NOTE_LEAF_FUNCTION, XYLEM_NOTE_OWNER,                     \
                          {threading_, flags_, 1, 0}, function_##_texts};                                                   \
  static const xylem_leaf_function function_##_leaf = {                                                                     \
      sizeof(xylem_leaf_function), threading_, flags_, 1, #function_, XYLEM_CPP_SIGNATURE(function_).characters, summary_,  \
      operator_, XYLEM_CPP_POINTER(function_), backward_, backward_signature_};                                             \
  static const xylem_leaf_function *const function_##_entry __attribute__((section("xylem_functions"))) XYLEM_KEPT =        \
      &function_##_leaf;

#endif
