internal import Foundation

extension PixelImage {
  /// The part of the image with its upper left corner at `x`, `y`.
  ///
  /// - Throws: `image.invalid-transform` if the part is empty or reaches beyond the image.
  public func cropped(x: Int, y: Int, width newWidth: Int, height newHeight: Int) throws -> PixelImage {
    guard x >= 0, y >= 0, newWidth > 0, newHeight > 0, newWidth <= width, newHeight <= height,
      x <= width - newWidth, y <= height - newHeight
    else { throw ImageErrors.cropOutside(x: x, y: y, width: newWidth, height: newHeight, of: self) }
    var result: [UInt8] = []
    result.reserveCapacity(newWidth * newHeight * 3)
    for row in y..<(y + newHeight) {
      let start = (row * width + x) * 3
      result += pixels[start..<(start + newWidth * 3)]
    }
    return PixelImage(checkedWidth: newWidth, height: newHeight, pixels: result)
  }

  /// The image with left and right exchanged.
  public func flippedHorizontally() -> PixelImage {
    var result = pixels
    for y in 0..<height {
      for x in 0..<width {
        let (from, to) = ((y * width + x) * 3, (y * width + width - 1 - x) * 3)
        for channel in 0..<3 { result[to + channel] = pixels[from + channel] }
      }
    }
    return PixelImage(checkedWidth: width, height: height, pixels: result)
  }

  /// The image blurred by a Gaussian, along one axis after the other, with the border's pixels repeated outside it.
  ///
  /// - Parameter sigma: the standard deviation in pixels, above 0 and at most 100. The kernel reaches three of them.
  /// - Throws: `image.invalid-transform` for another sigma.
  public func blurred(sigma: Double) throws -> PixelImage {
    guard sigma > 0, sigma <= 100 else { throw ImageErrors.blurOutOfRange(sigma) }
    let reach = Int((3 * sigma).rounded(.up))
    let weights = (-reach...reach).map { Float(exp(-Double($0 * $0) / (2 * sigma * sigma))) }
    let sum = weights.reduce(0, +)
    let kernel = weights.map { $0 / sum }
    let rows = Self.convolved(pixels.map(Float.init), kernel, length: width, stride: 3, lines: height, step: width * 3)
    let both = Self.convolved(rows, kernel, length: height, stride: width * 3, lines: width, step: 3)
    return PixelImage(
      checkedWidth: width, height: height, pixels: both.map { UInt8(min(max($0.rounded(), 0), 255)) })
  }

  /// Convolves lines of `length` pixels that are `stride` values apart; the lines' starts are `step` values apart.
  private static func convolved(
    _ values: [Float], _ kernel: [Float], length: Int, stride: Int, lines: Int, step: Int
  ) -> [Float] {
    var result = values
    let reach = kernel.count / 2
    for line in 0..<lines {
      for place in 0..<length {
        for channel in 0..<3 {
          var sum: Float = 0
          for offset in 0..<kernel.count {
            let source = min(max(place + offset - reach, 0), length - 1)
            sum += kernel[offset] * values[line * step + source * stride + channel]
          }
          result[line * step + place * stride + channel] = sum
        }
      }
    }
    return result
  }
}
