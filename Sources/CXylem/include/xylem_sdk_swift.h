/*
 * The SDK for leaf plugins in Swift: the few lines of C that the plugin needs in addition to its Swift code, which
 * imports XylemLeaf. Swift can't put strings into a section of an ELF file, and a plugin must be describable without
 * running it. One file of the library:
 *
 *     #include <xylem_sdk_swift.h>
 *
 *     XYLEM_SWIFT_PLUGIN("org.example.gates", "Gates", "1.0")
 *     XYLEM_SWIFT_MODULE(SoftGate, XYLEM_MODE_NONE, XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC, 0, "a gate that is never shut")
 *     XYLEM_SWIFT_FUNCTION(squash, f64, (f64, i64), XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC, "squashes a number")
 *
 * and the Swift code registers the same names:
 *
 *     @c(xylem_register_leaves)
 *     public func registerLeaves() {
 *       Leaves.add(SoftGate.self)
 *       Leaves.add("squash", squash)
 *     }
 *
 * A function's signature is written here and derived again from the Swift function's type; the plugin fails to open if
 * the two differ.
 */
#ifndef XYLEM_SDK_SWIFT_H
#define XYLEM_SDK_SWIFT_H

#include "xylem_sdk.h"
#include "xylem_swift_leaf.h"

/* Hidden, so that every plugin in a process calls its own copy. */
#define XYLEM_SWIFT_HIDDEN __attribute__((visibility("hidden")))

extern xylem_swift_leaf *const __start_xylem_swift[] __attribute__((weak, visibility("hidden")));
extern xylem_swift_leaf *const __stop_xylem_swift[] __attribute__((weak, visibility("hidden")));

/* Written by the plugin's author, in Swift. */
XYLEM_SWIFT_HIDDEN void xylem_register_leaves(void);

/* Defined by XylemLeaf. */
XYLEM_SWIFT_HIDDEN xylem_status xylem_swift_open(const xylem_host *host, void (*register_leaves)(void),
                                                 xylem_swift_leaf *const *leaves, size_t count, xylem_error *error);
XYLEM_SWIFT_HIDDEN void xylem_swift_apply(const xylem_swift_leaf *leaf, const void *const *arguments, void *result);
XYLEM_SWIFT_HIDDEN void xylem_swift_apply_backward(const xylem_swift_leaf *leaf, const void *const *arguments,
                                                   void *result);
XYLEM_SWIFT_HIDDEN xylem_status xylem_swift_create(const xylem_swift_leaf *leaf, const char *attributes,
                                                   const char *const *tensor_names,
                                                   DLManagedTensorVersioned *const *tensors, size_t tensor_count,
                                                   xylem_leaf_instance **out, xylem_error *error);
XYLEM_SWIFT_HIDDEN xylem_status xylem_swift_call(xylem_leaf_instance *instance, xylem_leaf_call *call,
                                                 xylem_error *error);
XYLEM_SWIFT_HIDDEN size_t xylem_swift_parameters(const xylem_leaf_instance *instance, const char **names,
                                                 size_t capacity);
XYLEM_SWIFT_HIDDEN xylem_status xylem_swift_backward(xylem_leaf_instance *instance, xylem_leaf_backward *backward,
                                                     xylem_error *error);
XYLEM_SWIFT_HIDDEN void xylem_swift_destroy(xylem_leaf_instance *instance);

/* Declares the plugin: a reverse-domain id, a display name, and a version. Once per library. */
#define XYLEM_SWIFT_PLUGIN(id_, name_, version_)                                                                     \
  static xylem_status xylem_swift_plugin_open(const xylem_host *host, xylem_error *error) {                          \
    xylem_sdk_open(host, error);                                                                                     \
    return xylem_swift_open(host, xylem_register_leaves, __start_xylem_swift,                                        \
                            (size_t)(__stop_xylem_swift - __start_xylem_swift), error);                              \
  }                                                                                                                  \
  XYLEM_PLUGIN_WITH(id_, name_, version_, xylem_swift_plugin_open, xylem_sdk_extension)

/* ---- leaf modules ---- */

/* Declares leaf modules that a Swift type of the same name computes. Bit i of `writes_`: argument i is written in
 * place. */
#define XYLEM_SWIFT_MODULE(type_, mode_, threading_, flags_, writes_, summary_) \
  XYLEM_SWIFT_ANY_MODULE(type_, mode_, threading_, flags_, writes_, summary_, NULL, NULL)

/* The same for a type that is a DifferentiableLeafModule. */
#define XYLEM_SWIFT_MODULE_WITH_BACKWARD(type_, mode_, threading_, flags_, writes_, summary_)                        \
  XYLEM_SWIFT_ANY_MODULE(type_, mode_, threading_, flags_, writes_, summary_, xylem_swift_parameters,                \
                         xylem_swift_backward)

#define XYLEM_SWIFT_ANY_MODULE(type_, mode_, threading_, flags_, writes_, summary_, parameters_, backward_)          \
  static xylem_swift_leaf type_##_swift;                                                                             \
  static xylem_status type_##_create(const char *attributes, const char *const *tensor_names,                        \
                                     DLManagedTensorVersioned *const *tensors, size_t tensor_count,                  \
                                     xylem_leaf_instance **out, xylem_error *error) {                                \
    return xylem_swift_create(&type_##_swift, attributes, tensor_names, tensors, tensor_count, out, error);          \
  }                                                                                                                  \
  XYLEM_LEAF_MODULE(type_, #type_, mode_, threading_, (flags_) | XYLEM_LEAF_REPLACES, writes_, summary_,             \
                    .create = type_##_create, .call = xylem_swift_call, .parameters = parameters_,                   \
                    .backward = backward_, .destroy = xylem_swift_destroy)                                           \
  XYLEM_SWIFT_ENTRY(type_, &type_##_leaf, NULL)

#define XYLEM_SWIFT_ENTRY(name_, module_, function_)                                                                 \
  static xylem_swift_leaf name_##_swift = {module_, function_, NULL};                                                \
  static xylem_swift_leaf *const name_##_swift_entry __attribute__((section("xylem_swift"))) XYLEM_KEPT =            \
      &name_##_swift;

/* ---- leaf functions ---- */

/*
 * Declares a leaf function that calls a Swift function. The words for types are those of XYLEM_LEAF_FUNCTION; one to
 * sixteen arguments. Not available in Swift: `ptr`, and `cstr` results.
 */
#define XYLEM_SWIFT_FUNCTION(function_, result_, parameters_, threading_, flags_, summary_)                          \
  static xylem_swift_leaf function_##_swift;                                                                         \
  static XYLEM_SDK_RESULT_##result_ function_(XYLEM_SWIFT_NAMED parameters_) {                                       \
    XYLEM_SWIFT_BODY(result_)(XYLEM_SDK_RESULT_##result_, xylem_swift_apply, function_##_swift,                      \
                              XYLEM_SWIFT_ADDRESSES parameters_)                                                     \
  }                                                                                                                  \
  XYLEM_LEAF_FUNCTION(function_, result_, parameters_, threading_, flags_, summary_)                                 \
  XYLEM_SWIFT_ENTRY(function_, NULL, &function_##_leaf)

/* The same with gradients, for a function that returns one tensor; up to fifteen arguments. */
#define XYLEM_SWIFT_FUNCTION_WITH_BACKWARD(function_, parameters_, threading_, flags_, summary_)                     \
  static xylem_swift_leaf function_##_swift;                                                                         \
  static DLManagedTensorVersioned *function_(XYLEM_SWIFT_NAMED parameters_) {                                        \
    XYLEM_SWIFT_RUN(DLManagedTensorVersioned *, xylem_swift_apply, function_##_swift,                                \
                    XYLEM_SWIFT_ADDRESSES parameters_)                                                               \
  }                                                                                                                  \
  static const xylem_tensor_list *function_##_backward(                                                              \
      XYLEM_SWIFT_EXPAND(XYLEM_SWIFT_NAMED, (XYLEM_SDK_UNWRAP parameters_, tensor))) {                               \
    XYLEM_SWIFT_RUN(const xylem_tensor_list *, xylem_swift_apply_backward, function_##_swift,                        \
                    XYLEM_SWIFT_EXPAND(XYLEM_SWIFT_ADDRESSES, (XYLEM_SDK_UNWRAP parameters_, tensor)))               \
  }                                                                                                                  \
  XYLEM_LEAF_FUNCTION_WITH_BACKWARD(function_, function_##_backward, parameters_, threading_, flags_, summary_)      \
  XYLEM_SWIFT_ENTRY(function_, NULL, &function_##_leaf)

#define XYLEM_SWIFT_EXPAND(macro, arguments) macro arguments

/* A function's body; for `void` the second, since the word's macro makes a comma. */
#define XYLEM_SWIFT_IS_VOID_void ,
#define XYLEM_SWIFT_BODY(result_) \
  XYLEM_SWIFT_THIRD(XYLEM_SWIFT_IS_VOID_##result_, XYLEM_SWIFT_RUN_WITHOUT_RESULT, XYLEM_SWIFT_RUN, 0)
#define XYLEM_SWIFT_THIRD(...) XYLEM_SWIFT_THIRD_OF(__VA_ARGS__)
#define XYLEM_SWIFT_THIRD_OF(a, b, c, ...) c
#define XYLEM_SWIFT_RUN(type_, apply_, leaf_, ...)             \
  const void *const addresses[] = {__VA_ARGS__};               \
  type_ result;                                                \
  memset(&result, 0, sizeof result);                           \
  apply_(&leaf_, addresses, &result);                          \
  return result;
#define XYLEM_SWIFT_RUN_WITHOUT_RESULT(type_, apply_, leaf_, ...) \
  const void *const addresses[] = {__VA_ARGS__};                  \
  char nothing;                                                   \
  apply_(&leaf_, addresses, &nothing);

/* The arguments with names, counted down to a1, and their addresses. */
#define XYLEM_SWIFT_NAMED(...) \
  XYLEM_SDK_PICK(__VA_ARGS__, XYLEM_SWIFT_NAMED_16, XYLEM_SWIFT_NAMED_15, XYLEM_SWIFT_NAMED_14, \
                 XYLEM_SWIFT_NAMED_13, XYLEM_SWIFT_NAMED_12, XYLEM_SWIFT_NAMED_11, XYLEM_SWIFT_NAMED_10, \
                 XYLEM_SWIFT_NAMED_9, XYLEM_SWIFT_NAMED_8, XYLEM_SWIFT_NAMED_7, XYLEM_SWIFT_NAMED_6, \
                 XYLEM_SWIFT_NAMED_5, XYLEM_SWIFT_NAMED_4, XYLEM_SWIFT_NAMED_3, XYLEM_SWIFT_NAMED_2, \
                 XYLEM_SWIFT_NAMED_1, 0) \
  (__VA_ARGS__)
#define XYLEM_SWIFT_NAMED_1(word) XYLEM_SDK_TYPE(word) a1
#define XYLEM_SWIFT_NAMED_2(word, ...) XYLEM_SDK_TYPE(word) a2, XYLEM_SWIFT_NAMED_1(__VA_ARGS__)
#define XYLEM_SWIFT_NAMED_3(word, ...) XYLEM_SDK_TYPE(word) a3, XYLEM_SWIFT_NAMED_2(__VA_ARGS__)
#define XYLEM_SWIFT_NAMED_4(word, ...) XYLEM_SDK_TYPE(word) a4, XYLEM_SWIFT_NAMED_3(__VA_ARGS__)
#define XYLEM_SWIFT_NAMED_5(word, ...) XYLEM_SDK_TYPE(word) a5, XYLEM_SWIFT_NAMED_4(__VA_ARGS__)
#define XYLEM_SWIFT_NAMED_6(word, ...) XYLEM_SDK_TYPE(word) a6, XYLEM_SWIFT_NAMED_5(__VA_ARGS__)
#define XYLEM_SWIFT_NAMED_7(word, ...) XYLEM_SDK_TYPE(word) a7, XYLEM_SWIFT_NAMED_6(__VA_ARGS__)
#define XYLEM_SWIFT_NAMED_8(word, ...) XYLEM_SDK_TYPE(word) a8, XYLEM_SWIFT_NAMED_7(__VA_ARGS__)
#define XYLEM_SWIFT_NAMED_9(word, ...) XYLEM_SDK_TYPE(word) a9, XYLEM_SWIFT_NAMED_8(__VA_ARGS__)
#define XYLEM_SWIFT_NAMED_10(word, ...) XYLEM_SDK_TYPE(word) a10, XYLEM_SWIFT_NAMED_9(__VA_ARGS__)
#define XYLEM_SWIFT_NAMED_11(word, ...) XYLEM_SDK_TYPE(word) a11, XYLEM_SWIFT_NAMED_10(__VA_ARGS__)
#define XYLEM_SWIFT_NAMED_12(word, ...) XYLEM_SDK_TYPE(word) a12, XYLEM_SWIFT_NAMED_11(__VA_ARGS__)
#define XYLEM_SWIFT_NAMED_13(word, ...) XYLEM_SDK_TYPE(word) a13, XYLEM_SWIFT_NAMED_12(__VA_ARGS__)
#define XYLEM_SWIFT_NAMED_14(word, ...) XYLEM_SDK_TYPE(word) a14, XYLEM_SWIFT_NAMED_13(__VA_ARGS__)
#define XYLEM_SWIFT_NAMED_15(word, ...) XYLEM_SDK_TYPE(word) a15, XYLEM_SWIFT_NAMED_14(__VA_ARGS__)
#define XYLEM_SWIFT_NAMED_16(word, ...) XYLEM_SDK_TYPE(word) a16, XYLEM_SWIFT_NAMED_15(__VA_ARGS__)
#define XYLEM_SWIFT_ADDRESSES(...) \
  XYLEM_SDK_PICK(__VA_ARGS__, XYLEM_SWIFT_AT_16, XYLEM_SWIFT_AT_15, XYLEM_SWIFT_AT_14, XYLEM_SWIFT_AT_13, \
                 XYLEM_SWIFT_AT_12, XYLEM_SWIFT_AT_11, XYLEM_SWIFT_AT_10, XYLEM_SWIFT_AT_9, XYLEM_SWIFT_AT_8, \
                 XYLEM_SWIFT_AT_7, XYLEM_SWIFT_AT_6, XYLEM_SWIFT_AT_5, XYLEM_SWIFT_AT_4, XYLEM_SWIFT_AT_3, \
                 XYLEM_SWIFT_AT_2, XYLEM_SWIFT_AT_1, 0)
#define XYLEM_SWIFT_AT_1 &a1
#define XYLEM_SWIFT_AT_2 &a2, XYLEM_SWIFT_AT_1
#define XYLEM_SWIFT_AT_3 &a3, XYLEM_SWIFT_AT_2
#define XYLEM_SWIFT_AT_4 &a4, XYLEM_SWIFT_AT_3
#define XYLEM_SWIFT_AT_5 &a5, XYLEM_SWIFT_AT_4
#define XYLEM_SWIFT_AT_6 &a6, XYLEM_SWIFT_AT_5
#define XYLEM_SWIFT_AT_7 &a7, XYLEM_SWIFT_AT_6
#define XYLEM_SWIFT_AT_8 &a8, XYLEM_SWIFT_AT_7
#define XYLEM_SWIFT_AT_9 &a9, XYLEM_SWIFT_AT_8
#define XYLEM_SWIFT_AT_10 &a10, XYLEM_SWIFT_AT_9
#define XYLEM_SWIFT_AT_11 &a11, XYLEM_SWIFT_AT_10
#define XYLEM_SWIFT_AT_12 &a12, XYLEM_SWIFT_AT_11
#define XYLEM_SWIFT_AT_13 &a13, XYLEM_SWIFT_AT_12
#define XYLEM_SWIFT_AT_14 &a14, XYLEM_SWIFT_AT_13
#define XYLEM_SWIFT_AT_15 &a15, XYLEM_SWIFT_AT_14
#define XYLEM_SWIFT_AT_16 &a16, XYLEM_SWIFT_AT_15

#endif
