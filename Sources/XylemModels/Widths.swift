/// The multiple of a divisor that is nearest to a width, but never more than a tenth smaller: how torchvision rounds the
/// widths of scaled networks.
func roundedWidth(_ width: Double, to divisor: Int = 8) -> Int {
  let rounded = max(divisor, Int(width + Double(divisor) / 2) / divisor * divisor)
  return Double(rounded) < 0.9 * width ? rounded + divisor : rounded
}

/// The largest width, number of layers or size of a window that an initialiser accepts.
let largestSize = 1 << 20
