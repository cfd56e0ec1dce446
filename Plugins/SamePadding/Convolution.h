/* Two-dimensional convolution with its gradients, in float and in double, over compact tensors [N, C, H, W]. */
#ifndef CONVOLUTION_H
#define CONVOLUTION_H

#include <stdbool.h>
#include <stdint.h>

/* Index 0 is the height, index 1 the width. */
typedef struct Geometry {
  int64_t images, channels, outputs, groups;
  int64_t input[2], output[2];
  int64_t kernel[2], stride[2], dilation[2];
  int64_t before[2]; /* padding at the top and at the left */
} Geometry;

#define HIDDEN __attribute__((visibility("hidden")))

/* Each returns false if no memory is left. Weights are [outputs, channels / groups, kernel]; bias may be null. */
HIDDEN bool convolve_float(const Geometry *geometry, const float *input, const float *weight, const float *bias, float *out);
HIDDEN bool convolve_double(const Geometry *geometry, const double *input, const double *weight, const double *bias,
                            double *out);

/* Computes gradients from the result's; `of_input`, `of_weight` and `of_bias` may be null, and must be zero before. */
HIDDEN bool convolve_back_float(const Geometry *geometry, const float *input, const float *weight, const float *gradient,
                                float *of_input, float *of_weight, float *of_bias);
HIDDEN bool convolve_back_double(const Geometry *geometry, const double *input, const double *weight, const double *gradient,
                                 double *of_input, double *of_weight, double *of_bias);

#endif
