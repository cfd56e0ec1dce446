/* The files that `xylem plugin new` writes, as stored in the package: `files/`, and the headers of CXylem. */
#ifndef XYLEM_TEMPLATES_H
#define XYLEM_TEMPLATES_H

#include <stddef.h>

typedef struct xylem_template_file {
  const char *language; /* "c" or "swift" */
  const char *path;     /* in the new folder; "@NAME@" stands for the plugin's name, here and in the text */
  const char *text;     /* UTF-8, null-terminated */
} xylem_template_file;

/* In order; null at the end. */
const xylem_template_file *xylem_template_file_at(size_t index);

#endif
