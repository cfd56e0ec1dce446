/*
 * Pooling of regions at bilinearly interpolated points, as torchvision's roi_align does it: a bin's value is the mean over a grid of points.
 * For a channel that is two products of small matrices.
 */
#include "BilinearAxis.hpp"

namespace {

using namespace detection;

/* One region: its image and its axes; the mean over a bin's grid divides by `count`. */
template <class Real>
struct Region {
  std::int64_t image;
  Axis<Real> y, x;
  Real count;

  Region(const Real *roi, const Pooling &p, const Sampling &how)
      : image(p.image(roi[0])), y(axis(roi[2], roi[4], p.rows, p.height, how)), x(axis(roi[1], roi[3], p.columns, p.width, how)),
        count(std::max(static_cast<Real>(y.points) * static_cast<Real>(x.points), Real(1))) {}
};

template <class Real>
void pool(const Region<Real> &region, const Real *plane, std::int64_t width, Real *line, Real *out) {
  const Axis<Real> &y = region.y, &x = region.x;
  for (const auto &row : y.bins) {
    std::fill(line + x.begin, line + x.end, Real(0));
    for (std::int64_t i = row.begin; i < row.end; ++i) {
      const Real weight = y.of(row)[i - row.begin];
      if (weight != 0) add_multiple(line + x.begin, plane + i * width + x.begin, weight, x.end - x.begin);
    }
    for (const auto &column : x.bins) {
      const Real *weights = x.of(column);
      Real sum = 0;
      for (std::int64_t i = column.begin; i < column.end; ++i) sum += *weights++ * line[i];
      *out++ = sum / region.count;
    }
  }
}

template <class Real>
void spread(const Region<Real> &region, const Real *gradient, std::int64_t width, Real *line, Real *plane) {
  const Axis<Real> &y = region.y, &x = region.x;
  for (const auto &row : y.bins) {
    std::fill(line + x.begin, line + x.end, Real(0));
    for (const auto &column : x.bins) {
      add_multiple(line + column.begin, x.of(column), *gradient++ / region.count, column.end - column.begin);
    }
    for (std::int64_t i = row.begin; i < row.end; ++i) {
      const Real weight = y.of(row)[i - row.begin];
      if (weight != 0) add_multiple(plane + i * width + x.begin, line + x.begin, weight, x.end - x.begin);
    }
  }
}

/* Calls `body` with each region, a plane's number in the input and in the result, and a line of an image to work in. */
template <class Real, class Body>
void for_each_plane(const Tensor &rois, const Pooling &p, const Sampling &how, Body &&body) {
  const Regions<Region<Real>> regions(rois.compact<Real>(), p, [&](const Real *roi) { return Region<Real>(roi, p, how); });
  std::vector<Real> line(static_cast<std::size_t>(p.width));
  regions.for_each_plane(sizeof(Real), [&](const auto &region, std::int64_t, std::int64_t from, std::int64_t to) {
    body(region, from, to, line.data());
  });
}

OwnedTensor roi_align(const Tensor &input, const Tensor &rois, double spatial_scale, std::int64_t pooled_height,
                      std::int64_t pooled_width, std::int64_t sampling_ratio, bool aligned) {
  const Pooling p(input, rois, spatial_scale, pooled_height, pooled_width);
  const Sampling how(spatial_scale, sampling_ratio, aligned);
  return xylem::with_floating_type("input", input, [&](auto kind) {
    using Real = typename decltype(kind)::type;
    const auto pixels = input.compact<Real>();
    auto result = OwnedTensor::make<Real>({p.regions, p.channels, p.rows, p.columns});
    Real *out = result.template data<Real>();
    for_each_plane<Real>(rois, p, how, [&](const auto &region, std::int64_t from, std::int64_t to, Real *line) {
      pool(region, pixels.data() + from * p.pixels(), p.width, line, out + to * p.bins());
    });
    return result;
  });
}

/* Only of the input: as in torchvision, the regions have no gradient. */
std::vector<OwnedTensor> roi_align_backward(const Tensor &input, const Tensor &rois, double spatial_scale,
                                            std::int64_t pooled_height, std::int64_t pooled_width, std::int64_t sampling_ratio,
                                            bool aligned, const Tensor &gradient) {
  const Pooling p(input, rois, spatial_scale, pooled_height, pooled_width);
  const Sampling how(spatial_scale, sampling_ratio, aligned);
  p.expect_gradient(gradient, p.channels);
  std::vector<OwnedTensor> gradients(7);
  gradients[0] = OwnedTensor::zeros_like(input);
  xylem::with_floating_type("input", input, [&](auto kind) {
    using Real = typename decltype(kind)::type;
    const auto numbers = gradient.compact<Real>();
    Real *out = gradients[0].template data<Real>();
    for_each_plane<Real>(rois, p, how, [&](const auto &region, std::int64_t to, std::int64_t from, Real *line) {
      spread(region, numbers.data() + from * p.bins(), p.width, line, out + to * p.pixels());
    });
  });
  return gradients;
}
XYLEM_OPERATOR_WITH_BACKWARD("torchvision::roi_align", roi_align, roi_align_backward, XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC,
                             "pools regions at bilinearly interpolated points")

}  // namespace
