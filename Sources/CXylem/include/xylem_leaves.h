/*
 * The extensions "xylem.leaf-modules/1" and "xylem.leaf-functions/1": the leaves that a plugin provides. A leaf is not
 * traced through: it is a single opaque call in the graph, and the extractor makes that call.
 *
 * Tensors are passed as DLPack. A tensor that the host passes is borrowed: its deleter is null, its memory is valid
 * until the call returns (a parameter's until `destroy`), and if its flags say read-only it must not be written. A
 * tensor that the plugin returns as a result is owned by the host, which calls its deleter, if there is one, exactly
 * once, on any thread. Each result must have its own memory: a result that shares an argument's memory is refused,
 * except for the argument itself, returned unchanged. A lent tensor may have any strides: a
 * gradient may be expanded, with strides of 0.
 */
#ifndef XYLEM_LEAVES_H
#define XYLEM_LEAVES_H

#include "xylem_dlpack.h"
#include "xylem_plugin.h"

#ifndef __cplusplus
#include <stdbool.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define XYLEM_LEAF_MODULES_1 "xylem.leaf-modules/1"
#define XYLEM_LEAF_FUNCTIONS_1 "xylem.leaf-functions/1"

#define XYLEM_TENSOR_READ_ONLY 1u /* bit of DLManagedTensorVersioned.flags */

/* ---- declarations of a leaf ---- */

/* How a leaf depends on train and eval mode. The diff engine uses it, and `xylem plugin check` tests it. */
typedef enum xylem_mode_trait {
  XYLEM_MODE_UNKNOWN = 0,       /* not declared */
  XYLEM_MODE_NONE = 1,          /* computes the same in both modes */
  XYLEM_MODE_READS = 2,         /* computes something different in train mode */
  XYLEM_MODE_UPDATES_STATE = 3, /* reads the mode, and writes its parameters or own state in train mode */
  XYLEM_MODE_RANDOM = 4,        /* draws random numbers from its seed in train mode only */
} xylem_mode_trait;

/* Which calls may run concurrently. The host takes the locks. */
typedef enum xylem_threading {
  XYLEM_SERIAL = 0,       /* one call of anything in this plugin at a time */
  XYLEM_PER_INSTANCE = 1, /* one call of an instance at a time, or of a function */
  XYLEM_REENTRANT = 2,    /* any number of calls */
} xylem_threading;

/* Flags of a leaf. A host ignores bits that it does not know. A new bit raises the minor ABI version. */
#define XYLEM_LEAF_DETERMINISTIC 1u /* equal arguments (and seed) give equal results, bit for bit */
#define XYLEM_LEAF_REPLACES 2u      /* for a module: `call` replaces the model's own forward */
#define XYLEM_LEAF_RANDOM 4u        /* for a function: it draws random numbers */

/* ---- values ---- */

typedef enum xylem_argument_kind {
  XYLEM_ARGUMENT_NONE = 0,
  XYLEM_ARGUMENT_BOOL = 1,  /* as.integer is 0 or 1 */
  XYLEM_ARGUMENT_INT = 2,   /* as.integer */
  XYLEM_ARGUMENT_FLOAT = 3, /* as.number */
  XYLEM_ARGUMENT_STRING = 4, /* as.string, null-terminated UTF-8; `count` is its bytes without the null */
  XYLEM_ARGUMENT_TENSOR = 5, /* as.tensor */
  XYLEM_ARGUMENT_LIST = 6,   /* as.elements, `count` of them; tuples arrive as lists */
} xylem_argument_kind;

typedef struct xylem_argument {
  uint32_t kind;
  uint32_t count;
  union {
    int64_t integer;
    double number;
    const char *string;
    DLManagedTensorVersioned *tensor;
    const struct xylem_argument *elements;
  } as;
} xylem_argument;

XYLEM_STATIC_ASSERT(sizeof(xylem_argument) == 16, "xylem_argument never changes");

/* ---- leaf modules ---- */

typedef struct xylem_leaf_call {
  uint32_t struct_size;
  int32_t is_training;
  uint64_t seed; /* for XYLEM_MODE_RANDOM in train mode: drawn from the host's random state for each call; otherwise 0 */
  const xylem_argument *arguments; /* arguments of forward, in order; borrowed */
  size_t argument_count;
  /* Set by the plugin: kinds none, bool, int, float and tensor. More than one result form a tuple. */
  xylem_argument *results;
  size_t result_capacity;
  size_t result_count;
} xylem_leaf_call;

typedef struct xylem_leaf_backward {
  uint32_t struct_size;
  int32_t is_training;
  uint64_t seed;                   /* the call's seed */
  const xylem_argument *arguments; /* the call's arguments; borrowed */
  size_t argument_count;
  const xylem_argument *results;   /* the call's results; borrowed */
  const DLManagedTensorVersioned *const *result_gradients; /* one for each result; null for no gradient; borrowed */
  size_t result_count;
  /* Set by the plugin to owned tensors; null for no gradient. */
  const uint8_t *needs_argument_gradient; /* by argument */
  DLManagedTensorVersioned **argument_gradients;
  const uint8_t *needs_parameter_gradient; /* by parameter, in the order of `parameters` */
  DLManagedTensorVersioned **parameter_gradients;
  size_t parameter_count;
} xylem_leaf_backward;

typedef struct xylem_leaf_instance xylem_leaf_instance; /* defined by the plugin */

typedef struct xylem_leaf_module_type {
  uint32_t struct_size;
  uint32_t mode;      /* xylem_mode_trait */
  uint32_t threading; /* xylem_threading */
  uint32_t flags;     /* XYLEM_LEAF_DETERMINISTIC, XYLEM_LEAF_REPLACES */
  uint64_t writes;    /* bit i: argument i, a tensor, is written in place; only the first 64 can be declared */
  const char *type_name; /* the type of the leaf modules, qualified or not: "Conv2dSame" */
  const char *summary;   /* one sentence; may be null */
  /* The following functions may be null unless XYLEM_LEAF_REPLACES is set. */
  /*
   * A module of the model. `attributes` is a JSON object of its plain attributes (numbers, Booleans, strings, null, and
   * arrays of them) with sorted keys, valid until the function returns. Tensors are passed with their names ("weight"),
   * borrowed until `destroy`, and share memory with the model's. [host; any thread]
   */
  xylem_status (*create)(const char *attributes, const char *const *tensor_names, DLManagedTensorVersioned *const *tensors,
                         size_t tensor_count, xylem_leaf_instance **out, xylem_error *error);
  /* [host; as declared by threading] */
  xylem_status (*call)(xylem_leaf_instance *instance, xylem_leaf_call *call, xylem_error *error);
  /* Called before the first call in a mode, on an instance without a running call. May be null. [host; any thread] */
  xylem_status (*set_mode)(xylem_leaf_instance *instance, int32_t is_training, xylem_error *error);
  /*
   * Returns the number of tensors for which `backward` computes gradients, and writes at most `capacity` names. They
   * live as long as the instance. May be null: none. [host; any thread]
   */
  size_t (*parameters)(const xylem_leaf_instance *instance, const char **names, size_t capacity);
  /* May be null: then a gradient that arrives here is an error. [host; as declared by threading] */
  xylem_status (*backward)(xylem_leaf_instance *instance, xylem_leaf_backward *backward, xylem_error *error);
  /* [host; any thread, after the last call] */
  void (*destroy)(xylem_leaf_instance *instance);
} xylem_leaf_module_type;

typedef struct xylem_leaf_modules {
  uint32_t struct_size;
  uint32_t count;
  const xylem_leaf_module_type *const *items;
} xylem_leaf_modules;

/* ---- leaf functions ---- */

/*
 * A plain C function with a signature such as "(tensor, i64) -> tensor". The types are passed as follows:
 *
 *   i8 i16 i32 i64 u8 u16 u32 u64   int8_t ... uint64_t
 *   f32 f64 bool                    float, double, bool
 *   cstr                            const char *
 *   ptr                             void *, passed on without access
 *   tensor                          as an argument const DLManagedTensorVersioned *, as a result DLManagedTensorVersioned *
 *   tensor!                         DLManagedTensorVersioned *: the function writes its elements
 *   T[]                             for i64, f64, bool or tensor: const xylem_i64_list * and so on
 *   opt<T>                          for a number or Boolean: const T *; for tensor, cstr, ptr, T[]: unchanged; null for none
 *   ()                              as a result: void
 *   (tensor, tensor)                as a result, two or more: a tensor[] of exactly as many, none of them null
 *
 * Arguments are borrowed. The host owns a tensor result. A cstr result is copied right after the call. A list result is
 * memory from `xylem_host.allocate`, with the elements after it, which the host releases. A function fails by calling
 * `xylem_host.fail`; its result is then ignored, but released if it is owned.
 */
typedef struct xylem_i64_list {
  size_t count;
  const int64_t *elements;
} xylem_i64_list;

typedef struct xylem_f64_list {
  size_t count;
  const double *elements;
} xylem_f64_list;

typedef struct xylem_bool_list {
  size_t count;
  const bool *elements;
} xylem_bool_list;

typedef struct xylem_tensor_list {
  size_t count;
  DLManagedTensorVersioned *const *elements; /* null for none, if the signature allows it */
} xylem_tensor_list;

typedef void (*xylem_any_function)(void);

typedef struct xylem_leaf_function {
  uint32_t struct_size;
  uint32_t threading; /* xylem_threading */
  uint32_t flags;     /* XYLEM_LEAF_DETERMINISTIC, XYLEM_LEAF_RANDOM */
  uint32_t is_derived; /* as in the note */
  const char *name;
  const char *signature;
  const char *summary; /* may be null */
  /* An operator of the runtime that the function implements, as in "torchvision::nms"; null if none. */
  const char *operator_name;
  xylem_any_function function; /* [host; as declared by threading] */
  /*
   * The gradient function: it takes the arguments, then the result's gradient, all borrowed, and returns `tensor[]`: a
   * tensor or null for each argument, whatever its type. The gradient of a list or of several results is a `tensor[]`, null for none. May be null: then a gradient that arrives here is an error.
   * [host; as declared by threading]
   */
  xylem_any_function backward;
  const char *backward_signature; /* null if there is no gradient function */
} xylem_leaf_function;

typedef struct xylem_leaf_functions {
  uint32_t struct_size;
  uint32_t count;
  const xylem_leaf_function *const *items;
} xylem_leaf_functions;

#if UINTPTR_MAX == UINT64_MAX
XYLEM_STATIC_ASSERT(sizeof(xylem_leaf_call) == 56, "xylem_leaf_call grew: raise XYLEM_ABI_VERSION");
XYLEM_STATIC_ASSERT(sizeof(xylem_leaf_backward) == 96, "xylem_leaf_backward grew: raise XYLEM_ABI_VERSION");
XYLEM_STATIC_ASSERT(sizeof(xylem_leaf_module_type) == 88, "xylem_leaf_module_type grew: raise XYLEM_ABI_VERSION");
XYLEM_STATIC_ASSERT(sizeof(xylem_leaf_modules) == 16, "xylem_leaf_modules grew: raise XYLEM_ABI_VERSION");
XYLEM_STATIC_ASSERT(sizeof(xylem_leaf_function) == 72, "xylem_leaf_function grew: raise XYLEM_ABI_VERSION");
XYLEM_STATIC_ASSERT(sizeof(xylem_leaf_functions) == 16, "xylem_leaf_functions grew: raise XYLEM_ABI_VERSION");
XYLEM_STATIC_ASSERT(sizeof(xylem_i64_list) == 16 && sizeof(xylem_f64_list) == 16, "lists never change");
XYLEM_STATIC_ASSERT(sizeof(xylem_bool_list) == 16 && sizeof(xylem_tensor_list) == 16, "lists never change");
#endif

#ifdef __cplusplus
}
#endif
#endif
