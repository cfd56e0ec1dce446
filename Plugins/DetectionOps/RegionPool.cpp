/* Pooling of regions over whole pixels, as torchvision does it: the largest element (roi_pool), and the mean with channels for each bin (ps_roi_pool). */
#include "Regions.hpp"

#include <algorithm>
#include <array>
#include <cfloat>

namespace {

using namespace detection;

/* Pixels from `begin` up to `end`. */
struct Extent {
  std::int64_t begin, end;
  bool empty() const { return end <= begin; }
};

/*
 * The bins of one axis of a region, which begins at a whole pixel and is at least one pixel long, cut to the pixels from 0 up to `limit`. The
 * pixel of the region's end is part of it if `last` is 1.
 */
template <class Real>
std::vector<Extent> bins(Real from, Real to, std::int64_t last, std::int64_t count, double scale, std::int64_t limit) {
  const auto rounded = [&](Real coordinate) {
    const Real whole = std::round(coordinate * static_cast<Real>(scale));
    if (!(std::abs(whole) < Real(std::int64_t(1) << 31))) xylem::fail("a region is not finite, or farther than 2^31 pixels away");
    return static_cast<std::int64_t>(whole);
  };
  const std::int64_t start = rounded(from);
  const Real size = static_cast<Real>(std::max<std::int64_t>(rounded(to) - start + last, 1)) / static_cast<Real>(count);
  std::vector<Extent> found;
  for (std::int64_t bin = 0; bin < count; ++bin) {
    const auto begin = static_cast<std::int64_t>(std::floor(static_cast<Real>(bin) * size));
    const auto end = static_cast<std::int64_t>(std::ceil(static_cast<Real>(bin + 1) * size));
    found.push_back({std::clamp<std::int64_t>(begin + start, 0, limit), std::clamp<std::int64_t>(end + start, 0, limit)});
  }
  return found;
}

/* One region: its image, and the pixels of its bins. */
struct Region {
  std::int64_t image;
  std::vector<Extent> rows, columns;
};

/* The regions, without the last `left_out` rows and columns of the image. */
template <class Real>
Regions<Region> regions(const Tensor &rois, const Pooling &p, std::int64_t last, std::int64_t left_out) {
  return Regions<Region>(rois.compact<Real>(), p, [&](const Real *roi) {
    return Region{p.image(roi[0]), bins(roi[2], roi[4], last, p.rows, p.scale, std::max<std::int64_t>(p.height - left_out, 0)),
                  bins(roi[1], roi[3], last, p.columns, p.scale, std::max<std::int64_t>(p.width - left_out, 0))};
  });
}

/* ---- the largest element ---- */

/* Its index in a plane, and -1 if no element is above the least finite float, as in torchvision. */
template <class Real>
std::int64_t largest(const Real *plane, std::int64_t width, const Extent &rows, const Extent &columns, Real &value) {
  std::int64_t found = -1;
  Real best = rows.empty() || columns.empty() ? Real(0) : Real(-FLT_MAX);
  for (std::int64_t y = rows.begin; y < rows.end; ++y) {
    for (std::int64_t x = columns.begin; x < columns.end; ++x) {
      const Real element = plane[y * width + x];
      const bool is_above = element > best;
      best = is_above ? element : best;
      found = is_above ? y * width + x : found;
    }
  }
  value = best;
  return found;
}

std::array<OwnedTensor, 2> roi_pool(const Tensor &input, const Tensor &rois, double spatial_scale, std::int64_t pooled_height,
                                    std::int64_t pooled_width) {
  const Pooling p(input, rois, spatial_scale, pooled_height, pooled_width);
  if (p.pixels() > INT32_MAX) xylem::fail("an image has more than 2^31 pixels");
  return xylem::with_floating_type("input", input, [&](auto kind) {
    using Real = typename decltype(kind)::type;
    const auto pixels = input.compact<Real>();
    auto result = OwnedTensor::make<Real>({p.regions, p.channels, p.rows, p.columns});
    auto places = OwnedTensor::make<std::int32_t>({p.regions, p.channels, p.rows, p.columns});
    Real *out = result.template data<Real>();
    std::int32_t *place = places.data<std::int32_t>();
    regions<Real>(rois, p, 1, 0).for_each_plane(sizeof(Real), [&](const Region &region, std::int64_t, std::int64_t from, std::int64_t to) {
      std::int64_t bin = to * p.bins();
      for (const Extent &rows : region.rows) {
        for (const Extent &columns : region.columns) {
          place[bin] = static_cast<std::int32_t>(largest(pixels.data() + from * p.pixels(), p.width, rows, columns, out[bin]));
          ++bin;
        }
      }
    });
    return std::array<OwnedTensor, 2>{std::move(result), std::move(places)};
  });
}

/* A region of which only the image matters, since the places of its elements are known. */
struct PlacedRegion {
  std::int64_t image;
};

/* Only of the input: as in torchvision, the regions have no gradient. */
std::vector<OwnedTensor> roi_pool_backward(const Tensor &input, const Tensor &rois, double spatial_scale,
                                           std::int64_t pooled_height, std::int64_t pooled_width, const std::vector<Tensor> &results,
                                           const std::vector<std::optional<Tensor>> &result_gradients) {
  std::vector<OwnedTensor> gradients(5);
  const Tensor *gradient = first_gradient(result_gradients);
  if (!gradient) return gradients;
  const Pooling p(input, rois, spatial_scale, pooled_height, pooled_width);
  p.expect_gradient(*gradient, p.channels);
  if (results.size() != 2) xylem::fail("there are ", results.size(), " results, not 2");
  p.expect_gradient(results[1], p.channels);
  gradients[0] = OwnedTensor::zeros_like(input);
  xylem::with_floating_type("input", input, [&](auto kind) {
    using Real = typename decltype(kind)::type;
    const auto numbers = gradient->compact<Real>();
    const auto places = results[1].compact<std::int32_t>();
    Real *out = gradients[0].template data<Real>();
    const auto pixels = static_cast<std::uint32_t>(p.pixels());
    const Regions<PlacedRegion> regions(rois.compact<Real>(), p, [&](const Real *roi) { return PlacedRegion{p.image(roi[0])}; });
    regions.for_each_plane(sizeof(Real), [&](const PlacedRegion &, std::int64_t, std::int64_t to, std::int64_t from) {
      const Real *flow = numbers.data() + from * p.bins();
      const std::int32_t *place = places.data() + from * p.bins();
      Real *plane = out + to * p.pixels();
      for (std::int64_t bin = 0; bin < p.bins(); ++bin) {
        /* -1, for a bin without pixels, is out of range too. */
        if (static_cast<std::uint32_t>(place[bin]) < pixels) plane[place[bin]] += flow[bin];
      }
    });
  });
  return gradients;
}
XYLEM_OPERATOR_WITH_BACKWARD("torchvision::roi_pool", roi_pool, roi_pool_backward, XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC,
                             "pools the largest elements of regions")

/* ---- the mean, each bin from channels of its own ---- */

/*
 * Calls `body` for each bin with its channel, the plane of the input, the element of the result, the rows and the columns; without the last
 * `left_out` rows and columns of the image. As in torchvision, the value leaves out one, but its gradient none: at the border the two disagree.
 */
template <class Real, class Body>
void for_each_bin(const Tensor &rois, const Pooling &p, std::int64_t left_out, Body &&body) {
  regions<Real>(rois, p, 0, left_out)
      .for_each_bin(sizeof(Real), [&](const Region &region, std::int64_t c, std::size_t row, std::size_t column, std::int64_t plane, std::int64_t element) {
        body(c, plane * p.pixels(), element, region.rows[row], region.columns[column]);
      });
}

template <class Real>
Real area(const Extent &rows, const Extent &columns) {
  return static_cast<Real>((rows.end - rows.begin) * (columns.end - columns.begin));
}

std::array<OwnedTensor, 2> ps_roi_pool(const Tensor &input, const Tensor &rois, double spatial_scale, std::int64_t pooled_height,
                                       std::int64_t pooled_width) {
  const Pooling p(input, rois, spatial_scale, pooled_height, pooled_width);
  const std::int64_t channels = p.channels_per_bin();
  return xylem::with_floating_type("input", input, [&](auto kind) {
    using Real = typename decltype(kind)::type;
    const auto pixels = input.compact<Real>();
    auto result = OwnedTensor::zeros<Real>({p.regions, channels, p.rows, p.columns});
    auto mapping = OwnedTensor::make<std::int32_t>({p.regions, channels, p.rows, p.columns});
    Real *out = result.template data<Real>();
    std::int32_t *channel = mapping.data<std::int32_t>();
    for_each_bin<Real>(rois, p, 1, [&](std::int64_t c, std::int64_t plane, std::int64_t to, const Extent &rows, const Extent &columns) {
      channel[to] = static_cast<std::int32_t>(c);
      if (rows.empty() || columns.empty()) return;
      Real sum = 0;
      for (std::int64_t y = rows.begin; y < rows.end; ++y) {
        for (std::int64_t x = columns.begin; x < columns.end; ++x) sum += pixels[plane + y * p.width + x];
      }
      out[to] = sum / area<Real>(rows, columns);
    });
    return std::array<OwnedTensor, 2>{std::move(result), std::move(mapping)};
  });
}

/* Only of the input: as in torchvision, the regions have no gradient. */
std::vector<OwnedTensor> ps_roi_pool_backward(const Tensor &input, const Tensor &rois, double spatial_scale,
                                              std::int64_t pooled_height, std::int64_t pooled_width,
                                              const std::vector<std::optional<Tensor>> &result_gradients) {
  std::vector<OwnedTensor> gradients(5);
  const Tensor *gradient = first_gradient(result_gradients);
  if (!gradient) return gradients;
  const Pooling p(input, rois, spatial_scale, pooled_height, pooled_width);
  p.expect_gradient(*gradient, p.channels_per_bin());
  gradients[0] = OwnedTensor::zeros_like(input);
  xylem::with_floating_type("input", input, [&](auto kind) {
    using Real = typename decltype(kind)::type;
    const auto numbers = gradient->compact<Real>();
    Real *out = gradients[0].template data<Real>();
    for_each_bin<Real>(rois, p, 0, [&](std::int64_t, std::int64_t plane, std::int64_t from, const Extent &rows, const Extent &columns) {
      if (rows.empty() || columns.empty()) return;
      const Real share = numbers[from] / area<Real>(rows, columns);
      for (std::int64_t y = rows.begin; y < rows.end; ++y) {
        for (std::int64_t x = columns.begin; x < columns.end; ++x) out[plane + y * p.width + x] += share;
      }
    });
  });
  return gradients;
}
XYLEM_OPERATOR_WITH_BACKWARD("torchvision::ps_roi_pool", ps_roi_pool, ps_roi_pool_backward, XYLEM_REENTRANT,
                             XYLEM_LEAF_DETERMINISTIC, "pools the means of regions, each bin from channels of its own")

}  // namespace
