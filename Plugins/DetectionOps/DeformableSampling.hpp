/* The arguments of a deformable convolution, checked, and the points at which it reads its input. */
#ifndef DETECTION_DEFORMABLE_SAMPLING_HPP
#define DETECTION_DEFORMABLE_SAMPLING_HPP

#include <xylem_sdk.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace detection {

using xylem::OwnedTensor;
using xylem::Tensor;

/* A size along each axis. */
struct Pair {
  std::int64_t y, x;

  void expect_within(const char *name, std::int64_t least) const {
    constexpr std::int64_t most = 1 << 24;
    if (y < least || x < least || y > most || x > most) {
      xylem::fail("the ", name, " is ", y, " by ", x, ", not from ", least, " to ", most);
    }
  }
};

/* Sizes: input [N, C, H, W], weight [O, C / groups, kernel], offset [N, 2 * offset_groups * taps, out], mask [N, offset_groups * taps, out]. */
struct DeformableConvolution {
  std::int64_t images, channels, outputs, groups, offset_groups;
  Pair size, kernel, stride, padding, dilation, out;
  bool has_mask;

  std::int64_t pixels() const { return size.y * size.x; }
  std::int64_t out_pixels() const { return out.y * out.x; }
  std::int64_t taps() const { return kernel.y * kernel.x; }
  std::int64_t group_channels() const { return channels / groups; }
  std::int64_t group_outputs() const { return outputs / groups; }
  std::int64_t offset_group(std::int64_t channel) const { return channel / (channels / offset_groups); }

  DeformableConvolution(const Tensor &input, const Tensor &weight, const Tensor &offset, const Tensor &mask, const Tensor &bias,
                        Pair stride, Pair padding, Pair dilation, std::int64_t groups, std::int64_t offset_groups, bool has_mask)
      : groups(groups), offset_groups(offset_groups), stride(stride), padding(padding), dilation(dilation), has_mask(has_mask) {
    input.expect_dimensions("input", 4);
    weight.expect_dimensions("weight", 4);
    offset.expect_dimensions("offset", 4);
    bias.expect_dimensions("bias", 1);
    for (const auto &[name, tensor] : {std::pair("weight", &weight), std::pair("offset", &offset), std::pair("bias", &bias)}) {
      if (tensor->type() != input.type()) xylem::fail("input is ", input.type(), " and ", name, " ", tensor->type());
    }
    if (has_mask) {
      mask.expect_dimensions("mask", 4);
      if (mask.type() != input.type()) xylem::fail("input is ", input.type(), " and mask ", mask.type());
    }
    images = input.size(0);
    channels = input.size(1);
    size = {input.size(2), input.size(3)};
    outputs = weight.size(0);
    kernel = {weight.size(2), weight.size(3)};
    kernel.expect_within("kernel", 1);
    stride.expect_within("stride", 1);
    padding.expect_within("padding", 0);
    dilation.expect_within("dilation", 1);
    expect_groups(weight);
    // Indices of pixels are int32, and one more is needed.
    if (pixels() >= INT32_MAX) xylem::fail("an image has more than 2^31 pixels");
    out = {length(size.y, padding.y, dilation.y, kernel.y, stride.y), length(size.x, padding.x, dilation.x, kernel.x, stride.x)};
    expect_shape("offset", offset, 2 * offset_groups * taps());
    if (has_mask) expect_shape("mask", mask, offset_groups * taps());
    if (bias.size(0) != outputs) xylem::fail("bias has ", bias.size(0), " elements, and the result ", outputs, " channels");
  }

 private:
  void expect_groups(const Tensor &weight) const {
    if (groups < 1 || offset_groups < 1) xylem::fail("there are ", groups, " groups and ", offset_groups, " groups of offsets");
    if (channels % groups != 0 || outputs % groups != 0) {
      xylem::fail(channels, " and ", outputs, " channels can't be divided into ", groups, " groups");
    }
    if (weight.size(1) != channels / groups) {
      xylem::fail("weight takes ", weight.size(1), " channels of each group, and the input has ", channels, " in ", groups, " groups");
    }
    if (channels % offset_groups != 0) xylem::fail(channels, " channels can't be divided into ", offset_groups, " groups of offsets");
  }

  static std::int64_t length(std::int64_t size, std::int64_t padding, std::int64_t dilation, std::int64_t kernel, std::int64_t stride) {
    const std::int64_t room = size + 2 * padding - (dilation * (kernel - 1) + 1);
    if (room < 0) xylem::fail("the kernel covers ", room * -1 + size + 2 * padding, " pixels, and the padded input has ", size + 2 * padding);
    return room / stride + 1;
  }

  void expect_shape(const char *name, const Tensor &tensor, std::int64_t count) const {
    const std::int64_t wanted[] = {images, count, out.y, out.x};
    for (int d = 0; d < 4; ++d) {
      if (tensor.size(d) == wanted[d]) continue;
      xylem::fail(name, " is [", tensor.size(0), ", ", tensor.size(1), ", ", tensor.size(2), ", ", tensor.size(3), "], not [", images, ", ",
                  count, ", ", out.y, ", ", out.x, "]");
    }
  }
};

/*
 * Images whose planes are followed by one zero each, which stands for all pixels outside: so that a weight of zero is not multiplied by a pixel
 * that is infinite.
 */
template <class Real>
class PaddedPlanes {
 public:
  PaddedPlanes(std::int64_t planes, std::int64_t pixels)
      : pixels_(pixels), elements_(static_cast<std::size_t>(planes * (pixels + 1)), Real(0)) {}

  void load(const Real *from) {
    for (Real *to = elements_.data(); to < elements_.data() + elements_.size(); to += pixels_ + 1, from += pixels_) {
      std::copy_n(from, pixels_, to);
    }
  }
  void store(Real *to) const {
    for (const Real *from = elements_.data(); from < elements_.data() + elements_.size(); from += pixels_ + 1, to += pixels_) {
      std::copy_n(from, pixels_, to);
    }
  }
  void clear() { std::fill(elements_.begin(), elements_.end(), Real(0)); }
  Real *plane(std::int64_t index) { return elements_.data() + index * (pixels_ + 1); }

 private:
  std::int64_t pixels_;
  std::vector<Real> elements_;
};

/* The four pixels around a point: top left, top right, bottom left, bottom right. */
template <class Real>
struct Corners {
  std::int32_t index[4];
  Real weight[4];
};

/* The corners of a point. Those outside of the image have the index `pixels` and no weight. A point that is not a number gives no number. */
template <class Real>
Corners<Real> corners(Real y, Real x, const Pair &size, Real &top, Real &left) {
  const auto none = static_cast<std::int32_t>(size.y * size.x);
  Corners<Real> found = {{none, none, none, none}, {0, 0, 0, 0}};
  top = left = 0;
  if (std::isnan(y) || std::isnan(x)) {
    top = left = std::numeric_limits<Real>::quiet_NaN();
    std::fill_n(found.weight, 4, top);
    return found;
  }
  if (!(y >= -1 && y < static_cast<Real>(size.y) && x >= -1 && x < static_cast<Real>(size.x))) return found;
  const Real floor_y = std::floor(y), floor_x = std::floor(x);
  top = y - floor_y;
  left = x - floor_x;
  const auto row = static_cast<std::int64_t>(floor_y), column = static_cast<std::int64_t>(floor_x);
  for (int corner = 0; corner < 4; ++corner) {
    const std::int64_t r = row + corner / 2, c = column + corner % 2;
    if (r < 0 || r >= size.y || c < 0 || c >= size.x) continue;
    found.index[corner] = static_cast<std::int32_t>(r * size.x + c);
    found.weight[corner] = (corner / 2 ? top : 1 - top) * (corner % 2 ? left : 1 - left);
  }
  return found;
}

}  // namespace detection

#endif
