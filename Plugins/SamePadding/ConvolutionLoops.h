/* The loops of Convolution.c for one number type, REAL. Innermost loops run along rows, so that compilers vectorise them. */

static void NAME(add_multiple)(REAL *to, const REAL *from, REAL factor, int64_t count) {
  for (int64_t i = 0; i < count; ++i) to[i] += factor * from[i];
}

/* Sums in eight parts, which keeps rounding errors small and lets compilers vectorise. */
static double NAME(dot)(const REAL *a, const REAL *b, int64_t count) {
  REAL parts[8] = {0};
  int64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (int j = 0; j < 8; ++j) parts[j] += a[i + j] * b[i + j];
  }
  double sum = 0;
  for (int j = 0; j < 8; ++j) sum += (double)parts[j];
  for (; i < count; ++i) sum += (double)a[i] * (double)b[i];
  return sum;
}

/* ---- one input channel for each output: depthwise ---- */

static void NAME(depthwise)(const Geometry *g, const REAL *plane, const REAL *kernel, REAL *out) {
  for (int64_t y = 0; y < g->kernel[0]; ++y) {
    const Span rows = span(g, 0, y);
    for (int64_t x = 0; x < g->kernel[1]; ++x) {
      const Span columns = span(g, 1, x);
      const REAL factor = kernel[y * g->kernel[1] + x];
      for (int64_t row = rows.first; row < rows.end; ++row) {
        const REAL *from = plane + (row * g->stride[0] + rows.offset) * g->input[1];
        REAL *to = out + row * g->output[1];
        if (g->stride[1] == 1) {
          NAME(add_multiple)(to + columns.first, from + columns.offset + columns.first, factor, columns.end - columns.first);
        } else {
          for (int64_t i = columns.first; i < columns.end; ++i) to[i] += factor * from[i * g->stride[1] + columns.offset];
        }
      }
    }
  }
}

static void NAME(depthwise_back)(const Geometry *g, const REAL *plane, const REAL *kernel, const REAL *gradient, REAL *of_plane,
                                 REAL *of_kernel) {
  for (int64_t y = 0; y < g->kernel[0]; ++y) {
    const Span rows = span(g, 0, y);
    for (int64_t x = 0; x < g->kernel[1]; ++x) {
      const Span columns = span(g, 1, x);
      const REAL factor = kernel[y * g->kernel[1] + x];
      double sum = 0;
      for (int64_t row = rows.first; row < rows.end; ++row) {
        const int64_t start = (row * g->stride[0] + rows.offset) * g->input[1] + columns.offset;
        const REAL *from = gradient + row * g->output[1];
        for (int64_t i = columns.first; of_plane && i < columns.end; ++i) {
          of_plane[start + i * g->stride[1]] += factor * from[i];
        }
        for (int64_t i = columns.first; of_kernel && i < columns.end; ++i) {
          sum += (double)from[i] * (double)plane[start + i * g->stride[1]];
        }
      }
      if (of_kernel) of_kernel[y * g->kernel[1] + x] += (REAL)sum;
    }
  }
}

/* ---- several input channels: matrix products, one block of rows of the result at a time ---- */

/*
 * The pixels under the kernel's taps: a row for each channel and tap, a column for each output in rows `first` to `end`. With `is_adding` the
 * reverse: adds the columns to the planes that they came from.
 */
static void NAME(columns)(const Geometry *g, REAL *planes, int64_t channels, int64_t first, int64_t end, REAL *matrix,
                          bool is_adding) {
  const int64_t width = g->output[1];
  for (int64_t channel = 0; channel < channels; ++channel) {
    REAL *plane = planes + channel * g->input[0] * g->input[1];
    for (int64_t tap = 0; tap < g->kernel[0] * g->kernel[1]; ++tap, matrix += (end - first) * width) {
      const Span rows = span(g, 0, tap / g->kernel[1]);
      const Span columns = span(g, 1, tap % g->kernel[1]);
      for (int64_t row = first; row < end; ++row) {
        REAL *line = matrix + (row - first) * width;
        const bool is_inside = row >= rows.first && row < rows.end;
        const int64_t start = (row * g->stride[0] + rows.offset) * g->input[1] + columns.offset;
        if (is_adding) {
          for (int64_t i = columns.first; is_inside && i < columns.end; ++i) plane[start + i * g->stride[1]] += line[i];
          continue;
        }
        memset(line, 0, (size_t)width * sizeof(REAL));
        for (int64_t i = columns.first; is_inside && i < columns.end; ++i) line[i] = plane[start + i * g->stride[1]];
      }
    }
  }
}

/* The rows of a block, and the memory for its matrix, or null. */
static REAL *NAME(block)(const Geometry *g, int64_t *rows) {
  const int64_t depth = g->channels / g->groups * g->kernel[0] * g->kernel[1];
  *rows = BLOCK / (depth * g->output[1]);
  if (*rows < 1) *rows = 1;
  if (*rows > g->output[0]) *rows = g->output[0];
  size_t bytes;
  if (__builtin_mul_overflow((size_t)depth * sizeof(REAL), (size_t)(*rows * g->output[1]), &bytes)) return NULL;
  return malloc(bytes);
}

static void NAME(group)(const Geometry *g, const REAL *planes, const REAL *weight, REAL *out, REAL *matrix, int64_t rows) {
  const int64_t channels = g->channels / g->groups, outputs = g->outputs / g->groups;
  const int64_t depth = channels * g->kernel[0] * g->kernel[1], area = g->output[0] * g->output[1];
  for (int64_t first = 0; first < g->output[0]; first += rows) {
    const int64_t end = least(first + rows, g->output[0]), count = (end - first) * g->output[1];
    NAME(columns)(g, (REAL *)planes, channels, first, end, matrix, false);
    for (int64_t o = 0; o < outputs; ++o) {
      REAL *to = out + o * area + first * g->output[1];
      for (int64_t k = 0; k < depth; ++k) NAME(add_multiple)(to, matrix + k * count, weight[o * depth + k], count);
    }
  }
}

static void NAME(group_back)(const Geometry *g, const REAL *planes, const REAL *weight, const REAL *gradient, REAL *of_planes,
                             REAL *of_weight, REAL *matrix, int64_t rows) {
  const int64_t channels = g->channels / g->groups, outputs = g->outputs / g->groups;
  const int64_t depth = channels * g->kernel[0] * g->kernel[1], area = g->output[0] * g->output[1];
  for (int64_t first = 0; first < g->output[0]; first += rows) {
    const int64_t end = least(first + rows, g->output[0]), count = (end - first) * g->output[1];
    const REAL *from = gradient + first * g->output[1];
    if (of_weight) {
      NAME(columns)(g, (REAL *)planes, channels, first, end, matrix, false);
      for (int64_t o = 0; o < outputs; ++o) {
        for (int64_t k = 0; k < depth; ++k) {
          of_weight[o * depth + k] += (REAL)NAME(dot)(from + o * area, matrix + k * count, count);
        }
      }
    }
    if (of_planes) {
      memset(matrix, 0, (size_t)(depth * count) * sizeof(REAL));
      for (int64_t o = 0; o < outputs; ++o) {
        for (int64_t k = 0; k < depth; ++k) {
          NAME(add_multiple)(matrix + k * count, from + o * area, weight[o * depth + k], count);
        }
      }
      NAME(columns)(g, of_planes, channels, first, end, matrix, true);
    }
  }
}

/* ---- all images and groups ---- */

bool NAME(convolve)(const Geometry *g, const REAL *input, const REAL *weight, const REAL *bias, REAL *out) {
  const int64_t plane = g->input[0] * g->input[1], area = g->output[0] * g->output[1], taps = g->kernel[0] * g->kernel[1];
  const int64_t channels = g->channels / g->groups, outputs = g->outputs / g->groups;
  int64_t rows = 0;
  REAL *matrix = channels > 1 ? NAME(block)(g, &rows) : NULL;
  if (channels > 1 && !matrix) return false;
  for (int64_t i = 0; i < g->images * g->outputs; ++i) {
    const REAL start = bias ? bias[i % g->outputs] : 0;
    for (int64_t j = 0; j < area; ++j) out[i * area + j] = start;
  }
  for (int64_t i = 0; i < g->images * g->groups; ++i) {
    const int64_t group = i % g->groups;
    const REAL *planes = input + i * channels * plane, *kernels = weight + group * outputs * channels * taps;
    REAL *to = out + i * outputs * area;
    if (channels > 1) NAME(group)(g, planes, kernels, to, matrix, rows);
    for (int64_t o = 0; channels == 1 && o < outputs; ++o) NAME(depthwise)(g, planes, kernels + o * taps, to + o * area);
  }
  free(matrix);
  return true;
}

bool NAME(convolve_back)(const Geometry *g, const REAL *input, const REAL *weight, const REAL *gradient, REAL *of_input,
                         REAL *of_weight, REAL *of_bias) {
  const int64_t plane = g->input[0] * g->input[1], area = g->output[0] * g->output[1], taps = g->kernel[0] * g->kernel[1];
  const int64_t channels = g->channels / g->groups, outputs = g->outputs / g->groups;
  int64_t rows = 0;
  REAL *matrix = channels > 1 ? NAME(block)(g, &rows) : NULL;
  if (channels > 1 && !matrix) return false;
  for (int64_t i = 0; of_bias && i < g->images * g->outputs; ++i) {
    double sum = 0;
    for (int64_t j = 0; j < area; ++j) sum += (double)gradient[i * area + j];
    of_bias[i % g->outputs] += (REAL)sum;
  }
  for (int64_t i = 0; i < g->images * g->groups; ++i) {
    const int64_t kernels = i % g->groups * outputs * channels * taps;
    const REAL *planes = input + i * channels * plane, *from = gradient + i * outputs * area;
    REAL *of_planes = of_input ? of_input + i * channels * plane : NULL;
    REAL *of_kernels = of_weight ? of_weight + kernels : NULL;
    if (channels > 1) NAME(group_back)(g, planes, weight + kernels, from, of_planes, of_kernels, matrix, rows);
    for (int64_t o = 0; channels == 1 && o < outputs; ++o) {
      NAME(depthwise_back)(g, planes, weight + kernels + o * taps, from + o * area, of_planes,
                           of_kernels ? of_kernels + o * taps : NULL);
    }
  }
  free(matrix);
  return true;
}
