extension PixelImage {
  /// The image resized so that its shorter side has `side` pixels, as torchvision's `Resize(side)` does with a Pillow
  /// image. The longer side is rounded down. Returns the image itself if it already has that size.
  ///
  /// - Throws: `image.invalid-transform` if the side is not in `1...ImageTransform.maximumSide` or the result has too many
  ///   pixels.
  public func resized(shorterSide side: Int, _ filter: ResampleFilter = .bilinear) throws -> PixelImage {
    let sides = 1...ImageTransform.maximumSide
    guard sides.contains(side) else { throw ImageErrors.gridOption("the shorter side", side, sides) }
    let (short, long) = (min(width, height), max(width, height))
    let newLong = Int(Double(side * long) / Double(short))
    let (newWidth, newHeight) = width <= height ? (side, newLong) : (newLong, side)
    let (count, overflow) = newWidth.multipliedReportingOverflow(by: newHeight)
    guard !overflow, count <= Self.maximumPixelCount else {
      throw ImageErrors.resultTooLarge(width: newWidth, height: newHeight, from: self)
    }
    return resized(width: newWidth, height: newHeight, filter)
  }

  /// The image resized to the given sides, like Pillow's `resize`: along one axis after the other, with 8-bit levels in
  /// between. An axis that keeps its length is skipped.
  ///
  /// The order of the axes affects the last bit of a level. Rows come first, except if more than twice as many rows as
  /// columns are removed: there Pillow starts with the columns since version 13, and so does this.
  package func resized(width newWidth: Int, height newHeight: Int, _ filter: ResampleFilter) -> PixelImage {
    if filter == .nearest { return nearest(width: newWidth, height: newHeight) }
    let columnsFirst = newHeight < height && height - newHeight > 2 * (width - newWidth)
    var image = self
    if columnsFirst { image = image.resampledColumns(to: newHeight, filter) }
    if newWidth != width { image = image.resampledRows(to: newWidth, filter) }
    if newHeight != height, !columnsFirst { image = image.resampledColumns(to: newHeight, filter) }
    return image
  }

  private func resampledRows(to newWidth: Int, _ filter: ResampleFilter) -> PixelImage {
    let plan = ResampleWeights(from: width, to: newWidth, filter)
    var result = [UInt8](repeating: 0, count: newWidth * height * 3)
    let source = pixels.span
    let weights = plan.weights.span
    let windows = plan.windows.span
    var target = result.mutableSpan
    for y in 0..<height {
      for x in 0..<newWidth {
        let window = windows[x]
        var (red, green, blue) = (ResampleWeights.half, ResampleWeights.half, ResampleWeights.half)
        var from = (y * width + window.first) * 3
        for index in window.offset..<(window.offset + window.count) {
          let weight = weights[index]
          red &+= Int32(source[from]) &* weight
          green &+= Int32(source[from + 1]) &* weight
          blue &+= Int32(source[from + 2]) &* weight
          from += 3
        }
        let to = (y * newWidth + x) * 3
        target[to] = ResampleWeights.level(red)
        target[to + 1] = ResampleWeights.level(green)
        target[to + 2] = ResampleWeights.level(blue)
      }
    }
    return PixelImage(checkedWidth: newWidth, height: height, pixels: result)
  }

  /// Processes whole rows at a time, with one row of sums, so that memory is read sequentially.
  private func resampledColumns(to newHeight: Int, _ filter: ResampleFilter) -> PixelImage {
    let plan = ResampleWeights(from: height, to: newHeight, filter)
    let stride = width * 3
    var result = [UInt8](repeating: 0, count: stride * newHeight)
    var rowSums = [Int32](repeating: 0, count: stride)
    let source = pixels.span
    let weights = plan.weights.span
    var target = result.mutableSpan
    var sums = rowSums.mutableSpan
    for y in 0..<newHeight {
      let window = plan.windows[y]
      for column in 0..<stride { sums[column] = ResampleWeights.half }
      for index in 0..<window.count {
        let weight = weights[window.offset + index]
        let from = (window.first + index) * stride
        for column in 0..<stride { sums[column] &+= Int32(source[from + column]) &* weight }
      }
      for column in 0..<stride { target[y * stride + column] = ResampleWeights.level(sums[column]) }
    }
    return PixelImage(checkedWidth: width, height: newHeight, pixels: result)
  }
}
