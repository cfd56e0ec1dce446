internal import Foundation

/// How the floating-point elements of one tensor are written, so that they stand below each other.
struct ElementFormat {
  private enum Style {
    /// Whole numbers, with a point behind them.
    case whole
    case fixed
    case scientific
  }

  private let style: Style
  private let width: Int

  /// The form that suits the numbers: scientific where they span more than three orders of magnitude or lie far from one.
  init(for numbers: [Double]) {
    // As in PyTorch, zeros, infinities and NaN neither decide nor widen.
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

  /// A number, filled up with spaces on the left.
  func text(_ number: Double) -> String { Self.text(number, style).leftPadded(to: width) }
}

extension String {
  /// The text with spaces before it up to a number of characters.
  func leftPadded(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
