/*
 * Deformable convolutions (Dai et al., arXiv:1703.06211; with a mask Zhu et al., arXiv:1811.11168), as torchvision's deform_conv2d computes
 * them: each tap of the kernel reads the input at a point that is moved by an offset, and may be weighted by a mask.
 *
 * The output is computed in tiles of pixels. Where a tile's taps read, and with which weights, is found once for all channels of a group of
 * offsets. Then, some channels at a time, what they read is packed into panels that stay in the cache, and multiplied by the kernel.
 */
#include "DeformableSampling.hpp"
#include "Products.hpp"


namespace {

using namespace detection;

/* The elements of the tensors. */
template <class Real>
struct Elements {
  xylem::Compact<Real> input, weight, offset, mask, bias;

  Elements(const Tensor &input, const Tensor &weight, const Tensor &offset, const Tensor &mask, const Tensor &bias)
      : input(input), weight(weight), offset(offset), mask(mask), bias(bias) {}
};

/* Where the taps of a tile's pixels read. Lines of `width` pixels, for each tap of each group of offsets; beyond the tile nothing is read. */
template <class Real>
class Points {
 public:
  Points(const DeformableConvolution &c, std::int64_t width)
      : c_(c), width_(width), lines_(c.offset_groups * c.taps()), index_(count(4)), weight_(count(4)), mask_(count(1)), top_(count(1)),
        left_(count(1)) {}

  /* Finds the points of `used` pixels from `start` on. */
  void find(const Elements<Real> &elements, std::int64_t image, std::int64_t start, std::int64_t used) {
    const Real *offset = elements.offset.data() + image * 2 * lines_ * c_.out_pixels();
    const Real *mask = c_.has_mask ? elements.mask.data() + image * lines_ * c_.out_pixels() : nullptr;
    for (std::int64_t line = 0; line < lines_; ++line) {
      const std::int64_t tap = line % c_.taps();
      const std::int64_t dy = tap / c_.kernel.x * c_.dilation.y - c_.padding.y, dx = tap % c_.kernel.x * c_.dilation.x - c_.padding.x;
      const Real *move_y = offset + 2 * line * c_.out_pixels(), *move_x = move_y + c_.out_pixels();
      for (std::int64_t p = 0; p < width_; ++p) {
        const std::int64_t pixel = start + p, at = line * width_ + p;
        Corners<Real> found = {{none(), none(), none(), none()}, {0, 0, 0, 0}};
        top_[at] = left_[at] = mask_[at] = 0;
        if (p < used) {
          const auto y = static_cast<Real>(pixel / c_.out.x * c_.stride.y + dy) + move_y[pixel];
          const auto x = static_cast<Real>(pixel % c_.out.x * c_.stride.x + dx) + move_x[pixel];
          found = corners(y, x, c_.size, top_[at], left_[at]);
          mask_[at] = mask ? mask[line * c_.out_pixels() + pixel] : Real(1);
        }
        for (int corner = 0; corner < 4; ++corner) {
          index_[(line * 4 + corner) * width_ + p] = found.index[corner];
          weight_[(line * 4 + corner) * width_ + p] = found.weight[corner];
        }
      }
    }
  }

  const std::int32_t *index(std::int64_t line) const { return index_.data() + line * 4 * width_; }
  const Real *weight(std::int64_t line) const { return weight_.data() + line * 4 * width_; }
  const Real *mask(std::int64_t line) const { return mask_.data() + line * width_; }
  /* Distances from the top left corner. */
  const Real *top(std::int64_t line) const { return top_.data() + line * width_; }
  const Real *left(std::int64_t line) const { return left_.data() + line * width_; }
  std::int64_t width() const { return width_; }

  /* What a tap of `count` pixels from `start` on reads in a plane, times the mask. */
  void read(std::int64_t line, const Real *plane, std::int64_t start, std::int64_t count, Real *out) const {
    const std::int32_t *i = index(line) + start;
    const Real *w = weight(line) + start, *m = mask(line) + start;
    for (std::int64_t p = 0; p < count; ++p) {
      out[p] = m[p] * (w[p] * plane[i[p]] + w[width_ + p] * plane[i[width_ + p]] + w[2 * width_ + p] * plane[i[2 * width_ + p]] +
                       w[3 * width_ + p] * plane[i[3 * width_ + p]]);
    }
  }

 private:
  std::int32_t none() const { return static_cast<std::int32_t>(c_.pixels()); }
  std::size_t count(std::int64_t each) const { return static_cast<std::size_t>(each * lines_ * width_); }

  const DeformableConvolution &c_;
  std::int64_t width_, lines_;
  std::vector<std::int32_t> index_;
  std::vector<Real> weight_, mask_, top_, left_;
};

/* About this many rows of a factor, taps of some channels, are worked on at a time. */
constexpr std::int64_t block_rows = 256;

std::int64_t block_channels(const DeformableConvolution &c) {
  return std::clamp<std::int64_t>(block_rows / c.taps(), 1, std::max<std::int64_t>(c.group_channels(), 1));
}

/* Calls `body` with each group, its first channel of the input, and how many channels from there on to work on. */
template <class Body>
void for_each_block(const DeformableConvolution &c, Body &&body) {
  const std::int64_t step = block_channels(c);
  for (std::int64_t group = 0; group < c.groups; ++group) {
    for (std::int64_t at = 0; at < c.group_channels(); at += step) body(group, at, std::min(step, c.group_channels() - at));
  }
}

/* Calls `body` with each image, and the first pixel and the number of pixels of each tile. */
template <class Body>
void for_each_tile(const DeformableConvolution &c, std::int64_t width, Body &&body) {
  for (std::int64_t image = 0; image < c.images; ++image) {
    for (std::int64_t start = 0; start < c.out_pixels(); start += width) body(image, start, std::min(width, c.out_pixels() - start));
  }
}

// ---- forward ----

template <class Real>
void convolve(const DeformableConvolution &c, const Elements<Real> &elements, Real *out) {
  const auto product = Product<Real>::best();
  const std::int64_t taps = c.taps(), depth = c.group_channels() * taps;
  Points<Real> points(c, 8 * product.width);
  PaddedPlanes<Real> planes(c.channels, c.pixels());
  std::vector<std::vector<Real>> storage(static_cast<std::size_t>(c.groups));
  std::vector<Panels<Real>> kernels;
  for (std::int64_t group = 0; group < c.groups; ++group) {
    const Real *weight = elements.weight.data() + group * c.group_outputs() * depth;
    kernels.push_back(pack(storage[static_cast<std::size_t>(group)], c.group_outputs(), depth, left_width,
                           [&](std::int64_t row, std::int64_t k) { return weight[row * depth + k]; }));
  }
  std::vector<Real> columns(static_cast<std::size_t>(block_channels(c) * taps * points.width()));
  for_each_tile(c, points.width(), [&](std::int64_t image, std::int64_t start, std::int64_t used) {
    if (start == 0) planes.load(elements.input.data() + image * c.channels * c.pixels());
    points.find(elements, image, start, used);
    Real *tile = out + image * c.outputs * c.out_pixels() + start;
    for (std::int64_t o = 0; o < c.outputs; ++o) std::fill_n(tile + o * c.out_pixels(), used, elements.bias[o]);
    for_each_block(c, [&](std::int64_t group, std::int64_t first, std::int64_t count) {
      Real *to = columns.data();
      for (std::int64_t p = 0; p < used; p += product.width) {
        for (std::int64_t i = 0; i < count; ++i) {
          const std::int64_t channel = group * c.group_channels() + first + i;
          for (std::int64_t tap = 0; tap < taps; ++tap, to += product.width) {
            points.read(c.offset_group(channel) * taps + tap, planes.plane(channel), p, product.width, to);
          }
        }
      }
      Panels<Real> kernel = kernels[static_cast<std::size_t>(group)];
      kernel.elements += first * taps * left_width;
      kernel.depth = count * taps;
      const Panels<Real> read = {columns.data(), used, kernel.depth, kernel.depth * product.width};
      add_product(product, kernel, read, tile + group * c.group_outputs() * c.out_pixels(), c.out_pixels());
    });
  });
}

OwnedTensor deform_conv2d(const Tensor &input, const Tensor &weight, const Tensor &offset, const Tensor &mask, const Tensor &bias,
                          std::int64_t stride_h, std::int64_t stride_w, std::int64_t pad_h, std::int64_t pad_w,
                          std::int64_t dilation_h, std::int64_t dilation_w, std::int64_t groups, std::int64_t offset_groups,
                          bool use_mask) {
  const DeformableConvolution c(input, weight, offset, mask, bias, {stride_h, stride_w}, {pad_h, pad_w}, {dilation_h, dilation_w}, groups,
                                offset_groups, use_mask);
  return xylem::with_floating_type("input", input, [&](auto kind) {
    using Real = typename decltype(kind)::type;
    auto result = OwnedTensor::make<Real>({c.images, c.outputs, c.out.y, c.out.x});
    convolve(c, Elements<Real>(input, weight, offset, use_mask ? mask : bias, bias), result.template data<Real>());
    return result;
  });
}

// ---- backward ----

/* The gradients, which start as zeros. That of the mask is null if there is no mask. */
template <class Real>
struct Flows {
  Real *input, *weight, *offset, *mask, *bias;
};

template <class Real>
class Backward {
 public:
  Backward(const DeformableConvolution &c, const Elements<Real> &elements, const Real *gradient, const Flows<Real> &flows)
      : c_(c), elements_(elements), gradient_(gradient), flows_(flows), product_(Product<Real>::best()), points_(c, 4 * product_.width),
        planes_(c.channels, c.pixels()), plane_flows_(c.channels, c.pixels()) {
    for_each_block(c, [&](std::int64_t group, std::int64_t first, std::int64_t count) {
      const Real *weight = elements.weight.data() + group * c.group_outputs() * depth() + first * c.taps();
      storage_.emplace_back();
      kernels_.push_back(pack(storage_.back(), count * c.taps(), c.group_outputs(), left_width,
                              [&](std::int64_t row, std::int64_t o) { return weight[o * depth() + row]; }));
    });
  }

  void run() {
    for_each_tile(c_, points_.width(), [&](std::int64_t image, std::int64_t start, std::int64_t used) {
      if (start == 0) {
        planes_.load(elements_.input.data() + image * c_.channels * c_.pixels());
        plane_flows_.clear();
      }
      points_.find(elements_, image, start, used);
      flow(image, start, used);
      if (start + used == c_.out_pixels()) plane_flows_.store(flows_.input + image * c_.channels * c_.pixels());
    });
  }

 private:
  std::int64_t depth() const { return c_.group_channels() * c_.taps(); }

  /* Adds what comes from a tile. */
  void flow(std::int64_t image, std::int64_t start, std::int64_t used) {
    const Real *tile = gradient_ + image * c_.outputs * c_.out_pixels() + start;
    for (std::int64_t o = 0; o < c_.outputs; ++o) {
      Real sum = 0;
      for (std::int64_t p = 0; p < used; ++p) sum += tile[o * c_.out_pixels() + p];
      flows_.bias[o] += sum;
    }
    std::size_t block = 0;
    std::int64_t last = -1;
    Panels<Real> by_output, by_pixel;
    for_each_block(c_, [&](std::int64_t group, std::int64_t first, std::int64_t count) {
      if (group != last) {
        const Real *from = tile + group * c_.group_outputs() * c_.out_pixels();
        by_output = pack(by_output_, used, c_.group_outputs(), product_.width,
                         [&](std::int64_t p, std::int64_t o) { return from[o * c_.out_pixels() + p]; });
        by_pixel = pack(by_pixel_, c_.group_outputs(), used, left_width,
                        [&](std::int64_t o, std::int64_t p) { return from[o * c_.out_pixels() + p]; });
        last = group;
      }
      const std::int64_t rows = count * c_.taps();
      // The gradient of what the block's taps read.
      read_flows_.assign(static_cast<std::size_t>(rows * points_.width()), Real(0));
      add_product(product_, kernels_[block++], by_output, read_flows_.data(), points_.width());
      read_.assign(static_cast<std::size_t>(panels(rows, product_.width) * product_.width * used), Real(0));
      for (std::int64_t row = 0; row < rows; ++row) {
        spread(image, start, used, group * c_.group_channels() + first + row / c_.taps(), row % c_.taps(), row);
      }
      const Panels<Real> read = {read_.data(), rows, used, used * product_.width};
      add_product(product_, by_pixel, read, flows_.weight + group * c_.group_outputs() * depth() + first * c_.taps(), depth());
    });
  }

  /* Passes the gradient of one row, a tap of a channel, on to the input, the offsets and the mask, and packs what the tap read. */
  void spread(std::int64_t image, std::int64_t start, std::int64_t used, std::int64_t channel, std::int64_t tap, std::int64_t row) {
    const std::int64_t line = c_.offset_group(channel) * c_.taps() + tap, width = points_.width();
    const std::int64_t lines = c_.offset_groups * c_.taps(), at = (image * lines + line) * c_.out_pixels() + start;
    const Real *plane = planes_.plane(channel), *flow = read_flows_.data() + row * width;
    Real *plane_flow = plane_flows_.plane(channel);
    const std::int32_t *i = points_.index(line);
    const Real *w = points_.weight(line), *m = points_.mask(line), *top = points_.top(line), *left = points_.left(line);
    Real *flow_y = flows_.offset + 2 * (image * lines + line) * c_.out_pixels() + start, *flow_x = flow_y + c_.out_pixels();
    Real *flow_mask = flows_.mask ? flows_.mask + at : nullptr;
    Real *read = read_.data() + row / product_.width * used * product_.width + row % product_.width;
    for (std::int64_t p = 0; p < used; ++p) {
      const std::int32_t place[] = {i[p], i[width + p], i[2 * width + p], i[3 * width + p]};
      const Real a = plane[place[0]], b = plane[place[1]], c = plane[place[2]], d = plane[place[3]];
      const Real weight[] = {w[p], w[width + p], w[2 * width + p], w[3 * width + p]};
      const Real value = weight[0] * a + weight[1] * b + weight[2] * c + weight[3] * d, share = flow[p] * m[p];
      for (int corner = 0; corner < 4; ++corner) plane_flow[place[corner]] += share * weight[corner];
      flow_y[p] += share * ((1 - left[p]) * (c - a) + left[p] * (d - b));
      flow_x[p] += share * ((1 - top[p]) * (b - a) + top[p] * (d - c));
      if (flow_mask) flow_mask[p] += flow[p] * value;
      read[p * product_.width] = value * m[p];
    }
  }

  const DeformableConvolution &c_;
  const Elements<Real> &elements_;
  const Real *gradient_;
  const Flows<Real> flows_;
  const Product<Real> product_;
  Points<Real> points_;
  PaddedPlanes<Real> planes_, plane_flows_;
  std::vector<std::vector<Real>> storage_;
  std::vector<Panels<Real>> kernels_; /* by block: the transposed kernel */
  std::vector<Real> by_output_, by_pixel_, read_flows_, read_;
};

std::vector<OwnedTensor> deform_conv2d_backward(const Tensor &input, const Tensor &weight, const Tensor &offset, const Tensor &mask,
                                                const Tensor &bias, std::int64_t stride_h, std::int64_t stride_w, std::int64_t pad_h,
                                                std::int64_t pad_w, std::int64_t dilation_h, std::int64_t dilation_w,
                                                std::int64_t groups, std::int64_t offset_groups, bool use_mask,
                                                const Tensor &gradient) {
  const DeformableConvolution c(input, weight, offset, mask, bias, {stride_h, stride_w}, {pad_h, pad_w}, {dilation_h, dilation_w}, groups,
                                offset_groups, use_mask);
  if (gradient.count() != c.images * c.outputs * c.out_pixels()) xylem::fail("the sizes of the gradient and the result differ");
  std::vector<OwnedTensor> gradients(14);
  gradients[0] = OwnedTensor::zeros_like(input);
  gradients[1] = OwnedTensor::zeros_like(weight);
  gradients[2] = OwnedTensor::zeros_like(offset);
  if (use_mask) gradients[3] = OwnedTensor::zeros_like(mask);
  gradients[4] = OwnedTensor::zeros_like(bias);
  xylem::with_floating_type("input", input, [&](auto kind) {
    using Real = typename decltype(kind)::type;
    const auto data = [&](std::size_t index) { return gradients[index].template data<Real>(); };
    const Elements<Real> elements(input, weight, offset, use_mask ? mask : bias, bias);
    const auto flowing = gradient.compact<Real>();
    Backward<Real>(c, elements, flowing.data(), {data(0), data(1), data(2), use_mask ? data(3) : nullptr, data(4)}).run();
  });
  return gradients;
}
XYLEM_OPERATOR_WITH_BACKWARD("torchvision::deform_conv2d", deform_conv2d, deform_conv2d_backward, XYLEM_REENTRANT,
                             XYLEM_LEAF_DETERMINISTIC, "convolves at points that are moved by offsets")

}  // namespace
