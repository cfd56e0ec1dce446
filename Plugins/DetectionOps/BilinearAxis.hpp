/*
 * Bilinear interpolation at the points of a region's bins, axis by axis: the weight of a pixel is the product of one along the rows and one
 * along the columns, so that the sum over a grid of points is that of its rows' weights times its columns' weights.
 */
#ifndef DETECTION_BILINEAR_AXIS_HPP
#define DETECTION_BILINEAR_AXIS_HPP

#include "Regions.hpp"

#include <algorithm>

namespace detection {

/* How points lie in a bin. */
struct Sampling {
  double scale;
  std::int64_t ratio; /* points along each axis; not positive: one for each pixel of the bin */
  bool aligned;       /* whether corners are moved by half a pixel, and regions may be smaller than a pixel */

  Sampling(double scale, std::int64_t ratio, bool aligned) : scale(scale), ratio(ratio), aligned(aligned) {
    if (ratio > most_bins) xylem::fail("the sampling ratio is ", ratio, ", above ", most_bins);
  }
};

/* The weights of pixels in a bin, from `begin` up to `end`. */
template <class Real>
struct Bin {
  std::int64_t begin = 0, end = 0;
  std::size_t weights = 0; /* where they begin */
};

/* The bins along one axis. */
template <class Real>
struct Axis {
  std::int64_t points = 0; /* of a bin */
  std::int64_t begin = 0, end = 0; /* pixels of all bins */
  std::vector<Bin<Real>> bins;
  std::vector<Real> weights;

  const Real *of(const Bin<Real> &bin) const { return weights.data() + bin.weights; }
};

/* The two pixels that a point lies between, and the weight of the second. */
template <class Real>
struct Between {
  std::int64_t low, high;
  Real weight;
};

/* False if a point is so far outside the image that it counts as zero. */
template <class Real>
bool locate(Real at, std::int64_t size, Between<Real> &out) {
  if (at < -1 || at > static_cast<Real>(size)) return false;
  at = std::max(at, Real(0));
  const auto low = static_cast<std::int64_t>(at);
  if (low >= size - 1) {
    out = {size - 1, size - 1, 0};
  } else {
    out = {low, low + 1, at - static_cast<Real>(low)};
  }
  return true;
}

template <class Real>
Axis<Real> axis(Real start, Real end, std::int64_t bins, std::int64_t size, const Sampling &how) {
  const Real shift = how.aligned ? Real(0.5) : Real(0);
  start = start * static_cast<Real>(how.scale) - shift;
  Real length = end * static_cast<Real>(how.scale) - shift - start;
  if (!how.aligned) length = std::max(length, Real(1));
  if (!std::isfinite(start) || !(std::abs(length) < Real(1 << 24))) xylem::fail("a region is not finite, or larger than 2^24 pixels");

  Axis<Real> result;
  result.bins.resize(static_cast<std::size_t>(bins));
  const Real bin = length / static_cast<Real>(bins);
  result.points = how.ratio > 0 ? how.ratio : static_cast<std::int64_t>(std::ceil(bin));
  if (size == 0) return result;
  const auto for_each_point = [&](std::int64_t index, auto &&body) {
    Between<Real> between;
    const Real from = start + static_cast<Real>(index) * bin;
    for (std::int64_t i = 0; i < result.points; ++i) {
      const Real at = from + (static_cast<Real>(i) + Real(0.5)) * bin / static_cast<Real>(result.points);
      if (locate(at, size, between)) body(between);
    }
  };
  result.begin = size;
  for (std::int64_t index = 0; index < bins; ++index) {
    Bin<Real> &found = result.bins[static_cast<std::size_t>(index)];
    std::int64_t least = size, most = -1;
    for_each_point(index, [&](const Between<Real> &between) {
      least = std::min(least, between.low);
      most = std::max(most, between.high);
    });
    if (most < 0) continue;
    found = {least, most + 1, result.weights.size()};
    result.begin = std::min(result.begin, found.begin);
    result.end = std::max(result.end, found.end);
    result.weights.resize(result.weights.size() + static_cast<std::size_t>(most + 1 - least), Real(0));
    Real *weights = result.weights.data() + found.weights;
    for_each_point(index, [&](const Between<Real> &between) {
      weights[between.low - least] += 1 - between.weight;
      weights[between.high - least] += between.weight;
    });
  }
  result.begin = std::min(result.begin, result.end);
  return result;
}

/* to[i] += factor * from[i] */
template <class Real>
void add_multiple(Real *to, const Real *from, Real factor, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) to[i] += factor * from[i];
}

}  // namespace detection

#endif
