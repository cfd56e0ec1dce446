internal import XylemErrors

/// Checks the arguments of a module's initialiser. An initialiser can't throw, because properties of modules are
/// initialised where throwing is impossible. The first invalid argument becomes the module's ``Module/fault``, and the
/// module is created with harmless values.
struct InitialArguments {
  /// The first invalid argument.
  private(set) var fault: XylemError?
  private let type: String

  /// - Parameter type: the module's type, for the error's place.
  init(_ type: String) { self.type = type }

  /// Records a condition that does not hold.
  ///
  /// - Parameters:
  ///   - message: the argument as given.
  ///   - allowed: the allowed values.
  /// - Returns: whether the condition holds.
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

  /// A number for each of `count` dimensions. Ones if the given count does not match.
  mutating func sizes(_ sizes: Sizes, _ count: Int, _ name: String) -> [Int] {
    if let all = sizes.spread(over: count) { return all }
    demand(false, "\(name) is \(sizes.values)", "one number is allowed, or \(count), one for each dimension")
    return Array(repeating: 1, count: count)
  }

  /// A probability. 0 if it is not valid.
  mutating func probability(_ p: Double, _ name: String) -> Double {
    demand((0...1).contains(p), "\(name) is \(p)", "a probability must be between 0 and 1") ? p : 0
  }

  /// A number of groups that divides the channels. 1 if it does not.
  mutating func groups(_ groups: Int, of channels: Int...) -> Int {
    let divides = groups > 0 && channels.allSatisfy { $0.isMultiple(of: groups) }
    let list = channels.map(String.init).joined(separator: " and ")
    return demand(
      divides, "\(list) channels can't be divided into \(groups) groups",
      "the number of groups must be at least 1 and divide the number of channels") ? groups : 1
  }

  /// The row of a table that is padding, counted from the start. Nil if there is none.
  mutating func row(_ paddingIdx: Int?, of count: Int) -> Int? {
    guard let paddingIdx else { return nil }
    let rows = max(count, 0)
    let isRow = demand(
      -rows <= paddingIdx && paddingIdx < rows, "paddingIdx is \(paddingIdx)", "it must be one of \(rows) rows")
    return isRow ? (paddingIdx < 0 ? paddingIdx + rows : paddingIdx) : nil
  }

  /// A number that is at least another. That lower bound if it is not.
  mutating func atLeast(_ least: Int, _ number: Int, _ name: String) -> Int {
    demand(number >= least, "\(name) is \(number)", "it must be at least \(least)") ? number : least
  }
}

/// Saturating arithmetic on sizes that a user gives: too large results become the largest number, which no tensor has
/// as a size.
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
