extension PixelImage {
  /// The image in grayscale: all three levels are the luma of ITU-R BT.601, rounded as in Pillow's `convert("L")`.
  func grayscale() -> PixelImage {
    var gray = pixels
    var levels = gray.mutableSpan
    for index in stride(from: 0, to: levels.count, by: 3) {
      let (red, green, blue) = (UInt32(levels[index]), UInt32(levels[index + 1]), UInt32(levels[index + 2]))
      let level = UInt8((red * 19_595 + green * 38_470 + blue * 7_471 + 0x8000) >> 16)
      for channel in 0..<3 { levels[index + channel] = level }
    }
    return PixelImage(checkedWidth: width, height: height, pixels: gray)
  }
}
