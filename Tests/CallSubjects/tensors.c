/* Tensors that are read, written, given back, and given back wrongly. */
#include "subjects.h"

#include <stdatomic.h>

static atomic_llong alive;
static atomic_llong given_back_twice;

int64_t call_subjects_alive(void) { return atomic_load(&alive); }
int64_t call_subjects_given_back_twice(void) { return atomic_load(&given_back_twice); }

static void release_counted(DLManagedTensorVersioned *tensor) {
  if (tensor->manager_ctx != &alive) {
    atomic_fetch_add(&given_back_twice, 1);
    return;
  }
  tensor->manager_ctx = NULL;
  atomic_fetch_sub(&alive, 1);
  xylem_release(tensor);
}

DLManagedTensorVersioned *make_counted(int32_t dimensions, const int64_t *shape) {
  const DLDataType real = {2, 32, 1};
  DLManagedTensorVersioned *made = xylem_tensor_make(real, dimensions, shape);
  if (!made) abort();
  made->manager_ctx = &alive;
  made->deleter = release_counted;
  atomic_fetch_add(&alive, 1);
  return made;
}

static float *at(const DLManagedTensorVersioned *tensor, int64_t index) {
  const DLTensor *t = &tensor->dl_tensor;
  int64_t offset = 0;
  for (int32_t i = t->ndim - 1; i >= 0; --i) {
    offset += index % t->shape[i] * xylem_tensor_stride(tensor, i);
    index /= t->shape[i];
  }
  return (float *)xylem_tensor_data(tensor) + offset;
}

/* Row-major, whatever the strides, so that a wrong one is seen. */
double weighted_sum(const DLManagedTensorVersioned *x) {
  double sum = 0;
  for (int64_t i = 0; i < xylem_tensor_count(x); ++i) sum += (double)(i + 1) * (double)*at(x, i);
  return sum;
}
int64_t is_read_only(const DLManagedTensorVersioned *x) { return (int64_t)(x->flags & XYLEM_TENSOR_READ_ONLY); }
int64_t is_writable(DLManagedTensorVersioned *x) { return !(x->flags & XYLEM_TENSOR_READ_ONLY) && !x->deleter; }
int64_t given_tensor(const DLManagedTensorVersioned *x) { return x ? x->dl_tensor.ndim : -1; }
void add_one(DLManagedTensorVersioned *x) {
  for (int64_t i = 0; i < xylem_tensor_count(x); ++i) *at(x, i) += 1;
}
DLManagedTensorVersioned *add_one_fails(DLManagedTensorVersioned *x) {
  add_one(x);
  xylem_fail("half way");
  return make_counted(0, NULL);
}
DLManagedTensorVersioned *add_one_same(DLManagedTensorVersioned *x) {
  add_one(x);
  return x;
}

DLManagedTensorVersioned *scaled(const DLManagedTensorVersioned *x, double by) {
  DLManagedTensorVersioned *made = make_counted(x->dl_tensor.ndim, x->dl_tensor.shape);
  float *out = xylem_tensor_data(made);
  for (int64_t i = 0; i < xylem_tensor_count(x); ++i) out[i] = *at(x, i) * (float)by;
  return made;
}
DLManagedTensorVersioned *second(const DLManagedTensorVersioned *x, const DLManagedTensorVersioned *y) {
  (void)x;
  return (DLManagedTensorVersioned *)y;
}
DLManagedTensorVersioned *no_tensor(void) { return NULL; }

/* The same memory in a tensor of its own. */
DLManagedTensorVersioned *view_of(const DLManagedTensorVersioned *x) {
  DLManagedTensorVersioned *made = make_counted(x->dl_tensor.ndim, x->dl_tensor.shape);
  made->dl_tensor.data = x->dl_tensor.data;
  made->dl_tensor.strides = x->dl_tensor.strides;
  return made;
}
DLManagedTensorVersioned *of_version_two(void) {
  DLManagedTensorVersioned *made = make_counted(0, NULL);
  made->version.major = 2;
  return made;
}
DLManagedTensorVersioned *of_negative_size(void) {
  const int64_t shape[1] = {2};
  DLManagedTensorVersioned *made = make_counted(1, shape);
  made->dl_tensor.shape[0] = -2;
  return made;
}
DLManagedTensorVersioned *of_strange_type(void) {
  const int64_t shape[1] = {2};
  DLManagedTensorVersioned *made = make_counted(1, shape);
  made->dl_tensor.dtype.code = 77;
  return made;
}
DLManagedTensorVersioned *with_offset(void) {
  const int64_t shape[1] = {3};
  DLManagedTensorVersioned *made = make_counted(1, shape);
  for (int i = 0; i < 3; ++i) ((float *)made->dl_tensor.data)[i] = (float)i;
  made->dl_tensor.shape[0] = 2;
  made->dl_tensor.byte_offset = sizeof(float);
  return made;
}
/* Memory that lives as long as the process, and so no deleter. */
const DLManagedTensorVersioned *constant(void) {
  static float data[2] = {3, 4};
  static int64_t shape[1] = {2};
  static DLManagedTensorVersioned tensor = {{1, 0}, NULL, NULL, XYLEM_TENSOR_READ_ONLY,
                                            {data, {1, 0}, 1, {2, 32, 1}, shape, NULL, 0}};
  return &tensor;
}

/* ---- lists of tensors ---- */

double weighted_sums(const xylem_tensor_list *list) {
  double sum = 0;
  for (size_t i = 0; i < list->count; ++i) sum += (double)(i + 1) * weighted_sum(list->elements[i]);
  return sum;
}
const xylem_tensor_list *each_scaled(const xylem_tensor_list *list, double by) {
  DLManagedTensorVersioned **elements;
  xylem_tensor_list *made = xylem_tensor_list_make(list->count, &elements);
  for (size_t i = 0; i < list->count; ++i) elements[i] = scaled(list->elements[i], by);
  return made;
}
/* A new tensor, and then the argument itself. */
const xylem_tensor_list *new_and_same(const DLManagedTensorVersioned *x) {
  DLManagedTensorVersioned **elements;
  xylem_tensor_list *made = xylem_tensor_list_make(2, &elements);
  elements[0] = scaled(x, 2);
  elements[1] = (DLManagedTensorVersioned *)x;
  return made;
}
const xylem_tensor_list *same_tensors(const xylem_tensor_list *list) { return list; }
const xylem_tensor_list *twice_the_same(void) {
  DLManagedTensorVersioned **elements;
  xylem_tensor_list *made = xylem_tensor_list_make(3, &elements);
  elements[0] = make_counted(0, NULL);
  elements[1] = elements[2] = make_counted(0, NULL);
  return made;
}
const xylem_tensor_list *with_gap(void) {
  DLManagedTensorVersioned **elements;
  xylem_tensor_list *made = xylem_tensor_list_make(2, &elements);
  elements[1] = make_counted(0, NULL);
  return made;
}
const xylem_tensor_list *second_strange(void) {
  DLManagedTensorVersioned **elements;
  xylem_tensor_list *made = xylem_tensor_list_make(3, &elements);
  elements[0] = make_counted(0, NULL);
  elements[1] = of_strange_type();
  elements[2] = make_counted(0, NULL);
  return made;
}
const xylem_tensor_list *fails_with_tensors(void) {
  xylem_fail("half way");
  return twice_the_same();
}

const subject tensor_subjects[] = {
    SUBJECT(weighted_sum, "(tensor) -> f64"),
    SUBJECT(is_read_only, "(tensor) -> i64"),
    SUBJECT(is_writable, "(tensor!) -> i64"),
    SUBJECT(given_tensor, "(opt<tensor>) -> i64"),
    SUBJECT(add_one, "(tensor!) -> ()"),
    SUBJECT(add_one_fails, "(tensor!) -> tensor"),
    SUBJECT(add_one_same, "(tensor!) -> tensor"),
    SUBJECT(scaled, "(tensor, f64) -> tensor"),
    SUBJECT(second, "(tensor, tensor) -> tensor"),
    SUBJECT(no_tensor, "() -> opt<tensor>"),
    SUBJECT(view_of, "(tensor) -> tensor"),
    SUBJECT(of_version_two, "() -> tensor"),
    SUBJECT(of_negative_size, "() -> tensor"),
    SUBJECT(of_strange_type, "() -> tensor"),
    SUBJECT(with_offset, "() -> tensor"),
    SUBJECT(constant, "() -> tensor"),
    SUBJECT(weighted_sums, "(tensor[]) -> f64"),
    SUBJECT(each_scaled, "(tensor[], f64) -> tensor[]"),
    SUBJECT(new_and_same, "(tensor) -> tensor[]"),
    SUBJECT(same_tensors, "(tensor[]) -> tensor[]"),
    SUBJECT(twice_the_same, "() -> tensor[]"),
    SUBJECT(with_gap, "() -> tensor[]"),
    SUBJECT(second_strange, "() -> tensor[]"),
    SUBJECT(fails_with_tensors, "() -> tensor[]"),
    {NULL, NULL, NULL},
};
