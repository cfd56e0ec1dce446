internal import ArgumentParser
internal import XylemErrors
internal import XylemGraph
internal import XylemTensor
internal import XylemTrace

/// The value of `--input-shape 1,3,224,224`.
struct InputShape: ExpressibleByArgument {
  /// The maximum number of elements of an input, 2²⁸: one gibibyte of float32.
  static let maximumCount = 1 << 28

  let sizes: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let sizes = parts.compactMap { Int($0) }
    guard sizes.count == parts.count, sizes.count <= 16, sizes.allSatisfy({ $0 > 0 }) else { return nil }
    var count = 1
    for size in sizes {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow, product <= Self.maximumCount else { return nil }
      count = product
    }
    self.sizes = sizes
  }

  static var allValueStrings: [String] {
    ["comma-separated sizes of at least 1, as in 1,3,224,224, with at most \(maximumCount) elements"]
  }

  static var defaultCompletionKind: CompletionKind { .default }

  /// Normally distributed float32 numbers for the model's required argument: a tensor, or a list with one tensor. The
  /// random state is unchanged.
  ///
  /// - Throws: `extract.input` if the model requires no tensor, or more than one; the errors of operators.
  func makeArguments(for arguments: [ForwardArgument], seed: UInt64 = 0) throws -> [String: Value] {
    let open = arguments.filter { $0.role == .input }
    let needed = open.filter { $0.defaultValue == nil }
    let candidates = needed.isEmpty ? Array(open.prefix(1)) : needed
    guard candidates.count == 1, let argument = candidates.first else {
      throw CommandErrors.input(
        candidates.isEmpty
          ? "forward takes no input, so --input-shape can't be used"
          : "--input-shape describes one input, and forward needs \(candidates.count): "
            + candidates.map(\.name).joined(separator: ", "), remedies: Self.fixes(candidates))
    }
    let stateBefore = try TensorRuntime.randomState()
    defer { try? TensorRuntime.setRandomState(stateBefore) }
    try TensorRuntime.setSeed(seed)
    let tensor = try TensorOperator.call("aten::randn", [.list(sizes.map { .int($0) })])
    let isList = argument.type.unwrapped == .list(.tensor)
    return [argument.name: isList ? .list([.tensor(tensor)]) : .tensor(tensor)]
  }

  /// Options that fix the numeric arguments, if one tensor argument remains.
  private static func fixes(_ arguments: [ForwardArgument]) -> [String] {
    let fixes = arguments.compactMap { argument -> String? in
      switch argument.type.unwrapped {
      case .bool: "--concrete \(argument.name)=true"
      case .int: "--concrete \(argument.name)=1"
      case .float: "--concrete \(argument.name)=1.0"
      default: nil
      }
    }
    guard !fixes.isEmpty, fixes.count + 1 == arguments.count else { return [] }
    return [fixes.joined(separator: " ")]
  }
}
