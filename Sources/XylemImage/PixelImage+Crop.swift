extension PixelImage {
  /// The square of `side` pixels around the centre, black outside the image.
  ///
  /// If the number of surplus pixels is odd, they are split as in torchvision: the offset of a crop is rounded to the
  /// nearest even number, and the left and top borders get the smaller half.
  func centerCropped(side: Int) -> PixelImage {
    if width == side, height == side { return self }
    let left = Self.offset(length: width, side: side)
    let top = Self.offset(length: height, side: side)
    var result = [UInt8](repeating: 0, count: side * side * 3)
    let columns = max(0, left)..<min(width, left + side)
    for y in max(0, top)..<min(height, top + side) {
      let from = (y * width + columns.lowerBound) * 3
      let to = ((y - top) * side + columns.lowerBound - left) * 3
      result.replaceSubrange(to..<(to + columns.count * 3), with: pixels[from..<(from + columns.count * 3)])
    }
    return PixelImage(checkedWidth: side, height: side, pixels: result)
  }

  /// The start of the crop along one axis. Negative if there is a border.
  private static func offset(length: Int, side: Int) -> Int {
    if side > length { return -((side - length) / 2) }
    return Int((Double(length - side) / 2).rounded(.toNearestOrEven))
  }
}
