extension PixelImage {
  /// The image resized by nearest neighbour: each pixel takes the one that contains its centre; Pillow's
  /// `resize(…, NEAREST)`.
  func nearest(width newWidth: Int, height newHeight: Int) -> PixelImage {
    let columns = Self.places(from: width, to: newWidth)
    let rows = Self.places(from: height, to: newHeight)
    var result = [UInt8](repeating: 0, count: newWidth * newHeight * 3)
    var target = result.mutableSpan
    let source = pixels.span
    var to = 0
    for row in rows {
      for column in columns {
        let from = (row * width + column) * 3
        for channel in 0..<3 { target[to + channel] = source[from + channel] }
        to += 3
      }
    }
    return PixelImage(checkedWidth: newWidth, height: newHeight, pixels: result)
  }

  /// The source position of each pixel. The steps are accumulated, as in Pillow, so that rounding is the same.
  private static func places(from input: Int, to output: Int) -> [Int] {
    let step = Double(input) / Double(output)
    var place = step * 0.5
    return (0..<output).map { _ in
      defer { place += step }
      return min(max(Int(place), 0), input - 1)
    }
  }
}
