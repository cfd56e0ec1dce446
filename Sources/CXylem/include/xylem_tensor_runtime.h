/*
 * The extension "xylem.tensor-runtime/1": the library that computes.
 *
 * Every function may be called from any thread unless it says otherwise. A function that returns xylem_status leaves
 * its results unchanged unless it returns XYLEM_OK. Returned pointers live as long as their comment says. The caller
 * owns `out` values and releases them with `value_release`; argument values are borrowed.
 */
#ifndef XYLEM_TENSOR_RUNTIME_H
#define XYLEM_TENSOR_RUNTIME_H

#include "xylem_dlpack.h"
#include "xylem_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define XYLEM_TENSOR_RUNTIME_1 "xylem.tensor-runtime/1"

/* ---- values ---- */

typedef enum xylem_tag {
  XYLEM_NONE = 0,
  XYLEM_BOOL = 1,   /* as.integer is 0 or 1 */
  XYLEM_INT = 2,    /* as.integer */
  XYLEM_DOUBLE = 3, /* as.number */
  /* From here on as.object is owned: copied by value_copy and released by value_release. */
  XYLEM_TENSOR = 4,
  XYLEM_STRING = 5,
  XYLEM_COMPLEX = 6,
  XYLEM_DEVICE = 7,
  XYLEM_LIST = 8,
  XYLEM_TUPLE = 9,
  XYLEM_DICT = 10,
  XYLEM_MODULE = 11, /* an object whose class is a module */
  XYLEM_OBJECT = 12, /* an object of any other class */
  XYLEM_ENUM = 13,
  XYLEM_OTHER = 14, /* generators, streams, futures, capsules */
  XYLEM_UNINITIALIZED = 15, /* the content of a variable before its first assignment */
} xylem_tag;

typedef struct xylem_value {
  int32_t tag;
  int32_t reserved;
  union {
    int64_t integer;
    double number;
    void *object;
  } as;
} xylem_value;

typedef struct xylem_type xylem_type;         /* lives as long as the archive or operator it came from */
typedef struct xylem_operator xylem_operator; /* lives as long as the process */
typedef struct xylem_function xylem_function; /* lives as long as its archive */
typedef struct xylem_archive xylem_archive;
typedef struct xylem_callable xylem_callable;
typedef struct xylem_exporter xylem_exporter; /* used by one thread at a time */
typedef struct xylem_records xylem_records;
typedef struct xylem_record_writer xylem_record_writer; /* used by one thread at a time */

typedef struct xylem_text {
  const char *bytes; /* UTF-8, not terminated */
  size_t count;
} xylem_text;

/* dtypes carry PyTorch's serialised numbers: 0 uint8, 1 int8, 2 int16, 3 int32, 4 int64, 5 float16, 6 float32, 7 float64, ... */
typedef struct xylem_tensor_info {
  int32_t dtype;
  int32_t dimensions;
  const int64_t *sizes;   /* live as long as the tensor is not resized */
  const int64_t *strides; /* in elements; null for layouts without strides */
  void *data;             /* null for tensors without storage */
  int64_t count;          /* of elements */
  int32_t device_type;    /* 0 CPU, 1 CUDA, ... as the runtime numbers them */
  int32_t device_index;
  int32_t requires_grad;
  int32_t is_contiguous;
} xylem_tensor_info;

typedef enum xylem_type_kind {
  XYLEM_TYPE_TENSOR = 0,
  XYLEM_TYPE_INT,
  XYLEM_TYPE_FLOAT,
  XYLEM_TYPE_BOOL,
  XYLEM_TYPE_NUMBER,
  XYLEM_TYPE_STRING,
  XYLEM_TYPE_NONE,
  XYLEM_TYPE_OPTIONAL,
  XYLEM_TYPE_LIST,
  XYLEM_TYPE_TUPLE,
  XYLEM_TYPE_DICT,
  XYLEM_TYPE_MODULE,
  XYLEM_TYPE_CLASS,
  XYLEM_TYPE_INTERFACE,
  XYLEM_TYPE_FUNCTION,
  XYLEM_TYPE_ANY,
  XYLEM_TYPE_OTHER,
} xylem_type_kind;

/* ---- schemas ---- */

typedef struct xylem_schema_argument {
  xylem_text name;
  const xylem_type *type;
  int32_t is_written;
  int32_t has_default;
  /* The position of the Boolean argument without which this one is not written, or -1: running statistics. */
  int32_t written_where;
  /* The N of a list declared with a length, as int[N], which one number stands for N times, or 0. */
  int32_t list_size;
  xylem_value default_value; /* borrowed */
} xylem_schema_argument;

typedef struct xylem_schema {
  xylem_text name;     /* "aten::add" */
  xylem_text overload; /* "Tensor" */
  const xylem_schema_argument *arguments;
  size_t argument_count;
  size_t result_count;
  uint64_t aliases;  /* bit i: a result may share storage with argument i */
  int32_t is_random; /* draws from the random state */
  int32_t random_where; /* the position of the argument that disables drawing if it is false or 0, or -1 */
  int32_t is_known;  /* 0: the schema declares no effects; assume any */
  int32_t reaches_outside; /* reads or writes files, starts processes or uses the network */
} xylem_schema;

/* ---- intermediate representation of archives' code ---- */

typedef enum xylem_ir_kind {
  XYLEM_IR_CONSTANT = 0,
  XYLEM_IR_GET_ATTRIBUTE,
  XYLEM_IR_SET_ATTRIBUTE,
  XYLEM_IR_CALL_METHOD,
  XYLEM_IR_CALL_FUNCTION,
  XYLEM_IR_IF,
  XYLEM_IR_LOOP,
  XYLEM_IR_LIST,
  XYLEM_IR_TUPLE,
  XYLEM_IR_DICT,
  XYLEM_IR_LIST_UNPACK,
  XYLEM_IR_TUPLE_UNPACK,
  XYLEM_IR_TUPLE_INDEX,
  XYLEM_IR_TUPLE_SLICE,
  XYLEM_IR_RAISE,
  XYLEM_IR_CAST, /* unchecked_cast and unchecked_unwrap_optional: the same value with a narrower type */
  XYLEM_IR_UNINITIALIZED,
  XYLEM_IR_CREATE_OBJECT,
  XYLEM_IR_IS_INSTANCE,
  XYLEM_IR_ENTER,
  XYLEM_IR_EXIT,
  XYLEM_IR_FORK,
  XYLEM_IR_OPERATOR,
  XYLEM_IR_OTHER,
} xylem_ir_kind;

#define XYLEM_IR_ABSENT UINT32_MAX

typedef struct xylem_ir_node {
  uint32_t kind;
  uint32_t name;        /* index of a string: attribute, method, or the node's own kind */
  uint32_t first_input; /* index into operands */
  uint32_t input_count;
  uint32_t first_output; /* outputs are values with consecutive numbers */
  uint32_t output_count;
  uint32_t first_block;
  uint32_t block_count;
  uint32_t constant; /* index into constants, or XYLEM_IR_ABSENT */
  uint32_t reserved;
  int64_t begin; /* of XYLEM_IR_TUPLE_SLICE */
  int64_t end;
  const xylem_operator *operator_; /* for XYLEM_IR_OPERATOR */
  const xylem_function *function;  /* callee of XYLEM_IR_CALL_METHOD if the type determines it, and of constants that are functions */
} xylem_ir_node;

typedef struct xylem_ir_block {
  uint32_t first_node; /* nodes of a block are consecutive */
  uint32_t node_count;
  uint32_t first_input; /* inputs are values with consecutive numbers */
  uint32_t input_count;
  uint32_t first_output; /* index into operands */
  uint32_t output_count;
} xylem_ir_block;

typedef struct xylem_ir {
  xylem_text qualified_name;
  const xylem_ir_node *nodes; /* a node's index here is what CodeReference calls its statement */
  size_t node_count;
  const xylem_ir_block *blocks; /* the first is the function's body */
  size_t block_count;
  const uint32_t *operands;
  size_t operand_count;
  const xylem_type *const *value_types; /* by value */
  const xylem_text *value_names;        /* as in the code; empty for temporaries */
  size_t value_count;
  const xylem_text *strings;
  size_t string_count;
  const xylem_value *constants; /* borrowed */
  size_t constant_count;
} xylem_ir;

typedef struct xylem_source {
  xylem_text file; /* empty if unknown */
  int64_t line;    /* from 1 */
  xylem_text text; /* the expression */
} xylem_source;

/* ---- modules ---- */

typedef struct xylem_attribute {
  xylem_text name;
  const xylem_type *type;
  int32_t is_parameter;
  int32_t is_buffer;
  xylem_value value; /* owned by the caller of module_attribute, borrowed elsewhere */
} xylem_attribute;

/* ---- callables ---- */

/* A module whose `training` flag is fixed while a callable runs. */
typedef struct xylem_mode {
  xylem_value module; /* borrowed */
  int32_t is_training;
  int32_t reserved;
} xylem_mode;

typedef struct xylem_effects {
  const uint8_t *arguments; /* by argument: XYLEM_WRITES and what follows it; lives as long as the callable */
  size_t argument_count;
  int32_t is_random;
  int32_t writes_model;
  int32_t aliases_model;
  int32_t changes_context;
  int32_t results_alias; /* results may share storage with each other */
  int32_t reserved;
} xylem_effects;

#define XYLEM_WRITES 1u  /* the argument's contents may be written */
#define XYLEM_ALIASES 2u /* a result may share storage with the argument */
#define XYLEM_SHARES 4u  /* a container in it may be changed, returned or kept: callers must pass their own container */
#define XYLEM_KEEPS 8u   /* a tensor or container in it may live on in the model */

/* ---- code of the host's own ---- */

/* An operator's implementation, called with boxed arguments; results are owned by the runtime. [any thread] */
typedef struct xylem_kernel {
  void *context; /* lives as long as the process */
  xylem_status (*call)(void *context, const xylem_value *arguments, size_t count, xylem_value *results, size_t capacity,
                       size_t *result_count, xylem_error *error);
} xylem_kernel;

/*
 * A call of a function with its own gradient. Its context is kept until the gradient's graph is released.
 */
typedef struct xylem_differentiable {
  void *context;
  void (*release)(void *context); /* once; any thread */
  /* Computes the results: owned tensors. Gradients are not recorded during the call. [calling thread] */
  xylem_status (*forward)(void *context, xylem_value *results, size_t capacity, size_t *result_count, xylem_error *error);
  /*
   * The gradients of the call's input tensors, none for no gradient, owned by the runtime. `gradients` has one for each
   * result, none for no gradient. `needs` says for which tensors one is needed. [any thread]
   */
  xylem_status (*backward)(void *context, const xylem_value *tensors, size_t count, const xylem_value *results,
                           size_t result_count, const xylem_value *gradients, const uint8_t *needs, xylem_value *out,
                           xylem_error *error);
} xylem_differentiable;

/* ---- the table ---- */

typedef struct xylem_tensor_runtime {
  uint32_t struct_size;
  uint32_t reserved;
  xylem_text name; /* "libtorch 2.13.0" */

  /* values */
  void (*value_copy)(const xylem_value *value, xylem_value *out); /* adds an owner of the same object */
  void (*value_release)(xylem_value *value); /* leaves XYLEM_NONE */
  xylem_status (*string_make)(xylem_text text, xylem_value *out, xylem_error *error);
  xylem_status (*string_text)(const xylem_value *value, xylem_text *out, xylem_error *error); /* lives as long as the value */
  xylem_status (*complex_make)(double real, double imaginary, xylem_value *out, xylem_error *error);
  xylem_status (*complex_parts)(const xylem_value *value, double *real, double *imaginary, xylem_error *error);
  xylem_status (*device_make)(xylem_text text, xylem_value *out, xylem_error *error);
  /* A description of any value, without the contents of tensors. Owned by the caller as a string value. */
  xylem_status (*describe)(const xylem_value *value, xylem_value *out, xylem_error *error);
  /* A list, tuple or dictionary (keys and values alternating) of a type; null if the elements determine it. */
  xylem_status (*container_make)(int32_t tag, const xylem_type *type, const xylem_value *elements, size_t count,
                                 xylem_value *out, xylem_error *error);
  /* The number of elements; dictionaries count keys and values. */
  xylem_status (*container_count)(const xylem_value *value, size_t *out, xylem_error *error);
  /* One element, owned by the caller. */
  xylem_status (*container_element)(const xylem_value *value, size_t index, xylem_value *out, xylem_error *error);
  /* The names of a named tuple's elements; 0 if it has none. Live as long as the value's type. */
  size_t (*tuple_names)(const xylem_value *value, xylem_text *names, size_t capacity);
  /* Whether two values are the same object, or equal if they are not objects. */
  int32_t (*value_is_same)(const xylem_value *a, const xylem_value *b);
  /* The type of a value; lives as long as the value. */
  const xylem_type *(*value_type)(const xylem_value *value);

  /* types */
  xylem_type_kind (*type_kind)(const xylem_type *type);
  xylem_text (*type_name)(const xylem_type *type); /* qualified for classes; lives as long as the process */
  size_t (*type_contained)(const xylem_type *type, const xylem_type **out, size_t capacity);
  /* The names of a named tuple's elements; 0 for any other type. Live as long as the process. */
  size_t (*type_field_names)(const xylem_type *type, xylem_text *names, size_t capacity);

  /* tensors */
  xylem_status (*tensor_make)(int32_t dtype, const int64_t *sizes, size_t dimensions, const void *bytes, size_t count,
                              xylem_value *out, xylem_error *error); /* copies; null bytes leave it uninitialised */
  xylem_status (*tensor_info)(const xylem_value *tensor, xylem_tensor_info *out, xylem_error *error);
  xylem_status (*tensor_to_dlpack)(const xylem_value *tensor, DLManagedTensorVersioned **out, xylem_error *error);
  /* Takes ownership of the tensor even if it fails. Shares its memory, unless that is marked as read-only. */
  xylem_status (*tensor_from_dlpack)(DLManagedTensorVersioned *tensor, xylem_value *out, xylem_error *error);
  /* Whether any tensor in one value shares storage with any tensor in the other. */
  int32_t (*shares_storage)(const xylem_value *a, const xylem_value *b);
  /* The value with every tensor in it copied; gradients flow through the copies. */
  xylem_status (*value_clone)(const xylem_value *value, xylem_value *out, xylem_error *error);
  xylem_status (*tensor_set_requires_grad)(const xylem_value *tensor, int32_t requires_grad, xylem_error *error);
  xylem_status (*tensor_backward)(const xylem_value *tensor, const xylem_value *gradient, xylem_error *error);
  xylem_status (*tensor_gradient)(const xylem_value *tensor, xylem_value *out, xylem_error *error);

  /* state of the calling thread, and of the process */
  int32_t (*grad_enabled)(void);
  void (*set_grad_enabled)(int32_t enabled); /* calling thread */
  int32_t (*threads)(void);
  xylem_status (*set_threads)(int32_t threads, xylem_error *error);
  xylem_status (*seed)(uint64_t seed, xylem_error *error); /* every device's default generator */
  xylem_status (*random_state)(xylem_value *out, xylem_error *error);
  xylem_status (*set_random_state)(const xylem_value *state, xylem_error *error);
  /* The bytes that tensors hold: the calling thread's allocations between begin and end are counted. */
  xylem_status (*memory_begin)(void **token, xylem_error *error);
  int64_t (*memory_end)(void *token); /* the highest count; same thread as begin */

  /* operators */
  xylem_status (*operator_find)(xylem_text name, xylem_text overload, const xylem_operator **out, xylem_error *error);
  xylem_status (*operator_schema)(const xylem_operator *op, const xylem_schema **out, xylem_error *error);
  xylem_status (*operator_call)(const xylem_operator *op, const xylem_value *arguments, size_t count,
                                xylem_value *results, size_t capacity, size_t *result_count, xylem_error *error);

  /* archives */
  /* Without XYLEM_ALLOW_OUTSIDE, code that accesses files, processes or the network is neither run while loading nor
   * compiled into a callable. */
  xylem_status (*archive_load)(xylem_text path, uint32_t flags, xylem_archive **out, xylem_error *error);
  void (*archive_release)(xylem_archive *archive); /* values and functions taken from it must be gone */
  xylem_status (*archive_root)(const xylem_archive *archive, xylem_value *out, xylem_error *error);
  /* Operators that the archive needs and that are not registered; they can be traced but not run. Live as long as the
   * archive. */
  size_t (*archive_missing)(const xylem_archive *archive, const xylem_text **out);
  /* A function or method by qualified name, or null. */
  const xylem_function *(*archive_function)(const xylem_archive *archive, xylem_text qualified_name);

  /* modules and other objects */
  xylem_status (*object_count)(const xylem_value *object, size_t *out, xylem_error *error);
  xylem_status (*object_attribute)(const xylem_value *object, size_t index, xylem_attribute *out, xylem_error *error);
  xylem_status (*object_get)(const xylem_value *object, xylem_text name, xylem_value *out, xylem_error *error);
  xylem_status (*object_set)(const xylem_value *object, xylem_text name, const xylem_value *value, xylem_error *error);
  /* An identity shared by all handles of the same object. */
  uint64_t (*object_identity)(const xylem_value *object);
  const xylem_function *(*object_method)(const xylem_value *object, xylem_text name);
  /* A new object of a class, with every attribute unset. */
  xylem_status (*object_make)(const xylem_archive *archive, const xylem_type *type, xylem_value *out, xylem_error *error);

  /* functions */
  xylem_status (*function_ir)(const xylem_function *function, const xylem_ir **out, xylem_error *error); /* lives as long as the archive */
  xylem_status (*function_source)(const xylem_function *function, uint32_t statement, xylem_source *out, xylem_error *error);
  /* For XYLEM_IR_IS_INSTANCE, whether values of a type are instances: 1, 0, or -1 if the type doesn't determine it. */
  int32_t (*function_is_instance)(const xylem_function *function, uint32_t statement, const xylem_type *type);
  xylem_status (*function_schema)(const xylem_function *function, const xylem_schema **out, xylem_error *error);

  /*
   * A compiled function (statement XYLEM_WHOLE_FUNCTION), or one of its statements with the values that it captures as
   * inputs. A capture with the bit XYLEM_UNSET is a value that is not set when the statement starts: it is not an
   * input. `known` holds, for each input, the module, true or false that is always passed there, or none. The modules'
   * own flags are neither read nor changed if `modes` fixes them.
   */
  xylem_status (*callable_make)(const xylem_function *function, uint32_t statement, const uint32_t *captures,
                                size_t capture_count, const xylem_value *known, const xylem_mode *modes,
                                size_t mode_count, xylem_callable **out, xylem_error *error);
  void (*callable_release)(xylem_callable *callable);
  xylem_status (*callable_effects)(const xylem_callable *callable, xylem_effects *out, xylem_error *error);
  xylem_status (*callable_call)(const xylem_callable *callable, const xylem_value *arguments, size_t count,
                                xylem_value *results, size_t capacity, size_t *result_count, xylem_error *error);

  /* archives in memory */
  xylem_status (*archive_load_bytes)(const void *bytes, size_t count, uint32_t flags, xylem_archive **out,
                                     xylem_error *error); /* copies what it keeps */
  /*
   * The archive's code and module tree as a separate archive, in a tensor of bytes: modules' plain tensors are zeros
   * that take no space, everything else has its current value. Its functions have the same names and statements if
   * libtorch reads its own code back exactly; a caller that depends on that must compare.
   */
  xylem_status (*archive_code)(const xylem_archive *archive, xylem_value *out, xylem_error *error);

  /* autocast blocks that `xylem::enter_autocast` opened on the calling thread and `xylem::exit_autocast` has not closed
   * yet */
  int32_t (*autocast_depth)(void);
  void (*autocast_unwind)(int32_t depth); /* closes those beyond a depth */
  /*
   * An archive from source code, in the form in which archives store their code: classes that derive from Module, with
   * their attributes' types, `__parameters__`, `__buffers__` and methods. The root is a new object of one of the
   * classes: submodules are created with it, `training` is set, numbers are 0, tensors and containers are empty.
   */
  xylem_status (*archive_compile)(xylem_text source, xylem_text file, xylem_text root_class, xylem_archive **out,
                                  xylem_error *error);

  /*
   * An archive that is written step by step: a `forward` with a block of code for each mode, which returns a dictionary
   * of tensors. Values have numbers that are valid within their mode; those of arguments are valid in both. The model
   * is read and not changed; it must outlive the exporter.
   */
  /* `kept`: for each argument of `forward`, except for the module itself, whether the written `forward` takes it too.
   * */
  xylem_status (*exporter_make)(const xylem_value *root, const xylem_function *forward, const uint8_t *kept,
                                size_t kept_count, xylem_exporter **out, xylem_error *error);
  /*
   * An exporter for a model that has no archive: for each tensor its path and its kind (0 a parameter, 1 a buffer, 2 a
   * tensor that is neither), and for each argument its name, its type as Python writes it (`List[Tensor]`), and whether
   * the written `forward` takes it. A constant that is one of the tensors is read from the module at its path. The
   * tensors must outlive the exporter.
   */
  xylem_status (*exporter_make_for_state)(const xylem_text *paths, const xylem_value *tensors, const uint8_t *kinds,
                                          size_t count, const xylem_text *names, const xylem_text *types,
                                          const uint8_t *kept, size_t argument_count, xylem_exporter **out,
                                          xylem_error *error);
  void (*exporter_release)(xylem_exporter *exporter);
  /* Begins the code of a mode. */
  xylem_status (*exporter_begin)(xylem_exporter *exporter, int32_t is_training, xylem_error *error);
  /* The error that a mode without code raises. */
  xylem_status (*exporter_refuse)(xylem_exporter *exporter, int32_t is_training, xylem_text message, xylem_error *error);
  xylem_status (*exporter_argument)(xylem_exporter *exporter, size_t position, uint32_t *out, xylem_error *error);
  /* A constant. Modules of the model are reached from the root. */
  xylem_status (*exporter_constant)(xylem_exporter *exporter, const xylem_value *value, uint32_t *out, xylem_error *error);
  xylem_status (*exporter_container)(xylem_exporter *exporter, int32_t tag, const xylem_type *type,
                                     const uint32_t *elements, size_t count, uint32_t *out, xylem_error *error);
  xylem_status (*exporter_operator)(xylem_exporter *exporter, const xylem_operator *op, const uint32_t *arguments,
                                    size_t count, uint32_t *results, size_t capacity, size_t *result_count,
                                    xylem_error *error);
  /* Inlines a callable's code. */
  xylem_status (*exporter_call)(xylem_exporter *exporter, const xylem_callable *callable, const uint32_t *arguments,
                                size_t count, uint32_t *results, size_t capacity, size_t *result_count,
                                xylem_error *error);
  /* An element of a tuple, list or dictionary with numeric keys. */
  xylem_status (*exporter_element)(xylem_exporter *exporter, uint32_t container, int64_t index, uint32_t *out,
                                   xylem_error *error);
  /* The part of a dictionary or a named tuple with a string key. */
  xylem_status (*exporter_part)(xylem_exporter *exporter, uint32_t container, xylem_text key, uint32_t *out,
                                xylem_error *error);
  xylem_status (*exporter_attribute)(xylem_exporter *exporter, uint32_t owner, xylem_text name, uint32_t *out,
                                     xylem_error *error);
  xylem_status (*exporter_set_attribute)(xylem_exporter *exporter, uint32_t owner, xylem_text name, uint32_t value,
                                         xylem_error *error);
  /* Raises an error unless a condition has the expected value. */
  xylem_status (*exporter_check)(xylem_exporter *exporter, uint32_t condition, int32_t expected, xylem_text message,
                                 xylem_error *error);
  xylem_status (*exporter_clone)(xylem_exporter *exporter, uint32_t tensor, uint32_t *out, xylem_error *error);
  /* A name for a value in the written code; ignored if it is invalid or taken. */
  xylem_status (*exporter_name)(xylem_exporter *exporter, uint32_t value, xylem_text name, xylem_error *error);
  /* The next entry of the mode's dictionary; XYLEM_INVALID_ARGUMENT with the type as message if it is not a tensor. */
  xylem_status (*exporter_result)(xylem_exporter *exporter, xylem_text key, uint32_t value, xylem_error *error);
  /* The archive's bytes, read back once as a check. They live as long as the exporter, to which nothing can be added
   * any more. */
  xylem_status (*exporter_save)(xylem_exporter *exporter, int32_t is_training, xylem_text *out, xylem_error *error);

  /* the records of a zip archive in the format of torch.save, with any contents */
  xylem_status (*records_open)(xylem_text path, xylem_records **out, xylem_error *error);
  void (*records_release)(xylem_records *records);
  /* Without the folder that contains all of them, in the archive's order. Live as long as the records. */
  size_t (*records_names)(const xylem_records *records, const xylem_text **out);
  /* A record's bytes as a tensor of uint8; XYLEM_ARCHIVE_TRUNCATED if it is missing or damaged. Checksums aren't
   * compared. */
  xylem_status (*records_read)(const xylem_records *records, xylem_text name, xylem_value *out, xylem_error *error);
  /*
   * A tensor over the storage of a tensor of uint8, which must be plain and on the CPU; offset and strides are in
   * elements. XYLEM_INVALID_ARGUMENT if it would exceed the storage.
   */
  xylem_status (*tensor_over)(const xylem_value *bytes, int32_t dtype, int64_t offset, const int64_t *sizes,
                              const int64_t *strides, size_t dimensions, xylem_value *out, xylem_error *error);
  /*
   * A zip archive in that format, passed to `sink` piece by piece, in order. The same records give the same bytes.
   * `sink` is also called when an unfinished writer is released.
   */
  xylem_status (*record_writer_make)(void (*sink)(void *context, const void *bytes, size_t count), void *context,
                                     xylem_record_writer **out, xylem_error *error);
  void (*record_writer_release)(xylem_record_writer *writer);
  xylem_status (*record_writer_add)(xylem_record_writer *writer, xylem_text name, const void *bytes, size_t count,
                                    xylem_error *error);
  xylem_status (*record_writer_finish)(xylem_record_writer *writer, xylem_error *error);

  /*
   * Registers an implementation of an operator, for every device, for the life of the process. It runs above autograd,
   * so that gradients of its operations are recorded. If the operator is not declared, `schema` declares it, "(Tensor
   * boxes, float threshold) -> Tensor". XYLEM_INVALID_ARGUMENT if the operator already has an implementation, or has
   * other arguments than `schema`.
   */
  xylem_status (*operator_implement)(xylem_text name, xylem_text overload, xylem_text schema, const xylem_kernel *kernel,
                                     xylem_error *error);
  /*
   * Makes a call with its own gradient: the results are recorded as computed from `tensors`. Second derivatives are an
   * error when they are requested. Takes ownership of the context even if it fails.
   */
  xylem_status (*differentiable_call)(const xylem_differentiable *call, const xylem_value *tensors, size_t count,
                                      xylem_value *results, size_t capacity, size_t *result_count, xylem_error *error);
  /* A tensor as DLPack without an owner, in the caller's memory: valid as long as the tensor lives and is not resized.
   * */
  xylem_status (*tensor_view)(const xylem_value *tensor, DLManagedTensorVersioned *out, xylem_error *error);
  /* Records that other code wrote a tensor's elements. XYLEM_INVALID_ARGUMENT if gradients are recorded for it. */
  xylem_status (*tensor_written)(const xylem_value *tensor, xylem_error *error);
  /* Names of the constants of an object's class, which are not attributes: object_get finds them too. Live as long as
   * the process. */
  size_t (*object_constants)(const xylem_value *object, xylem_text *names, size_t capacity);
  /*
   * All elements of a container, owned by the caller, in the order of container_element; time linear in their number.
   * XYLEM_INVALID_ARGUMENT if there are more than `capacity`; then none is returned.
   */
  xylem_status (*container_elements)(const xylem_value *value, xylem_value *out, size_t capacity, xylem_error *error);
  /* A module's scripted hooks in order, those before forward or those after it; null beyond the last. */
  const xylem_function *(*object_hook)(const xylem_value *object, int32_t runs_before, size_t index);
  /* A type by the string of type_name; null if there is none. Lives as long as the archive, whose classes it may name.
   * */
  const xylem_type *(*archive_type)(const xylem_archive *archive, xylem_text name);
  /*
   * The operators with a name, in the order in which PyTorch tries them for a call; returns their number. They live as
   * long as the process, as do the texts and types of the next three functions.
   */
  size_t (*operator_overloads)(xylem_text name, const xylem_operator **out, size_t capacity);
  /* The schema as PyTorch writes it. */
  xylem_text (*operator_text)(const xylem_operator *op);
  /* The types of the results; returns their number. */
  size_t (*operator_results)(const xylem_operator *op, const xylem_type **out, size_t capacity);
  /* The names of all operators, without overloads, in any order and each at least once; returns their number. */
  size_t (*operator_names)(xylem_text *out, size_t capacity);
  /*
   * Counts the multiplications, each with an addition, of convolutions, matrix products, attention and recurrent layers
   * between begin and end: those of the calling thread and of tasks that it starts. Counts may be nested.
   */
  xylem_status (*products_begin)(void **token, xylem_error *error);
  /*
   * The count since begin or the last call, at most INT64_MAX. `uncounted` are the operators since then that may
   * multiply and whose count is not known; they live until the next call or the end.
   */
  int64_t (*products_take)(void *token, const xylem_text **uncounted, size_t *uncounted_count);
  void (*products_end)(void *token); /* same thread as begin */
} xylem_tensor_runtime;

#define XYLEM_WHOLE_FUNCTION UINT32_MAX
#define XYLEM_UNSET (UINT32_C(1) << 31)
#define XYLEM_ALLOW_OUTSIDE 1u

#ifdef __cplusplus
}
#endif
#endif
