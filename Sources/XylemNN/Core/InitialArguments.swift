internal import XylemErrors

/// Looks at what a module's initialiser is given. An initialiser can't throw, because properties of modules are
/// initialised where nothing can: the first thing that the module can't work with becomes its ``Module/fault``, and
/// the module is made with numbers that do no harm.
struct InitialArguments {
  /// The first thing that the module can't work with.
  private(set) var fault: XylemError?
  private let type: String

  /// - Parameter type: the module's type, for the error's place.
  init(_ type: String) { self.type = type }

  /// Remembers that something does not hold.
  ///
  /// - Parameters:
  ///   - message: what was given.
  ///   - allowed: what is allowed.
  /// - Returns: whether it holds.
  @discardableResult
  mutating func demand(
    _ isAllowed: Bool, _ message: @autoclosure () -> String, _ allowed: @autoclosure () -> String
  ) -> Bool {
    guard !isAllowed else { return true }
    if fault == nil {
      fault = XylemError(.modelArgument, message(), at: .init(moduleType: type), cause: Reason(allowed()))
    }
    return false
  }

  /// A number for each of `count` dimensions: ones where the given ones are not that many.
  mutating func sizes(_ sizes: Sizes, _ count: Int, _ name: String) -> [Int] {
    if let all = sizes.spread(over: count) { return all }
    demand(false, "\(name) is \(sizes.values)", "one number is allowed, or \(count), one for each dimension")
    return Array(repeating: 1, count: count)
  }

  /// A probability; 0 where it is none.
  mutating func probability(_ p: Double, _ name: String) -> Double {
    demand((0...1).contains(p), "\(name) is \(p)", "a probability is between 0 and 1") ? p : 0
  }

  /// A number of groups that divides the channels; 1 where it does not.
  mutating func groups(_ groups: Int, of channels: Int...) -> Int {
    let divides = groups > 0 && channels.allSatisfy { $0.isMultiple(of: groups) }
    let list = channels.map(String.init).joined(separator: " and ")
    return demand(
      divides, "\(list) channels can't be divided into \(groups) groups",
      "the number of groups is at least 1 and divides the number of channels") ? groups : 1
  }

  /// The row of a table that is padding, counted from the start; nil where there is none.
  mutating func row(_ paddingIdx: Int?, of count: Int) -> Int? {
    guard let paddingIdx else { return nil }
    let rows = max(count, 0)
    let isRow = demand(
      -rows <= paddingIdx && paddingIdx < rows, "paddingIdx is \(paddingIdx)", "it is one of \(rows) rows")
    return isRow ? (paddingIdx < 0 ? paddingIdx + rows : paddingIdx) : nil
  }

  /// A number that is at least another; that one where it is not.
  mutating func atLeast(_ least: Int, _ number: Int, _ name: String) -> Int {
    demand(number >= least, "\(name) is \(number)", "it is at least \(least)") ? number : least
  }
}

/// Arithmetic on sizes that a user gives: what is too large stays at the largest number, which no tensor has for a size.
enum Saturating {
  static func product(_ factors: Int...) -> Int { product(factors) }

  static func product(_ factors: some Sequence<Int>) -> Int {
    factors.reduce(1) { product, factor in
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      return overflow ? Int.max : next
    }
  }

  static func sum(_ a: Int, _ b: Int) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? Int.max : sum
  }
}
