internal import Foundation

/// The format of the floating-point elements of one tensor, so that they align.
struct ElementFormat {
  private enum Style {
    /// Whole numbers, followed by a decimal point.
    case whole
    case fixed
    case scientific
  }

  private let style: Style
  private let width: Int

  /// Creates the format for some numbers: scientific if they span more than three orders of magnitude or are far from
  /// one.
  init(for numbers: [Double]) {
    // As in PyTorch, zeros, infinities and NaN affect neither the format nor the width.
    let counted = numbers.filter { $0 != 0 && $0.isFinite }
    let style = Self.style(counted.map(abs))
    self.style = style
    width = counted.reduce(1) { max($0, Self.text($1, style).count) }
  }

  private static func style(_ magnitudes: [Double]) -> Style {
    guard let least = magnitudes.min(), let greatest = magnitudes.max() else { return .whole }
    let isWhole = magnitudes.allSatisfy { $0 == $0.rounded() }
    if greatest / least > 1000 || greatest > 1e8 || (!isWhole && least < 1e-4) { return .scientific }
    return isWhole ? .whole : .fixed
  }

  private static func text(_ number: Double, _ style: Style) -> String {
    guard number.isFinite else { return number.isNaN ? "nan" : number < 0 ? "-inf" : "inf" }
    switch style {
    case .whole: return String(format: "%.0f.", number)
    case .fixed: return String(format: "%.4f", number)
    case .scientific: return String(format: "%.4e", number)
    }
  }

  /// A number, padded with spaces on the left.
  func text(_ number: Double) -> String { Self.text(number, style).leftPadded(to: width) }
}

extension String {
  /// The string padded with spaces on the left.
  func leftPadded(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
