/* What the subjects share. */
#ifndef SUBJECTS_H
#define SUBJECTS_H

/* The tests link several libraries made with the SDK into one file. */
#define xylem_sdk_host call_subjects_host
#include <xylem_sdk.h>

#include "CallSubjects.h"

typedef struct subject {
  const char *name;
  const char *signature;
  xylem_any_function function;
} subject;

#define SUBJECT(function_, signature_) {#function_, signature_, (xylem_any_function)function_}

extern const subject scalar_subjects[];
extern const subject text_subjects[];
extern const subject tensor_subjects[];

/* A compact float tensor on the CPU whose deleter is counted. */
DLManagedTensorVersioned *make_counted(int32_t dimensions, const int64_t *shape);
/* Memory for a list of the host, and where its elements lie. */
void *make_list(size_t count, size_t element_size, void **elements);

#endif
