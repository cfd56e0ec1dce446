/*
 * Products of matrices, in the widest vectors that the processor has.
 *
 * Both factors are packed: the left one in panels of `left_width` rows, the right one in panels of `Product::width` columns, each panel
 * element by element of the depth, the sum's index. What a panel lacks is zero.
 */
#ifndef DETECTION_PRODUCTS_HPP
#define DETECTION_PRODUCTS_HPP

#include <algorithm>
#include <cstdint>
#include <vector>

namespace detection {

constexpr std::int64_t left_width = 6;
/* The largest tile, left_width by the widest panel of float32. */
constexpr std::int64_t most_tile = left_width * 32;

/* Defines a function that multiplies two panels, `out` being compact. One for each size of vectors: a template could not name its target. */
#define DETECTION_PRODUCT(name_, target_, bytes_)                                                                          \
  template <class Real>                                                                                                    \
  target_ void name_(std::int64_t depth, const Real *left, const Real *right, Real *out) {                                 \
    typedef Real Vector __attribute__((vector_size(bytes_), aligned(alignof(Real)), may_alias));                           \
    constexpr std::int64_t lanes = bytes_ / static_cast<std::int64_t>(sizeof(Real));                                       \
    Vector sums[left_width][2] = {};                                                                                       \
    for (std::int64_t k = 0; k < depth; ++k, left += left_width, right += 2 * lanes) {                                     \
      const Vector first = *reinterpret_cast<const Vector *>(right);                                                       \
      const Vector second = *reinterpret_cast<const Vector *>(right + lanes);                                              \
      for (std::int64_t i = 0; i < left_width; ++i) {                                                                      \
        sums[i][0] += left[i] * first;                                                                                     \
        sums[i][1] += left[i] * second;                                                                                    \
      }                                                                                                                    \
    }                                                                                                                      \
    for (std::int64_t i = 0; i < left_width; ++i) {                                                                        \
      *reinterpret_cast<Vector *>(out + 2 * i * lanes) = sums[i][0];                                                       \
      *reinterpret_cast<Vector *>(out + (2 * i + 1) * lanes) = sums[i][1];                                                 \
    }                                                                                                                      \
  }

DETECTION_PRODUCT(product_128, , 16)
#if defined(__x86_64__)
DETECTION_PRODUCT(product_256, __attribute__((target("avx2,fma"))), 32)
DETECTION_PRODUCT(product_512, __attribute__((target("avx512f"))), 64)
#endif
#undef DETECTION_PRODUCT

/* The product for this processor. */
template <class Real>
struct Product {
  std::int64_t width;
  void (*run)(std::int64_t depth, const Real *left, const Real *right, Real *out);

  static Product best() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return {128 / sizeof(Real), product_512<Real>};
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return {64 / sizeof(Real), product_256<Real>};
#endif
    return {32 / sizeof(Real), product_128<Real>};
  }
};

/* A packed factor: of its rows (left) or columns (right), `count` are used. */
template <class Real>
struct Panels {
  const Real *elements;
  std::int64_t count, depth;
  std::int64_t pitch; /* from one panel to the next, in elements */
};

inline std::int64_t panels(std::int64_t count, std::int64_t width) { return (count + width - 1) / width; }

/* Packs a factor: `at(i, k)` is the element of row or column i at depth k. */
template <class Real, class At>
Panels<Real> pack(std::vector<Real> &storage, std::int64_t count, std::int64_t depth, std::int64_t width, At &&at) {
  storage.assign(static_cast<std::size_t>(panels(count, width) * depth * width), Real(0));
  for (std::int64_t start = 0; start < count; start += width) {
    Real *to = storage.data() + start * depth;
    const std::int64_t used = std::min(width, count - start);
    for (std::int64_t k = 0; k < depth; ++k, to += width) {
      for (std::int64_t i = 0; i < used; ++i) to[i] = at(start + i, k);
    }
  }
  return {storage.data(), count, depth, depth * width};
}

/* out[i * stride + j] += the sum over k of left(i, k) * right(j, k). */
template <class Real>
void add_product(const Product<Real> &product, const Panels<Real> &left, const Panels<Real> &right, Real *out, std::int64_t stride) {
  alignas(64) Real tile[most_tile];
  for (std::int64_t j = 0; j < right.count; j += product.width) {
    const std::int64_t columns = std::min(product.width, right.count - j);
    for (std::int64_t i = 0; i < left.count; i += left_width) {
      const std::int64_t rows = std::min(left_width, left.count - i);
      product.run(left.depth, left.elements + i / left_width * left.pitch, right.elements + j / product.width * right.pitch, tile);
      for (std::int64_t row = 0; row < rows; ++row) {
        Real *to = out + (i + row) * stride + j;
        const Real *from = tile + row * product.width;
        for (std::int64_t column = 0; column < columns; ++column) to[column] += from[column];
      }
    }
  }
}

}  // namespace detection

#endif
