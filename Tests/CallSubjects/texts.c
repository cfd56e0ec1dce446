/* Texts, addresses and lists. */
#include "subjects.h"

int64_t length(const char *text) { return text ? (int64_t)strlen(text) : -1; }
const char *same_text(const char *text) { return text; }
const char *no_text(void) { return NULL; }
const char *bad_text(void) { return "a\xff" "b"; }
void *same_address(void *address) { return address; }

int64_t sum_of(const xylem_i64_list *list) {
  int64_t sum = 0;
  for (size_t i = 0; list && i < list->count; ++i) sum += list->elements[i];
  return list ? sum : -1;
}
double product_of(const xylem_f64_list *list) {
  double product = 1;
  for (size_t i = 0; i < list->count; ++i) product *= list->elements[i];
  return product;
}
int64_t true_of(const xylem_bool_list *list) {
  int64_t count = 0;
  for (size_t i = 0; i < list->count; ++i) count += list->elements[i];
  return count;
}

void *make_list(size_t count, size_t element_size, void **elements) {
  char *memory = xylem_allocate(16 + count * element_size);
  if (!memory) abort();
  *(size_t *)(void *)memory = count;
  *elements = memory + 16;
  *(void **)(void *)(memory + 8) = *elements;
  return memory;
}
const xylem_i64_list *reversed(const xylem_i64_list *list) {
  void *elements;
  xylem_i64_list *made = make_list(list->count, sizeof(int64_t), &elements);
  for (size_t i = 0; i < list->count; ++i) ((int64_t *)elements)[i] = list->elements[list->count - 1 - i];
  return made;
}
const xylem_f64_list *halves(int64_t count) {
  void *elements;
  xylem_f64_list *made = make_list((size_t)count, sizeof(double), &elements);
  for (int64_t i = 0; i < count; ++i) ((double *)elements)[i] = (double)i / 2;
  return made;
}
const xylem_bool_list *are_odd(const xylem_i64_list *list) {
  void *elements;
  xylem_bool_list *made = make_list(list->count, sizeof(bool), &elements);
  for (size_t i = 0; i < list->count; ++i) ((bool *)elements)[i] = list->elements[i] % 2 != 0;
  return made;
}
const xylem_i64_list *same_list(const xylem_i64_list *list) { return list; }
const xylem_i64_list *no_list(void) { return NULL; }
const xylem_i64_list *hollow_list(void) {
  void *elements;
  xylem_i64_list *made = make_list(3, 0, &elements);
  made->elements = NULL;
  return made;
}
const xylem_i64_list *fails_with_list(void) {
  void *elements;
  xylem_fail("half way");
  return make_list(1, sizeof(int64_t), &elements);
}

const subject text_subjects[] = {
    SUBJECT(length, "(opt<cstr>) -> i64"),
    SUBJECT(same_text, "(cstr) -> cstr"),
    SUBJECT(no_text, "() -> opt<cstr>"),
    SUBJECT(bad_text, "() -> cstr"),
    SUBJECT(same_address, "(ptr) -> ptr"),
    SUBJECT(sum_of, "(opt<i64[]>) -> i64"),
    SUBJECT(product_of, "(f64[]) -> f64"),
    SUBJECT(true_of, "(bool[]) -> i64"),
    SUBJECT(reversed, "(i64[]) -> i64[]"),
    SUBJECT(halves, "(i64) -> f64[]"),
    SUBJECT(are_odd, "(i64[]) -> bool[]"),
    SUBJECT(same_list, "(i64[]) -> i64[]"),
    SUBJECT(no_list, "() -> opt<i64[]>"),
    SUBJECT(hollow_list, "() -> i64[]"),
    SUBJECT(fails_with_list, "() -> i64[]"),
    {NULL, NULL, NULL},
};
