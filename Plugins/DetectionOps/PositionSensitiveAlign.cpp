/*
 * Pooling of regions at bilinearly interpolated points where each bin has channels of its own, as torchvision's ps_roi_align does it: the bins
 * of channel c of the result, row by row, come from the channels c * bins, c * bins + 1 and so on of the input.
 */
#include "BilinearAxis.hpp"

#include <array>

namespace {

using namespace detection;

/* One region: its image and its axes; as in torchvision, the mean over no points is not a number. */
template <class Real>
struct Region {
  std::int64_t image;
  Axis<Real> y, x;
  Real count;

  Region(const Real *roi, const Pooling &p, const Sampling &how)
      : image(p.image(roi[0])), y(axis(roi[2], roi[4], p.rows, p.height, how)), x(axis(roi[1], roi[3], p.columns, p.width, how)),
        count(static_cast<Real>(y.points) * static_cast<Real>(x.points)) {}
};

/* Calls `body` for each bin with its region, its channel, its rows and columns, the plane of the input and the element of the result. */
template <class Real, class Body>
void for_each_bin(const Tensor &rois, const Pooling &p, const Sampling &how, Body &&body) {
  const Regions<Region<Real>> regions(rois.compact<Real>(), p, [&](const Real *roi) { return Region<Real>(roi, p, how); });
  regions.for_each_bin(sizeof(Real), [&](const Region<Real> &region, std::int64_t c, std::size_t row, std::size_t column,
                                         std::int64_t plane, std::int64_t element) {
    body(region, c, region.y.bins[row], region.x.bins[column], plane, element);
  });
}

std::array<OwnedTensor, 2> ps_roi_align(const Tensor &input, const Tensor &rois, double spatial_scale, std::int64_t pooled_height,
                                        std::int64_t pooled_width, std::int64_t sampling_ratio) {
  const Pooling p(input, rois, spatial_scale, pooled_height, pooled_width);
  const Sampling how(spatial_scale, sampling_ratio, true);
  const std::int64_t channels = p.channels_per_bin();
  return xylem::with_floating_type("input", input, [&](auto kind) {
    using Real = typename decltype(kind)::type;
    const auto pixels = input.compact<Real>();
    auto result = OwnedTensor::make<Real>({p.regions, channels, p.rows, p.columns});
    auto mapping = OwnedTensor::make<std::int32_t>({p.regions, channels, p.rows, p.columns});
    Real *out = result.template data<Real>();
    std::int32_t *channel = mapping.data<std::int32_t>();
    for_each_bin<Real>(rois, p, how, [&](const auto &region, std::int64_t c, const auto &row, const auto &column, std::int64_t from,
                                         std::int64_t to) {
      const Real *plane = pixels.data() + from * p.pixels(), *row_weight = region.y.of(row);
      Real sum = 0;
      for (std::int64_t y = row.begin; y < row.end; ++y) {
        const Real *column_weight = region.x.of(column);
        Real line_sum = 0;
        for (std::int64_t x = column.begin; x < column.end; ++x) line_sum += *column_weight++ * plane[y * p.width + x];
        sum += *row_weight++ * line_sum;
      }
      out[to] = sum / region.count;
      channel[to] = static_cast<std::int32_t>(c);
    });
    return std::array<OwnedTensor, 2>{std::move(result), std::move(mapping)};
  });
}

/* Only of the input: as in torchvision, the regions have no gradient. */
std::vector<OwnedTensor> ps_roi_align_backward(const Tensor &input, const Tensor &rois, double spatial_scale,
                                               std::int64_t pooled_height, std::int64_t pooled_width, std::int64_t sampling_ratio,
                                               const std::vector<std::optional<Tensor>> &result_gradients) {
  std::vector<OwnedTensor> gradients(6);
  const Tensor *gradient = first_gradient(result_gradients);
  if (!gradient) return gradients;
  const Pooling p(input, rois, spatial_scale, pooled_height, pooled_width);
  const Sampling how(spatial_scale, sampling_ratio, true);
  p.expect_gradient(*gradient, p.channels_per_bin());
  gradients[0] = OwnedTensor::zeros_like(input);
  xylem::with_floating_type("input", input, [&](auto kind) {
    using Real = typename decltype(kind)::type;
    const auto numbers = gradient->compact<Real>();
    Real *out = gradients[0].template data<Real>();
    for_each_bin<Real>(rois, p, how, [&](const auto &region, std::int64_t, const auto &row, const auto &column, std::int64_t to,
                                         std::int64_t from) {
      const Real share = numbers[from] / region.count, *row_weight = region.y.of(row);
      for (std::int64_t y = row.begin; y < row.end; ++y) {
        Real *line = out + to * p.pixels() + y * p.width;
        add_multiple(line + column.begin, region.x.of(column), share * *row_weight++, column.end - column.begin);
      }
    });
  });
  return gradients;
}
XYLEM_OPERATOR_WITH_BACKWARD("torchvision::ps_roi_align", ps_roi_align, ps_roi_align_backward, XYLEM_REENTRANT,
                             XYLEM_LEAF_DETERMINISTIC,
                             "pools regions at bilinearly interpolated points, each bin from channels of its own")

}  // namespace
