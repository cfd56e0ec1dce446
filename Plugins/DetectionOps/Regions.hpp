/* What the operators that pool regions have in common: their arguments, checked. */
#ifndef DETECTION_REGIONS_HPP
#define DETECTION_REGIONS_HPP

#include <xylem_sdk.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace detection {

using xylem::OwnedTensor;
using xylem::Tensor;

constexpr std::int64_t most_bins = 4096;

/* Sizes of an input [N, C, H, W], of regions [K, 5], and of the bins of a region. */
struct Pooling {
  std::int64_t images, channels, height, width, regions, rows, columns;
  double scale;

  std::int64_t pixels() const { return height * width; }
  std::int64_t bins() const { return rows * columns; }

  Pooling(const Tensor &input, const Tensor &rois, double scale, std::int64_t rows, std::int64_t columns)
      : rows(rows), columns(columns), scale(scale) {
    input.expect_dimensions("input", 4);
    rois.expect_dimensions("rois", 2);
    if (rois.size(1) != 5) xylem::fail("rois has ", rois.size(1), " columns, not 5: image, x1, y1, x2, y2");
    if (input.type() != rois.type()) xylem::fail("input is ", input.type(), " and rois ", rois.type());
    if (rows < 1 || columns < 1 || rows > most_bins || columns > most_bins) {
      xylem::fail("the pooled size is ", rows, " by ", columns, ", not from 1 to ", most_bins);
    }
    images = input.size(0);
    channels = input.size(1);
    height = input.size(2);
    width = input.size(3);
    regions = rois.size(0);
  }

  /* The channels of a result in which each bin has channels of its own: those of the input lie bin by bin. */
  std::int64_t channels_per_bin() const {
    if (channels % bins() != 0) {
      xylem::fail("the input has ", channels, " channels, which is not a multiple of the ", rows, " by ", columns, " bins");
    }
    return channels / bins();
  }

  /* The image that the first number of a region refers to. */
  template <class Real>
  std::int64_t image(Real number) const {
    if (!(number >= 0 && number < static_cast<Real>(images))) {
      xylem::fail("a region refers to image ", number, ", but there are ", images);
    }
    return static_cast<std::int64_t>(number);
  }

  void expect_gradient(const Tensor &gradient, std::int64_t result_channels) const {
    if (gradient.count() != regions * result_channels * bins()) xylem::fail("the sizes of the gradient and the result differ");
  }
};

/* Regions of one kind, with what does not depend on the channel, in the order of their images. A kind has a member `image`. */
template <class Region>
class Regions {
 public:
  /* `make` gives the region of five numbers. */
  template <class Real, class Make>
  Regions(const xylem::Compact<Real> &rois, const Pooling &p, Make &&make) : p_(p), order_(static_cast<std::size_t>(p.regions)) {
    regions_.reserve(order_.size());
    for (std::int64_t r = 0; r < p.regions; ++r) regions_.push_back(make(rois.data() + 5 * r));
    std::iota(order_.begin(), order_.end(), 0);
    std::sort(order_.begin(), order_.end(), [&](std::int64_t a, std::int64_t b) {
      return std::make_pair(at(a).image, a) < std::make_pair(at(b).image, b);
    });
  }

  /*
   * Calls `body` with each region, each channel, its plane's number in the input, and its number in a result [K, C]. Regions of an image take
   * turns while some planes are in the cache; each plane meets its regions in their order.
   */
  template <class Body>
  void for_each_plane(std::size_t element_size, Body &&body) const {
    for_each_block(element_size, [&](const Region &region, std::int64_t plane, std::int64_t element, std::int64_t first, std::int64_t last) {
      for (std::int64_t c = first; c < last; ++c) body(region, c, plane + c, element + c);
    });
  }

  /* The same where each channel is that of one bin, with the bin's row and column before the plane's number. */
  template <class Body>
  void for_each_bin(std::size_t element_size, Body &&body) const {
    for_each_block(element_size, [&](const Region &region, std::int64_t plane, std::int64_t element, std::int64_t first, std::int64_t last) {
      /* Counted: a division for each bin would take as long as the bin itself. */
      auto row = static_cast<std::size_t>(first % p_.bins() / p_.columns), column = static_cast<std::size_t>(first % p_.columns);
      const auto rows = static_cast<std::size_t>(p_.rows), columns = static_cast<std::size_t>(p_.columns);
      for (std::int64_t c = first; c < last; ++c) {
        body(region, c, row, column, plane + c, element + c);
        if (++column < columns) continue;
        column = 0;
        if (++row == rows) row = 0;
      }
    });
  }

 private:
  template <class Body>
  void for_each_block(std::size_t element_size, Body &&body) const {
    constexpr std::int64_t cached = 1 << 19; /* bytes */
    const auto plane = std::max<std::int64_t>(p_.pixels() * static_cast<std::int64_t>(element_size), 1);
    const std::int64_t step = std::max<std::int64_t>(cached / plane, 1);
    for (std::size_t begin = 0, end = 0; begin < order_.size(); begin = end) {
      const std::int64_t image = at(order_[begin]).image;
      while (end < order_.size() && at(order_[end]).image == image) ++end;
      for (std::int64_t first = 0; first < p_.channels; first += step) {
        const std::int64_t last = std::min(first + step, p_.channels);
        for (std::size_t i = begin; i < end; ++i) {
          body(at(order_[i]), image * p_.channels, order_[i] * p_.channels, first, last);
        }
      }
    }
  }

  const Region &at(std::int64_t index) const { return regions_[static_cast<std::size_t>(index)]; }

  const Pooling &p_;
  std::vector<Region> regions_;
  std::vector<std::int64_t> order_;
};

/* The gradient of the first of two results, the second being a tensor of integers; nothing if there is none. */
inline const Tensor *first_gradient(const std::vector<std::optional<Tensor>> &gradients) {
  return !gradients.empty() && gradients[0] ? &*gradients[0] : nullptr;
}

}  // namespace detection

#endif
