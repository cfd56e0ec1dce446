internal import XylemErrors
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// The sizes of inputs for which a model of torch.export was exported.
///
/// The operators of such a model have the sizes of its inputs as numbers, apart from those that were declared as dynamic.
/// With other sizes they could fail, or compute something else than the model.
struct InputConstraint: Sendable {
  /// An input: its place among the arguments, and what it must be.
  private struct Part: Sendable {
    let argument: Int
    /// The steps from the argument to the part.
    let steps: [Step]
    let name: String
    let expected: Expected
  }

  private enum Step: Sendable {
    case index(Int)
    case key(Literal)
  }

  private enum Expected: Sendable {
    case sizes([ExportedSize])
    case literal(Literal)
  }

  private var parts: [Part] = []
  private let ranges: [String: ClosedRange<Int>]

  /// - Throws: `trace.unsupported` for a size that is computed in an unknown way.
  init(_ arguments: [ExportedArguments.Argument], _ program: ExportedProgram) throws(XylemError) {
    ranges = program.ranges
    for (position, argument) in arguments.enumerated() {
      var leaves = argument.leaves[...]
      try add(argument.tree, position, [], argument.name, &leaves, program)
    }
  }

  private mutating func add(
    _ tree: ExportedTree, _ argument: Int, _ steps: [Step], _ name: String, _ leaves: inout ArraySlice<ExportedInput>,
    _ program: ExportedProgram
  ) throws(XylemError) {
    switch tree {
    case .leaf:
      guard let leaf = leaves.popFirst() else { return }
      switch leaf {
      case .user(let value):
        guard let tensor = value.names.first.flatMap({ program.graph.tensors[$0] }) else { return }
        for case .symbolic(let size) in tensor.sizes where size.symbols == nil {
          throw ExportedTraceErrors.unsupported(
            "a size of the input '\(name)' is computed in an unknown way", "it is \(size)", at: .init())
        }
        parts.append(Part(argument: argument, steps: steps, name: name, expected: .sizes(tensor.sizes)))
      case .constant(_, let literal):
        if !steps.isEmpty {
          parts.append(Part(argument: argument, steps: steps, name: name, expected: .literal(literal)))
        }
      case .parameter, .buffer, .tensor, .other: return
      }
    case .list(let inner), .tuple(let inner, _), .other(_, let inner):
      for (index, part) in inner.enumerated() {
        try add(part, argument, steps + [.index(index)], "\(name)[\(index)]", &leaves, program)
      }
    case .dictionary(let keys, let inner):
      for (key, part) in zip(keys, inner) {
        try add(part, argument, steps + [.key(key)], "\(name)[\(key)]", &leaves, program)
      }
    }
  }

  /// Whether nothing is to be checked.
  var isEmpty: Bool { parts.isEmpty }

  /// Checks the values of the arguments.
  ///
  /// - Throws: `extract.guard`, with the sizes that were given and those that are possible.
  func check(_ values: [Value]) throws {
    var sizes: [(part: Part, given: [Int], expected: [ExportedSize])] = []
    for part in parts {
      guard values.indices.contains(part.argument) else { continue }
      let value = try value(at: part, in: values[part.argument])
      switch part.expected {
      case .literal(let literal):
        guard value.literal == literal else {
          throw ExportedTraceErrors.wrongSizes(
            "the input \(part.name) has another value", expected: literal.description)
        }
      case .sizes(let expected):
        guard let tensor = value.tensor else {
          throw ExportedTraceErrors.wrongSizes("the input \(part.name) is not a tensor", expected: "a tensor")
        }
        let given = try tensor.sizes
        guard given.count == expected.count else { throw failure(part, given, expected) }
        sizes.append((part, given, expected))
      }
    }
    // Symbols that are sizes themselves first: others are computed from them.
    var symbols: [String: Int] = [:]
    for (part, given, expected) in sizes {
      for (number, size) in zip(given, expected) {
        guard case .symbolic(.symbol(let name)) = size else { continue }
        guard symbols[name] ?? number == number, ranges[name]?.contains(number) != false else {
          throw failure(part, given, expected)
        }
        symbols[name] = number
      }
    }
    for (part, given, expected) in sizes {
      for (number, size) in zip(given, expected) {
        switch size {
        case .fixed(let wanted): guard number == wanted else { throw failure(part, given, expected) }
        case .symbolic(let size):
          // A symbol that is no input's size can't be found: any size that is positive may be right.
          if let wanted = size.value(symbols), wanted != number { throw failure(part, given, expected) }
        }
      }
    }
  }

  private func failure(_ part: Part, _ given: [Int], _ expected: [ExportedSize]) -> XylemError {
    ExportedTraceErrors.wrongSizes(
      "the input \(part.name) has the shape \(given), for which the model was not exported", expected: text(expected))
  }

  private func value(at part: Part, in whole: Value) throws -> Value {
    var value = whole
    for step in part.steps {
      switch (step, try value.unpacked()) {
      case (.index(let index), .list(let elements)) where elements.indices.contains(index): value = elements[index]
      case (.index(let index), .tuple(let elements, _)) where elements.indices.contains(index): value = elements[index]
      case (.key(let key), .dictionary(let entries)):
        value = entries.first { $0.key.literal == key }?.value ?? .none
      default: return .none
      }
    }
    return value
  }

  private func text(_ sizes: [ExportedSize]) -> String {
    let texts = sizes.map { size in
      switch size {
      case .fixed(let number): String(number)
      case .symbolic(let size): size.description
      }
    }
    let symbols = Set(
      sizes.flatMap { size -> [String] in if case .symbolic(let size) = size { size.symbols ?? [] } else { [] } })
    let bounds = symbols.sorted().compactMap { name in ranges[name].map { "\(name) \(Self.text($0))" } }
    return "[\(texts.joined(separator: ", "))]" + (bounds.isEmpty ? "" : ", \(bounds.joined(separator: ", "))")
  }

  private static func text(_ range: ClosedRange<Int>) -> String {
    range.upperBound == .max ? "from \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
  }
}

extension InputConstraint: CustomStringConvertible {
  var description: String {
    parts.map { part in
      switch part.expected {
      case .sizes(let sizes): "\(part.name) \(text(sizes))"
      case .literal(let literal): "\(part.name) = \(literal)"
      }
    }.joined(separator: "; ")
  }
}
