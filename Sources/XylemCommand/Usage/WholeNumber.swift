internal import ArgumentParser

/// A whole number within bounds, as the value of an option: `@Option var runs: WholeNumber<1, 1_000_000> = 20`.
///
/// The help and the error for another value state the bounds.
struct WholeNumber<let low: Int, let high: Int>: ExpressibleByArgument, ExpressibleByIntegerLiteral, Hashable {
  let value: Int

  init(integerLiteral value: Int) { self.value = value }

  init?(argument: String) {
    guard let value = Int(argument), (low...high).contains(value) else { return nil }
    self.value = value
  }

  static var allValueStrings: [String] { ["at least \(low) and at most \(high)"] }
  static var defaultCompletionKind: CompletionKind { .default }
  var defaultValueDescription: String { String(value) }
}

/// The seed of a random number generator.
struct Seed: ExpressibleByArgument, ExpressibleByIntegerLiteral, Hashable {
  let value: UInt64

  init(integerLiteral value: UInt64) { self.value = value }

  init?(argument: String) {
    guard let value = UInt64(argument) else { return nil }
    self.value = value
  }

  static var allValueStrings: [String] { ["at least 0 and at most \(UInt64.max)"] }
  static var defaultCompletionKind: CompletionKind { .default }
  var defaultValueDescription: String { String(value) }
}
