/*
 * Pooling of regions at bilinearly interpolated points, as torchvision's roi_align does it.
 *
 * A bin's value is the mean over a grid of points. Interpolation weights are products of one along the rows and one along the columns, so
 * that the sum over a grid is that of its rows' weights times its columns' weights: two products of small matrices for a channel.
 */
#include <xylem_sdk.hpp>

#include <algorithm>
#include <cmath>

namespace {

using xylem::OwnedTensor;
using xylem::Tensor;

/* The operator's arguments, checked. */
struct Pooling {
  std::int64_t images, channels, height, width, regions, rows, columns, sampling_ratio;
  double scale;
  bool aligned;
};

Pooling checked(const Tensor &input, const Tensor &rois, double scale, std::int64_t rows, std::int64_t columns,
                std::int64_t sampling_ratio, bool aligned) {
  input.expect_dimensions("input", 4);
  rois.expect_dimensions("rois", 2);
  if (rois.size(1) != 5) xylem::fail("rois has ", rois.size(1), " columns, not 5: image, x1, y1, x2, y2");
  if (input.type() != rois.type()) xylem::fail("input is ", input.type(), " and rois ", rois.type());
  constexpr std::int64_t most = 4096;
  if (rows < 1 || columns < 1 || rows > most || columns > most) {
    xylem::fail("the pooled size is ", rows, " by ", columns, ", not from 1 to ", most);
  }
  if (sampling_ratio > most) xylem::fail("the sampling ratio is ", sampling_ratio, ", above ", most);
  return {input.size(0), input.size(1), input.size(2), input.size(3), rois.size(0), rows, columns, sampling_ratio, scale, aligned};
}

/* The pixels between which the points of one bin lie: from `begin` up to `end`. */
struct Extent {
  std::int64_t begin, end;
};

/*
 * Along one axis, the weight that each pixel from `first` on has in each bin, and how many points a bin has. Extents count from `first`.
 */
template <class Real>
struct Axis {
  std::int64_t bins = 0, first = 0, pixels = 0, points = 0;
  std::vector<Real> weights; /* [bins, pixels] */
  std::vector<Extent> extents;

  const Real *of(std::int64_t bin) const { return weights.data() + bin * pixels; }
  Extent extent(std::int64_t bin) const { return extents[static_cast<std::size_t>(bin)]; }
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
Axis<Real> axis(Real start, Real end, std::int64_t bins, std::int64_t size, const Pooling &p) {
  const Real shift = p.aligned ? Real(0.5) : Real(0);
  start = start * static_cast<Real>(p.scale) - shift;
  Real length = end * static_cast<Real>(p.scale) - shift - start;
  if (!p.aligned) length = std::max(length, Real(1));
  if (!std::isfinite(start) || !(std::abs(length) < Real(1 << 24))) xylem::fail("a region is not finite, or larger than 2^24 pixels");

  Axis<Real> result;
  result.bins = bins;
  result.extents.assign(static_cast<std::size_t>(bins), {0, 0});
  const Real bin = length / static_cast<Real>(bins);
  result.points = p.sampling_ratio > 0 ? p.sampling_ratio : static_cast<std::int64_t>(std::ceil(bin));
  if (size == 0) return result;
  const auto for_each_point = [&](auto &&body) {
    Between<Real> between;
    for (std::int64_t b = 0; b < bins; ++b) {
      const Real from = start + static_cast<Real>(b) * bin;
      for (std::int64_t i = 0; i < result.points; ++i) {
        const Real at = from + (static_cast<Real>(i) + Real(0.5)) * bin / static_cast<Real>(result.points);
        if (locate(at, size, between)) body(b, between);
      }
    }
  };
  std::int64_t least = size, most = -1;
  for_each_point([&](std::int64_t, const Between<Real> &between) {
    least = std::min(least, between.low);
    most = std::max(most, between.high);
  });
  if (most < 0) return result;
  result.first = least;
  result.pixels = most - least + 1;
  result.weights.assign(static_cast<std::size_t>(bins * result.pixels), 0);
  for_each_point([&](std::int64_t b, const Between<Real> &between) {
    Real *weights = result.weights.data() + b * result.pixels;
    weights[between.low - least] += 1 - between.weight;
    weights[between.high - least] += between.weight;
    Extent &extent = result.extents[static_cast<std::size_t>(b)];
    if (extent.end == 0) extent = {between.low - least, between.high - least + 1};
    extent.begin = std::min(extent.begin, between.low - least);
    extent.end = std::max(extent.end, between.high - least + 1);
  });
  return result;
}

/* One region: its image and its axes; the mean over a bin's grid divides by `count`. */
template <class Real>
struct Region {
  std::int64_t image;
  Axis<Real> y, x;
  Real count;

  Region(const Real *roi, const Pooling &p)
      : image(index(roi[0], p)), y(axis(roi[2], roi[4], p.rows, p.height, p)), x(axis(roi[1], roi[3], p.columns, p.width, p)),
        count(std::max(static_cast<Real>(y.points) * static_cast<Real>(x.points), Real(1))) {}

  static std::int64_t index(Real number, const Pooling &p) {
    if (!(number >= 0 && number < static_cast<Real>(p.images))) {
      xylem::fail("a region refers to image ", number, ", but there are ", p.images);
    }
    return static_cast<std::int64_t>(number);
  }
};

/* to[i] += factor * from[i] */
template <class Real>
void add_multiple(Real *to, const Real *from, Real factor, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) to[i] += factor * from[i];
}

template <class Real>
void pool(const Region<Real> &region, const Real *plane, std::int64_t width, std::vector<Real> &line, Real *out) {
  const Axis<Real> &y = region.y, &x = region.x;
  for (std::int64_t row = 0; row < y.bins; ++row) {
    std::fill(line.begin(), line.end(), Real(0));
    for (std::int64_t i = y.extent(row).begin; i < y.extent(row).end; ++i) {
      const Real weight = y.of(row)[i];
      if (weight != 0) add_multiple(line.data(), plane + (y.first + i) * width + x.first, weight, x.pixels);
    }
    for (std::int64_t column = 0; column < x.bins; ++column) {
      Real sum = 0;
      const auto [begin, end] = x.extent(column);
      for (std::int64_t i = begin; i < end; ++i) sum += x.of(column)[i] * line[static_cast<std::size_t>(i)];
      out[row * x.bins + column] = sum / region.count;
    }
  }
}

template <class Real>
void spread(const Region<Real> &region, const Real *gradient, std::int64_t width, std::vector<Real> &line, Real *plane) {
  const Axis<Real> &y = region.y, &x = region.x;
  for (std::int64_t row = 0; row < y.bins; ++row) {
    std::fill(line.begin(), line.end(), Real(0));
    for (std::int64_t column = 0; column < x.bins; ++column) {
      const auto [begin, end] = x.extent(column);
      add_multiple(line.data() + begin, x.of(column) + begin, gradient[row * x.bins + column] / region.count, end - begin);
    }
    for (std::int64_t i = y.extent(row).begin; i < y.extent(row).end; ++i) {
      const Real weight = y.of(row)[i];
      if (weight != 0) add_multiple(plane + (y.first + i) * width + x.first, line.data(), weight, x.pixels);
    }
  }
}

/* Calls `body` with each region, a plane's number in the input and in the result, and a line to work in. */
template <class Real, class Body>
void for_each_plane(const Tensor &rois, const Pooling &p, Body &&body) {
  const auto numbers = rois.compact<Real>();
  std::vector<Real> line;
  for (std::int64_t r = 0; r < p.regions; ++r) {
    const Region<Real> region(numbers.data() + 5 * r, p);
    line.resize(static_cast<std::size_t>(region.x.pixels));
    for (std::int64_t c = 0; c < p.channels; ++c) body(region, region.image * p.channels + c, r * p.channels + c, line);
  }
}

OwnedTensor roi_align(const Tensor &input, const Tensor &rois, double spatial_scale, std::int64_t pooled_height,
                      std::int64_t pooled_width, std::int64_t sampling_ratio, bool aligned) {
  const auto p = checked(input, rois, spatial_scale, pooled_height, pooled_width, sampling_ratio, aligned);
  return xylem::with_floating_type("input", input, [&](auto kind) {
    using Real = typename decltype(kind)::type;
    const auto pixels = input.compact<Real>();
    auto result = OwnedTensor::make<Real>({p.regions, p.channels, p.rows, p.columns});
    Real *out = result.template data<Real>();
    for_each_plane<Real>(rois, p, [&](const auto &region, std::int64_t from, std::int64_t to, auto &line) {
      pool(region, pixels.data() + from * p.height * p.width, p.width, line, out + to * p.rows * p.columns);
    });
    return result;
  });
}

/* Only of the input: as in torchvision, the regions have no gradient. */
std::vector<OwnedTensor> roi_align_backward(const Tensor &input, const Tensor &rois, double spatial_scale,
                                            std::int64_t pooled_height, std::int64_t pooled_width, std::int64_t sampling_ratio,
                                            bool aligned, const Tensor &gradient) {
  const auto p = checked(input, rois, spatial_scale, pooled_height, pooled_width, sampling_ratio, aligned);
  if (gradient.count() != p.regions * p.channels * p.rows * p.columns) xylem::fail("the sizes of the gradient and the result differ");
  std::vector<OwnedTensor> gradients(7);
  gradients[0] = OwnedTensor::zeros_like(input);
  xylem::with_floating_type("input", input, [&](auto kind) {
    using Real = typename decltype(kind)::type;
    const auto numbers = gradient.compact<Real>();
    Real *out = gradients[0].template data<Real>();
    for_each_plane<Real>(rois, p, [&](const auto &region, std::int64_t to, std::int64_t from, auto &line) {
      spread(region, numbers.data() + from * p.rows * p.columns, p.width, line, out + to * p.height * p.width);
    });
  });
  return gradients;
}
XYLEM_OPERATOR_WITH_BACKWARD("torchvision::roi_align", roi_align, roi_align_backward, XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC,
                             "pools regions at bilinearly interpolated points")

}  // namespace
