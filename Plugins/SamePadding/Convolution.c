#include "Convolution.h"

#include <stdlib.h>
#include <string.h>

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* The outputs along one dimension for which a kernel tap lies inside the image: from `first` up to `end`. */
typedef struct Span {
  int64_t first, end;
  int64_t offset; /* of the input for output 0; may be before the image */
} Span;

static Span span(const Geometry *geometry, int dimension, int64_t tap) {
  const int64_t stride = geometry->stride[dimension];
  const int64_t offset = tap * geometry->dilation[dimension] - geometry->before[dimension];
  const int64_t left = geometry->input[dimension] - offset;
  Span result = {offset < 0 ? (-offset + stride - 1) / stride : 0, 0, offset};
  if (left > 0) result.end = least(geometry->output[dimension], (left + stride - 1) / stride);
  if (result.end < result.first) result.end = result.first;
  return result;
}

/* Elements of one block of columns, so that the block and a row of the result stay in the cache. */
#define BLOCK 65536

#define JOIN(a, b) a##b
#define NAMED(a, b) JOIN(a, b)

#define REAL float
#define NAME(base) NAMED(base, _float)
#include "ConvolutionLoops.h"
#undef REAL
#undef NAME

#define REAL double
#define NAME(base) NAMED(base, _double)
#include "ConvolutionLoops.h"
#undef REAL
#undef NAME
