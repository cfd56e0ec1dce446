/* Non-maximum suppression, as torchvision's operator does it. */
#include <xylem_sdk.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace {

using xylem::OwnedTensor;
using xylem::Tensor;

/* Indices by descending score, equal scores in order; as in PyTorch, no number is greater than NaN. */
template <class Real>
std::vector<std::int64_t> by_score(const xylem::Compact<Real> &scores) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(scores.size()));
  std::iota(order.begin(), order.end(), 0);
  const auto is_above = [&](std::int64_t a, std::int64_t b) {
    return std::isnan(scores[a]) ? !std::isnan(scores[b]) : scores[a] > scores[b];
  };
  std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return is_above(a, b) || (a < b && !is_above(b, a));
  });
  return order;
}

/* Intersection over union of boxes [x1, y1, x2, y2]; NaN if both are empty. */
template <class Real>
Real overlap(const Real *a, const Real *b) {
  const auto area = [](const Real *box) { return (box[2] - box[0]) * (box[3] - box[1]); };
  const Real width = std::max(Real(0), std::min(a[2], b[2]) - std::max(a[0], b[0]));
  const Real height = std::max(Real(0), std::min(a[3], b[3]) - std::max(a[1], b[1]));
  const Real common = width * height;
  return common / (area(a) + area(b) - common);
}

template <class Real>
OwnedTensor keep(const Tensor &boxes, const Tensor &scores, double threshold) {
  const auto corners = boxes.compact<Real>();
  std::vector<std::int64_t> kept;
  std::vector<std::int64_t> left = by_score(scores.compact<Real>());
  while (!left.empty()) {
    const std::int64_t best = left.front();
    kept.push_back(best);
    const auto is_suppressed = [&](std::int64_t other) {
      return static_cast<double>(overlap(corners.data() + 4 * best, corners.data() + 4 * other)) > threshold;
    };
    left.erase(left.begin());
    left.erase(std::remove_if(left.begin(), left.end(), is_suppressed), left.end());
  }
  auto result = OwnedTensor::make<std::int64_t>({static_cast<std::int64_t>(kept.size())});
  std::copy(kept.begin(), kept.end(), result.data<std::int64_t>());
  return result;
}

OwnedTensor nms(const Tensor &boxes, const Tensor &scores, double threshold) {
  boxes.expect_dimensions("boxes", 2);
  scores.expect_dimensions("scores", 1);
  if (boxes.size(1) != 4) xylem::fail("boxes has ", boxes.size(1), " columns, not 4");
  if (boxes.size(0) != scores.size(0)) xylem::fail(boxes.size(0), " boxes have ", scores.size(0), " scores");
  if (boxes.type() != scores.type()) {
    xylem::fail("boxes are ", boxes.type(), " and scores ", scores.type());
  }
  return xylem::with_floating_type("boxes", boxes, [&](auto kind) {
    return keep<typename decltype(kind)::type>(boxes, scores, threshold);
  });
}
XYLEM_OPERATOR("torchvision::nms", nms, XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC,
               "keeps the best of boxes that overlap: indices by descending score")

}  // namespace
