/*
 * The SDK for leaf plugins in C11. One file of the library declares the plugin; any file adds leaves:
 *
 *     #include <xylem_sdk.h>
 *     #include <math.h>
 *
 *     XYLEM_PLUGIN("org.example.rounding", "Rounding", "1.0")
 *
 *     static double round_up(double x, int64_t places) {
 *       const double scale = pow(10, (double)places);
 *       return ceil(x * scale) / scale;
 *     }
 *     XYLEM_LEAF_FUNCTION(round_up, f64, (f64, i64), XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC, "rounds up to decimal places")
 *
 *     cc -std=c11 -shared -fPIC -fvisibility=hidden -I.../CXylem/include rounding.c -lm -o librounding.so
 *
 * Each macro also writes the leaf's ELF note, and the compiler rejects a signature that differs from the function's
 * own. For C++ see xylem_sdk.hpp.
 */
#ifndef XYLEM_SDK_H
#define XYLEM_SDK_H

#include "xylem_leaves.h"
#include "xylem_note.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_attribute)
#if __has_attribute(retain)
#define XYLEM_KEPT __attribute__((used, retain))
#endif
#endif
#ifndef XYLEM_KEPT
#define XYLEM_KEPT __attribute__((used))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the plugin ---- */

/* The host, set by `open`; null before. Defined by XYLEM_PLUGIN. */
extern const xylem_host *xylem_sdk_host __attribute__((visibility("hidden")));

/* The leaves, collected by the linker. */
extern const xylem_leaf_module_type *const __start_xylem_modules[] __attribute__((weak, visibility("hidden")));
extern const xylem_leaf_module_type *const __stop_xylem_modules[] __attribute__((weak, visibility("hidden")));
extern const xylem_leaf_function *const __start_xylem_functions[] __attribute__((weak, visibility("hidden")));
extern const xylem_leaf_function *const __stop_xylem_functions[] __attribute__((weak, visibility("hidden")));

static inline xylem_status xylem_sdk_open(const xylem_host *host, xylem_error *error) {
  (void)error;
  xylem_sdk_host = host;
  return XYLEM_OK;
}

/* The extensions that this header implements, or null. */
static inline const void *xylem_sdk_extension(const char *id) {
  static xylem_leaf_modules modules;
  static xylem_leaf_functions functions;
  if (strcmp(id, XYLEM_LEAF_MODULES_1) == 0 && &__start_xylem_modules[0] != &__stop_xylem_modules[0]) {
    /* The same values whenever they are written. */
    modules.items = __start_xylem_modules;
    modules.count = (uint32_t)(__stop_xylem_modules - __start_xylem_modules);
    modules.struct_size = sizeof modules;
    return &modules;
  }
  if (strcmp(id, XYLEM_LEAF_FUNCTIONS_1) == 0 && &__start_xylem_functions[0] != &__stop_xylem_functions[0]) {
    functions.items = __start_xylem_functions;
    functions.count = (uint32_t)(__stop_xylem_functions - __start_xylem_functions);
    functions.struct_size = sizeof functions;
    return &functions;
  }
  return NULL;
}

/* Declares the plugin: a reverse-domain id, a display name, and a version. Once per library, in C or in C++. */
#define XYLEM_PLUGIN(id_, name_, version_) XYLEM_PLUGIN_WITH(id_, name_, version_, xylem_sdk_open, xylem_sdk_extension)

/* The same with the plugin's own functions in place of xylem_sdk_open and xylem_sdk_extension, which they must call. */
#define XYLEM_PLUGIN_WITH(id_, name_, version_, open_, extension_)                                                       \
  const xylem_host *xylem_sdk_host;                                                                                      \
  static const struct {                                                                                                  \
    XYLEM_NOTE_HEAD                                                                                                      \
    xylem_note_plugin head;                                                                                              \
    char texts[sizeof(id_ "\0" name_ "\0" version_)];                                                                    \
  } xylem_sdk_note XYLEM_NOTE_PLACE = {XYLEM_NOTE_HEAD_OF(xylem_sdk_note, XYLEM_NOTE_PLUGIN),                            \
                                       {XYLEM_PLUGIN_MAGIC, XYLEM_ABI_VERSION, XYLEM_SDK_NEEDS, sizeof(void *)},         \
                                       id_ "\0" name_ "\0" version_};                                                    \
  XYLEM_KEPT const xylem_plugin_entry xylem_plugin = {                                                                   \
      sizeof(xylem_plugin_entry), XYLEM_PLUGIN_MAGIC, XYLEM_ABI_VERSION, XYLEM_SDK_NEEDS, id_, name_, version_, open_,   \
      extension_};

extern XYLEM_EXPORT const xylem_plugin_entry xylem_plugin;

/* The oldest host that supports leaves built with this header. */
#ifndef XYLEM_SDK_NEEDS
#define XYLEM_SDK_NEEDS 0x00010001u
#endif

#define XYLEM_NOTE_HEAD \
  uint32_t owner_size;  \
  uint32_t size;        \
  uint32_t type;        \
  char owner[4];
#define XYLEM_NOTE_HEAD_OF(note, type_) 4, sizeof(note) - 16, type_, XYLEM_NOTE_OWNER
/* The smallest alignment for 32-bit words: a larger one would leave gaps between notes. */
#define XYLEM_NOTE_PLACE __attribute__((section(XYLEM_NOTE_SECTION), aligned(4))) XYLEM_KEPT

/* ---- leaf functions ---- */

#ifndef __cplusplus

/*
 * Declares a leaf function. Types are written as in signatures, except for `tensor_written` (tensor!), `tensor_list`,
 * `i64_list`, `f64_list`, `bool_list` (tensor[] and so on) and `opt_i64`, `opt_tensor` and so on (opt<i64>). No
 * arguments are (void), no result is void.
 */
#define XYLEM_LEAF_FUNCTION(function_, result_, parameters_, threading_, flags_, summary_)                           \
  XYLEM_SDK_FUNCTION(function_, result_, parameters_, threading_, flags_, summary_, NULL, "", NULL, NULL, "")

/* The same with gradients: `backward_` takes the arguments, then the gradient of the result as a tensor, and returns a
 * list of tensors. */
#define XYLEM_LEAF_FUNCTION_WITH_BACKWARD(function_, backward_, parameters_, threading_, flags_, summary_)           \
  XYLEM_SDK_ASSERT(backward_, tensor_list, (XYLEM_SDK_UNWRAP parameters_, tensor))                                    \
  XYLEM_SDK_FUNCTION(function_, tensor, parameters_, threading_, flags_, summary_, NULL, "",                          \
                     (xylem_any_function)backward_,                                                                   \
                     XYLEM_SDK_SIGNATURE(tensor_list, (XYLEM_SDK_UNWRAP parameters_, tensor)),                        \
                     XYLEM_SDK_SIGNATURE(tensor_list, (XYLEM_SDK_UNWRAP parameters_, tensor)))

/* A leaf function that implements an operator of the tensor runtime, "torchvision::nms". */
#define XYLEM_LEAF_OPERATOR(operator_, function_, result_, parameters_, threading_, flags_, summary_)                \
  XYLEM_SDK_FUNCTION(function_, result_, parameters_, threading_, flags_, summary_, operator_, operator_, NULL, NULL, "")

#define XYLEM_SDK_FUNCTION(function_, result_, parameters_, threading_, flags_, summary_, operator_, operator_text_, \
                           backward_, backward_signature_, backward_text_)                                           \
  XYLEM_SDK_ASSERT(function_, result_, parameters_)                                                                  \
  static const struct {                                                                                              \
    XYLEM_NOTE_HEAD                                                                                                  \
    xylem_note_leaf_function head;                                                                                   \
    char texts[sizeof(#function_ "\0" XYLEM_SDK_SIGNATURE(result_, parameters_) "\0" operator_text_                 \
                      "\0" backward_text_ "\0" summary_)];                                                           \
  } function_##_note XYLEM_NOTE_PLACE = {XYLEM_NOTE_HEAD_OF(function_##_note, XYLEM_NOTE_LEAF_FUNCTION),             \
                                         {threading_, flags_, 1, 0},                                                 \
                                         #function_ "\0" XYLEM_SDK_SIGNATURE(result_, parameters_) "\0"             \
                                         operator_text_ "\0" backward_text_ "\0" summary_};                          \
  static const xylem_leaf_function function_##_leaf = {                                                              \
      sizeof(xylem_leaf_function), threading_, flags_, 1, #function_, XYLEM_SDK_SIGNATURE(result_, parameters_),     \
      summary_, operator_, (xylem_any_function)function_, backward_, backward_signature_};                           \
  static const xylem_leaf_function *const function_##_entry                                                          \
      __attribute__((section("xylem_functions"))) XYLEM_KEPT = &function_##_leaf;

#define XYLEM_SDK_ASSERT(function_, result_, parameters_)                                                            \
  _Static_assert(_Generic(&function_, XYLEM_SDK_RESULT_##result_ (*)(XYLEM_SDK_TYPES parameters_): 1, default: 0),   \
                 "the function's own type is not " XYLEM_SDK_SIGNATURE(result_, parameters_));

#define XYLEM_SDK_SIGNATURE(result_, parameters_) "(" XYLEM_SDK_TEXTS parameters_ ") -> " XYLEM_SDK_RESULT_TEXT_##result_

#define XYLEM_SDK_UNWRAP(...) __VA_ARGS__

/* Each of up to sixteen words, as a type or as a string. The second layer expands a word that is a macro call first. */
#define XYLEM_SDK_TYPES(...) XYLEM_SDK_EACH(XYLEM_SDK_TYPE, XYLEM_SDK_TYPE, __VA_ARGS__)
#define XYLEM_SDK_TEXTS(...) XYLEM_SDK_EACH(XYLEM_SDK_TEXT, XYLEM_SDK_NEXT_TEXT, __VA_ARGS__)
#define XYLEM_SDK_TYPE(word) XYLEM_SDK_TYPE_##word
#define XYLEM_SDK_TEXT(word) XYLEM_SDK_TEXT_##word
#define XYLEM_SDK_NEXT_TEXT(word) ", " XYLEM_SDK_TEXT_##word
#define XYLEM_SDK_EACH(first, next, ...)                                                                             \
  XYLEM_SDK_PICK(__VA_ARGS__, XYLEM_SDK_16, XYLEM_SDK_15, XYLEM_SDK_14, XYLEM_SDK_13, XYLEM_SDK_12, XYLEM_SDK_11,    \
                 XYLEM_SDK_10, XYLEM_SDK_9, XYLEM_SDK_8, XYLEM_SDK_7, XYLEM_SDK_6, XYLEM_SDK_5, XYLEM_SDK_4,         \
                 XYLEM_SDK_3, XYLEM_SDK_2, XYLEM_SDK_1, 0)                                                           \
  (first, next, __VA_ARGS__)
#define XYLEM_SDK_PICK(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, picked, ...) picked
#define XYLEM_SDK_JOIN_XYLEM_SDK_TYPE ,
#define XYLEM_SDK_JOIN_XYLEM_SDK_NEXT_TEXT
#define XYLEM_SDK_JOIN(next) XYLEM_SDK_JOIN_##next
#define XYLEM_SDK_1(first, next, a) first(a)
#define XYLEM_SDK_JOIN_OF(n) XYLEM_SDK_JOIN(n)
#define XYLEM_SDK_2(f, n, a, b) f(a) XYLEM_SDK_JOIN_OF(n) n(b)
#define XYLEM_SDK_3(f, n, a, ...) f(a) XYLEM_SDK_JOIN_OF(n) XYLEM_SDK_2(n, n, __VA_ARGS__)
#define XYLEM_SDK_4(f, n, a, ...) f(a) XYLEM_SDK_JOIN_OF(n) XYLEM_SDK_3(n, n, __VA_ARGS__)
#define XYLEM_SDK_5(f, n, a, ...) f(a) XYLEM_SDK_JOIN_OF(n) XYLEM_SDK_4(n, n, __VA_ARGS__)
#define XYLEM_SDK_6(f, n, a, ...) f(a) XYLEM_SDK_JOIN_OF(n) XYLEM_SDK_5(n, n, __VA_ARGS__)
#define XYLEM_SDK_7(f, n, a, ...) f(a) XYLEM_SDK_JOIN_OF(n) XYLEM_SDK_6(n, n, __VA_ARGS__)
#define XYLEM_SDK_8(f, n, a, ...) f(a) XYLEM_SDK_JOIN_OF(n) XYLEM_SDK_7(n, n, __VA_ARGS__)
#define XYLEM_SDK_9(f, n, a, ...) f(a) XYLEM_SDK_JOIN_OF(n) XYLEM_SDK_8(n, n, __VA_ARGS__)
#define XYLEM_SDK_10(f, n, a, ...) f(a) XYLEM_SDK_JOIN_OF(n) XYLEM_SDK_9(n, n, __VA_ARGS__)
#define XYLEM_SDK_11(f, n, a, ...) f(a) XYLEM_SDK_JOIN_OF(n) XYLEM_SDK_10(n, n, __VA_ARGS__)
#define XYLEM_SDK_12(f, n, a, ...) f(a) XYLEM_SDK_JOIN_OF(n) XYLEM_SDK_11(n, n, __VA_ARGS__)
#define XYLEM_SDK_13(f, n, a, ...) f(a) XYLEM_SDK_JOIN_OF(n) XYLEM_SDK_12(n, n, __VA_ARGS__)
#define XYLEM_SDK_14(f, n, a, ...) f(a) XYLEM_SDK_JOIN_OF(n) XYLEM_SDK_13(n, n, __VA_ARGS__)
#define XYLEM_SDK_15(f, n, a, ...) f(a) XYLEM_SDK_JOIN_OF(n) XYLEM_SDK_14(n, n, __VA_ARGS__)
#define XYLEM_SDK_16(f, n, a, ...) f(a) XYLEM_SDK_JOIN_OF(n) XYLEM_SDK_15(n, n, __VA_ARGS__)

/* The meaning of each word: an argument's type and string, a result's type and string. */
#define XYLEM_SDK_TYPE_void void
#define XYLEM_SDK_TEXT_void ""
#define XYLEM_SDK_RESULT_void void
#define XYLEM_SDK_RESULT_TEXT_void "()"
#define XYLEM_SDK_TYPE_i8 int8_t
#define XYLEM_SDK_TEXT_i8 "i8"
#define XYLEM_SDK_RESULT_i8 int8_t
#define XYLEM_SDK_RESULT_TEXT_i8 "i8"
#define XYLEM_SDK_TYPE_i16 int16_t
#define XYLEM_SDK_TEXT_i16 "i16"
#define XYLEM_SDK_RESULT_i16 int16_t
#define XYLEM_SDK_RESULT_TEXT_i16 "i16"
#define XYLEM_SDK_TYPE_i32 int32_t
#define XYLEM_SDK_TEXT_i32 "i32"
#define XYLEM_SDK_RESULT_i32 int32_t
#define XYLEM_SDK_RESULT_TEXT_i32 "i32"
#define XYLEM_SDK_TYPE_i64 int64_t
#define XYLEM_SDK_TEXT_i64 "i64"
#define XYLEM_SDK_RESULT_i64 int64_t
#define XYLEM_SDK_RESULT_TEXT_i64 "i64"
#define XYLEM_SDK_TYPE_u8 uint8_t
#define XYLEM_SDK_TEXT_u8 "u8"
#define XYLEM_SDK_RESULT_u8 uint8_t
#define XYLEM_SDK_RESULT_TEXT_u8 "u8"
#define XYLEM_SDK_TYPE_u16 uint16_t
#define XYLEM_SDK_TEXT_u16 "u16"
#define XYLEM_SDK_RESULT_u16 uint16_t
#define XYLEM_SDK_RESULT_TEXT_u16 "u16"
#define XYLEM_SDK_TYPE_u32 uint32_t
#define XYLEM_SDK_TEXT_u32 "u32"
#define XYLEM_SDK_RESULT_u32 uint32_t
#define XYLEM_SDK_RESULT_TEXT_u32 "u32"
#define XYLEM_SDK_TYPE_u64 uint64_t
#define XYLEM_SDK_TEXT_u64 "u64"
#define XYLEM_SDK_RESULT_u64 uint64_t
#define XYLEM_SDK_RESULT_TEXT_u64 "u64"
#define XYLEM_SDK_TYPE_f32 float
#define XYLEM_SDK_TEXT_f32 "f32"
#define XYLEM_SDK_RESULT_f32 float
#define XYLEM_SDK_RESULT_TEXT_f32 "f32"
#define XYLEM_SDK_TYPE_f64 double
#define XYLEM_SDK_TEXT_f64 "f64"
#define XYLEM_SDK_RESULT_f64 double
#define XYLEM_SDK_RESULT_TEXT_f64 "f64"
#define XYLEM_SDK_TYPE_bool bool
#define XYLEM_SDK_TEXT_bool "bool"
#define XYLEM_SDK_RESULT_bool bool
#define XYLEM_SDK_RESULT_TEXT_bool "bool"
#define XYLEM_SDK_TYPE__Bool bool
#define XYLEM_SDK_TEXT__Bool "bool"
#define XYLEM_SDK_RESULT__Bool bool
#define XYLEM_SDK_RESULT_TEXT__Bool "bool"
#define XYLEM_SDK_TYPE_cstr const char *
#define XYLEM_SDK_TEXT_cstr "cstr"
#define XYLEM_SDK_RESULT_cstr const char *
#define XYLEM_SDK_RESULT_TEXT_cstr "cstr"
#define XYLEM_SDK_TYPE_ptr void *
#define XYLEM_SDK_TEXT_ptr "ptr"
#define XYLEM_SDK_RESULT_ptr void *
#define XYLEM_SDK_RESULT_TEXT_ptr "ptr"
#define XYLEM_SDK_TYPE_tensor const DLManagedTensorVersioned *
#define XYLEM_SDK_TEXT_tensor "tensor"
#define XYLEM_SDK_RESULT_tensor DLManagedTensorVersioned *
#define XYLEM_SDK_RESULT_TEXT_tensor "tensor"
#define XYLEM_SDK_TYPE_tensor_written DLManagedTensorVersioned *
#define XYLEM_SDK_TEXT_tensor_written "tensor!"
#define XYLEM_SDK_TYPE_i64_list const xylem_i64_list *
#define XYLEM_SDK_TEXT_i64_list "i64[]"
#define XYLEM_SDK_RESULT_i64_list const xylem_i64_list *
#define XYLEM_SDK_RESULT_TEXT_i64_list "i64[]"
#define XYLEM_SDK_TYPE_f64_list const xylem_f64_list *
#define XYLEM_SDK_TEXT_f64_list "f64[]"
#define XYLEM_SDK_RESULT_f64_list const xylem_f64_list *
#define XYLEM_SDK_RESULT_TEXT_f64_list "f64[]"
#define XYLEM_SDK_TYPE_bool_list const xylem_bool_list *
#define XYLEM_SDK_TEXT_bool_list "bool[]"
#define XYLEM_SDK_RESULT_bool_list const xylem_bool_list *
#define XYLEM_SDK_RESULT_TEXT_bool_list "bool[]"
#define XYLEM_SDK_TYPE_tensor_list const xylem_tensor_list *
#define XYLEM_SDK_TEXT_tensor_list "tensor[]"
#define XYLEM_SDK_RESULT_tensor_list const xylem_tensor_list *
#define XYLEM_SDK_RESULT_TEXT_tensor_list "tensor[]"
#define XYLEM_SDK_TYPE_opt_i8 const int8_t *
#define XYLEM_SDK_TEXT_opt_i8 "opt<i8>"
#define XYLEM_SDK_TYPE_opt_i16 const int16_t *
#define XYLEM_SDK_TEXT_opt_i16 "opt<i16>"
#define XYLEM_SDK_TYPE_opt_i32 const int32_t *
#define XYLEM_SDK_TEXT_opt_i32 "opt<i32>"
#define XYLEM_SDK_TYPE_opt_i64 const int64_t *
#define XYLEM_SDK_TEXT_opt_i64 "opt<i64>"
#define XYLEM_SDK_TYPE_opt_u8 const uint8_t *
#define XYLEM_SDK_TEXT_opt_u8 "opt<u8>"
#define XYLEM_SDK_TYPE_opt_u16 const uint16_t *
#define XYLEM_SDK_TEXT_opt_u16 "opt<u16>"
#define XYLEM_SDK_TYPE_opt_u32 const uint32_t *
#define XYLEM_SDK_TEXT_opt_u32 "opt<u32>"
#define XYLEM_SDK_TYPE_opt_u64 const uint64_t *
#define XYLEM_SDK_TEXT_opt_u64 "opt<u64>"
#define XYLEM_SDK_TYPE_opt_f32 const float *
#define XYLEM_SDK_TEXT_opt_f32 "opt<f32>"
#define XYLEM_SDK_TYPE_opt_f64 const double *
#define XYLEM_SDK_TEXT_opt_f64 "opt<f64>"
#define XYLEM_SDK_TYPE_opt_bool const bool *
#define XYLEM_SDK_TEXT_opt_bool "opt<bool>"
#define XYLEM_SDK_TYPE_opt_cstr const char *
#define XYLEM_SDK_TEXT_opt_cstr "opt<cstr>"
#define XYLEM_SDK_RESULT_opt_cstr const char *
#define XYLEM_SDK_RESULT_TEXT_opt_cstr "opt<cstr>"
#define XYLEM_SDK_TYPE_opt_ptr void *
#define XYLEM_SDK_TEXT_opt_ptr "opt<ptr>"
#define XYLEM_SDK_RESULT_opt_ptr void *
#define XYLEM_SDK_RESULT_TEXT_opt_ptr "opt<ptr>"
#define XYLEM_SDK_TYPE_opt_tensor const DLManagedTensorVersioned *
#define XYLEM_SDK_TEXT_opt_tensor "opt<tensor>"
#define XYLEM_SDK_RESULT_opt_tensor DLManagedTensorVersioned *
#define XYLEM_SDK_RESULT_TEXT_opt_tensor "opt<tensor>"
#define XYLEM_SDK_TYPE_opt_tensor_written DLManagedTensorVersioned *
#define XYLEM_SDK_TEXT_opt_tensor_written "opt<tensor!>"
#define XYLEM_SDK_TYPE_opt_i64_list const xylem_i64_list *
#define XYLEM_SDK_TEXT_opt_i64_list "opt<i64[]>"
#define XYLEM_SDK_TYPE_opt_f64_list const xylem_f64_list *
#define XYLEM_SDK_TEXT_opt_f64_list "opt<f64[]>"
#define XYLEM_SDK_TYPE_opt_bool_list const xylem_bool_list *
#define XYLEM_SDK_TEXT_opt_bool_list "opt<bool[]>"
#define XYLEM_SDK_TYPE_opt_tensor_list const xylem_tensor_list *
#define XYLEM_SDK_TEXT_opt_tensor_list "opt<tensor[]>"

#endif /* not C++ */

/* ---- leaf modules ---- */

/*
 * Declares modules of a type as leaves. The rest are members of xylem_leaf_module_type:
 * `.create = make, .call = run, .destroy = drop`. For modules whose own forward runs, `.create = NULL`.
 */
#define XYLEM_LEAF_MODULE(identifier_, type_, mode_, threading_, flags_, writes_, summary_, ...)                         \
  static const struct {                                                                                                  \
    XYLEM_NOTE_HEAD                                                                                                      \
    xylem_note_leaf_module head;                                                                                         \
    char texts[sizeof(type_ "\0" summary_)];                                                                             \
  } identifier_##_note XYLEM_NOTE_PLACE = {                                                                              \
      XYLEM_NOTE_HEAD_OF(identifier_##_note, XYLEM_NOTE_LEAF_MODULE),                                                    \
      {mode_, threading_, flags_, 0, (uint32_t)((uint64_t)(writes_)), (uint32_t)((uint64_t)(writes_) >> 32)},            \
      type_ "\0" summary_};                                                                                              \
  static const xylem_leaf_module_type identifier_##_leaf = {                                                             \
      sizeof(xylem_leaf_module_type), mode_, threading_, flags_, writes_, type_, summary_, __VA_ARGS__};                 \
  static const xylem_leaf_module_type *const identifier_##_entry                                                         \
      __attribute__((section("xylem_modules"))) XYLEM_KEPT = &identifier_##_leaf;

/* ---- services, with replacements if the host has none ---- */

static inline void xylem_log(xylem_log_level level, const char *message) {
  if (xylem_sdk_host && XYLEM_HAS(xylem_sdk_host, xylem_host, log) && xylem_sdk_host->log) {
    xylem_sdk_host->log(level, message);
  }
}

/* Makes the running leaf function fail, with a printf-style message. */
__attribute__((format(printf, 1, 2))) static inline void xylem_fail(const char *format, ...) {
  char message[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  if (xylem_sdk_host && XYLEM_HAS(xylem_sdk_host, xylem_host, fail) && xylem_sdk_host->fail) {
    xylem_sdk_host->fail(message);
  }
}

static inline void xylem_sdk_release_message(xylem_error *error) {
  free(error->message);
  error->message = NULL;
}

/* Sets an error with a printf-style message, and returns the status:
 * `return xylem_error_set(error, XYLEM_FAILED, ...)`. */
__attribute__((format(printf, 3, 4))) static inline xylem_status xylem_error_set(xylem_error *error, xylem_status status,
                                                                                const char *format, ...) {
  if (error) {
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    const size_t size = strlen(message) + 1;
    error->message = (char *)malloc(size);
    if (error->message) memcpy(error->message, message, size);
    error->release = xylem_sdk_release_message;
  }
  return status;
}

/* Memory from the host, which either side may release, or from the C library if the host offers none. */
static inline void *xylem_allocate(size_t bytes) {
  if (xylem_sdk_host && XYLEM_HAS(xylem_sdk_host, xylem_host, release) && xylem_sdk_host->allocate &&
      xylem_sdk_host->release) {
    return xylem_sdk_host->allocate(bytes);
  }
  return aligned_alloc(64, (bytes + 63) / 64 * 64 + (bytes == 0 ? 64 : 0));
}

static inline void xylem_release(void *memory) {
  if (xylem_sdk_host && XYLEM_HAS(xylem_sdk_host, xylem_host, release) && xylem_sdk_host->allocate &&
      xylem_sdk_host->release) {
    xylem_sdk_host->release(memory);
  } else {
    free(memory);
  }
}

/* ---- tensors ---- */

static inline int64_t xylem_tensor_count(const DLManagedTensorVersioned *tensor) {
  int64_t count = 1;
  for (int32_t i = 0; i < tensor->dl_tensor.ndim; ++i) count *= tensor->dl_tensor.shape[i];
  return count;
}

/* The address of the first element. */
static inline void *xylem_tensor_data(const DLManagedTensorVersioned *tensor) {
  return tensor->dl_tensor.data ? (char *)tensor->dl_tensor.data + tensor->dl_tensor.byte_offset : NULL;
}

static inline int64_t xylem_tensor_stride(const DLManagedTensorVersioned *tensor, int32_t dimension) {
  if (tensor->dl_tensor.strides) return tensor->dl_tensor.strides[dimension];
  int64_t stride = 1;
  for (int32_t i = tensor->dl_tensor.ndim - 1; i > dimension; --i) stride *= tensor->dl_tensor.shape[i];
  return stride;
}

/* Whether the elements are contiguous in row-major order. */
static inline bool xylem_tensor_is_compact(const DLManagedTensorVersioned *tensor) {
  int64_t stride = 1;
  for (int32_t i = tensor->dl_tensor.ndim - 1; i >= 0; --i) {
    if (tensor->dl_tensor.shape[i] != 1 && xylem_tensor_stride(tensor, i) != stride) return false;
    stride *= tensor->dl_tensor.shape[i];
  }
  return true;
}

/* Whether the elements have a kind (0 int, 1 uint, 2 float, 4 bfloat, 6 bool) and a width, on the CPU. */
static inline bool xylem_tensor_is(const DLManagedTensorVersioned *tensor, uint8_t code, uint8_t bits) {
  return tensor->dl_tensor.device.device_type == 1 && tensor->dl_tensor.dtype.code == code &&
         tensor->dl_tensor.dtype.bits == bits && tensor->dl_tensor.dtype.lanes == 1;
}

static inline void xylem_sdk_release_tensor(DLManagedTensorVersioned *tensor) { xylem_release(tensor); }

/* A contiguous tensor on the CPU, owned by the caller, with uninitialised elements; null if there is not enough memory.
 * */
static inline DLManagedTensorVersioned *xylem_tensor_make(DLDataType dtype, int32_t dimensions, const int64_t *shape) {
  size_t bytes = ((size_t)dtype.bits * dtype.lanes + 7) / 8;
  for (int32_t i = 0; i < dimensions; ++i) {
    if (shape[i] < 0 || __builtin_mul_overflow(bytes, (size_t)shape[i], &bytes)) return NULL;
  }
  size_t head = sizeof(DLManagedTensorVersioned) + (size_t)dimensions * sizeof(int64_t);
  head = (head + 63) / 64 * 64;
  size_t all;
  if (__builtin_add_overflow(head, bytes, &all)) return NULL;
  char *memory = (char *)xylem_allocate(all);
  if (!memory) return NULL;
  DLManagedTensorVersioned *tensor = (DLManagedTensorVersioned *)memory;
  memset(tensor, 0, sizeof *tensor);
  tensor->version.major = 1;
  tensor->deleter = xylem_sdk_release_tensor;
  tensor->dl_tensor.device.device_type = 1;
  tensor->dl_tensor.dtype = dtype;
  tensor->dl_tensor.ndim = dimensions;
  tensor->dl_tensor.shape = (int64_t *)(void *)(tensor + 1);
  if (dimensions > 0) memcpy(tensor->dl_tensor.shape, shape, (size_t)dimensions * sizeof(int64_t));
  tensor->dl_tensor.data = memory + head;
  return tensor;
}

/* A list of tensors for a result, with null elements, owned by the caller, who sets `elements`. Null if there is not
 * enough memory. */
static inline xylem_tensor_list *xylem_tensor_list_make(size_t count, DLManagedTensorVersioned ***elements) {
  char *memory = (char *)xylem_allocate(sizeof(xylem_tensor_list) + count * sizeof(DLManagedTensorVersioned *));
  if (!memory) return NULL;
  xylem_tensor_list *list = (xylem_tensor_list *)memory;
  *elements = (DLManagedTensorVersioned **)(void *)(list + 1);
  memset(*elements, 0, count * sizeof(DLManagedTensorVersioned *));
  list->count = count;
  list->elements = *elements;
  return list;
}

/* ---- a module's attributes ---- */

/*
 * The start of an attribute's value in a module's JSON, or null. The host's JSON has no whitespace, and no nested
 * objects.
 */
static inline const char *xylem_attribute_find(const char *attributes, const char *name) {
  const size_t length = strlen(name);
  const char *at = attributes;
  while (*at) {
    if (*at != '"') {
      ++at;
      continue;
    }
    const char *start = ++at;
    while (*at && *at != '"') at += *at == '\\' && at[1] ? 2 : 1;
    if (!*at) return NULL;
    const bool is_name = at[1] == ':' && (size_t)(at - start) == length && memcmp(start, name, length) == 0;
    ++at;
    if (is_name) return at + 1;
  }
  return NULL;
}

/* Reads a number or an array of numbers. Returns their number and writes at most `capacity`; -1 if it is neither. */
static inline int xylem_attribute_numbers(const char *attributes, const char *name, double *out, int capacity) {
  const char *at = xylem_attribute_find(attributes, name);
  if (!at) return -1;
  const bool is_array = *at == '[';
  if (is_array && at[1] == ']') return 0;
  int count = 0;
  do {
    char *end;
    const double number = strtod(is_array || count > 0 ? ++at : at, &end);
    if (end == at) return -1;
    if (count < capacity) out[count] = number;
    ++count;
    at = end;
  } while (is_array && *at == ',');
  return !is_array || *at == ']' ? count : -1;
}

/* The same for integers; -1 also if one is not an integer. */
static inline int xylem_attribute_integers(const char *attributes, const char *name, int64_t *out, int capacity) {
  double numbers[16];
  const int count = xylem_attribute_numbers(attributes, name, numbers, 16);
  if (count > 16) return -1;
  for (int i = 0; i < count; ++i) {
    if (!(numbers[i] > -9.2e18 && numbers[i] < 9.2e18) || numbers[i] != (double)(int64_t)numbers[i]) return -1;
    if (i < capacity) out[i] = (int64_t)numbers[i];
  }
  return count;
}

#ifdef __cplusplus
}
#endif
#endif
