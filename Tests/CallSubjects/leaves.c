/* Functions as plugins declare them, and finding subjects. */
#include "subjects.h"

#include <stdatomic.h>
#include <unistd.h>

const xylem_host *xylem_sdk_host;

void call_subjects_open(const void *host) { xylem_sdk_host = host; }

/* ---- threads ---- */

/* How many calls ran at the same time at most, so far. */
static int64_t overlap(atomic_int *running, atomic_int *most) {
  const int now = atomic_fetch_add(running, 1) + 1;
  int known = atomic_load(most);
  while (known < now && !atomic_compare_exchange_weak(most, &known, now)) {
  }
  usleep(2000);
  atomic_fetch_sub(running, 1);
  return atomic_load(most);
}

static atomic_int serial_running, serial_most;
static int64_t serial_one(void) { return overlap(&serial_running, &serial_most); }
XYLEM_LEAF_FUNCTION(serial_one, i64, (void), XYLEM_SERIAL, 0, "counts calls that run at the same time")
static int64_t serial_other(void) { return overlap(&serial_running, &serial_most); }
XYLEM_LEAF_FUNCTION(serial_other, i64, (void), XYLEM_SERIAL, 0, "")

static atomic_int instance_running, instance_most;
static int64_t instance_alone(void) { return overlap(&instance_running, &instance_most); }
XYLEM_LEAF_FUNCTION(instance_alone, i64, (void), XYLEM_PER_INSTANCE, 0, "")

static atomic_int reentrant_running, reentrant_most;
static int64_t reentrant_many(void) { return overlap(&reentrant_running, &reentrant_most); }
XYLEM_LEAF_FUNCTION(reentrant_many, i64, (void), XYLEM_REENTRANT, 0, "")

/* A failure belongs to the thread of its call. */
static int64_t fails_if_odd(int64_t x) {
  usleep(200);
  if (x % 2) xylem_fail("%lld is odd", (long long)x);
  return x;
}
XYLEM_LEAF_FUNCTION(fails_if_odd, i64, (i64), XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC, "")

/* ---- gradients ---- */

DLManagedTensorVersioned *scaled(const DLManagedTensorVersioned *x, double by);

static DLManagedTensorVersioned *scale(const DLManagedTensorVersioned *x, double by) { return scaled(x, by); }
static const xylem_tensor_list *scale_backward(const DLManagedTensorVersioned *x, double by,
                                               const DLManagedTensorVersioned *gradient) {
  (void)x;
  DLManagedTensorVersioned **elements;
  xylem_tensor_list *made = xylem_tensor_list_make(2, &elements);
  elements[0] = scaled(gradient, by);
  return made;
}
XYLEM_LEAF_FUNCTION_WITH_BACKWARD(scale, scale_backward, (tensor, f64), XYLEM_SERIAL,
                                  XYLEM_LEAF_DETERMINISTIC, "multiplies by a number")

static DLManagedTensorVersioned *doubled(const DLManagedTensorVersioned *x) { return scaled(x, 2); }
XYLEM_LEAF_FUNCTION(doubled, tensor, (tensor), XYLEM_REENTRANT, 0, "has no gradient")

/* The gradients of the tensors in a list can't be said. */
static DLManagedTensorVersioned *first_scaled(const xylem_tensor_list *list, const DLManagedTensorVersioned *by) {
  return scaled(list->elements[0], (double)*(float *)xylem_tensor_data(by));
}
static const xylem_tensor_list *first_scaled_backward(const xylem_tensor_list *list, const DLManagedTensorVersioned *by,
                                                      const DLManagedTensorVersioned *gradient) {
  DLManagedTensorVersioned **elements;
  xylem_tensor_list *made = xylem_tensor_list_make(2, &elements);
  double sum = 0;
  for (int64_t i = 0; i < xylem_tensor_count(gradient); ++i) {
    sum += (double)((float *)xylem_tensor_data(list->elements[0]))[i];
  }
  elements[1] = make_counted(by->dl_tensor.ndim, by->dl_tensor.shape);
  *(float *)xylem_tensor_data(elements[1]) = (float)sum;
  return made;
}
XYLEM_LEAF_FUNCTION_WITH_BACKWARD(first_scaled, first_scaled_backward, (tensor_list, tensor), XYLEM_REENTRANT, 0, "")

static DLManagedTensorVersioned *add_into(DLManagedTensorVersioned *x, const DLManagedTensorVersioned *y) {
  for (int64_t i = 0; i < xylem_tensor_count(x); ++i) {
    ((float *)xylem_tensor_data(x))[i] += ((float *)xylem_tensor_data(y))[i];
  }
  return scaled(x, 1);
}
static const xylem_tensor_list *add_into_backward(DLManagedTensorVersioned *x, const DLManagedTensorVersioned *y,
                                                  const DLManagedTensorVersioned *gradient) {
  (void)y;
  if (!(x->flags & XYLEM_TENSOR_READ_ONLY)) xylem_fail("a gradient function must not write");
  DLManagedTensorVersioned **elements;
  xylem_tensor_list *made = xylem_tensor_list_make(2, &elements);
  elements[1] = scaled(gradient, 1);
  return made;
}
XYLEM_LEAF_FUNCTION_WITH_BACKWARD(add_into, add_into_backward, (tensor_written, tensor), XYLEM_REENTRANT, 0, "")

/* ---- finding them ---- */

call_subject_function call_subject(const char *name, const char **signature) {
  const subject *const tables[] = {scalar_subjects, text_subjects, tensor_subjects};
  for (size_t i = 0; i < sizeof tables / sizeof *tables; ++i) {
    for (const subject *found = tables[i]; found->name; ++found) {
      if (strcmp(found->name, name) != 0) continue;
      *signature = found->signature;
      return found->function;
    }
  }
  return NULL;
}

const char *const *call_subject_names(void) {
  static const char *names[128];
  const subject *const tables[] = {scalar_subjects, text_subjects, tensor_subjects};
  size_t count = 0;
  for (size_t i = 0; i < sizeof tables / sizeof *tables; ++i) {
    for (const subject *found = tables[i]; found->name && count < 127; ++found) names[count++] = found->name;
  }
  return names;
}

const void *call_subject_leaf(const char *name) {
  for (const xylem_leaf_function *const *at = __start_xylem_functions; at != __stop_xylem_functions; ++at) {
    if (strcmp((*at)->name, name) == 0) return *at;
  }
  return NULL;
}
