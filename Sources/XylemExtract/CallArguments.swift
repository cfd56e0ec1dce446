package import XylemErrors
package import XylemGraph
package import XylemTensor
package import XylemTrace

/// Checks the arguments of a call against the arguments of `forward` in a trace.
///
/// Every given argument is checked, including those that the plan does not read, which may be omitted.
package struct CallArguments {
  /// The arguments of `forward` in order.
  package let arguments: [ForwardArgument]
  /// Whether the trace comes from a saved extractor. If so, a fixed argument can be changed only by saving again.
  package let isSaved: Bool

  package init(_ trace: Trace?, isSaved: Bool = false) {
    arguments = trace?.arguments ?? []
    self.isSaved = isSaved
  }

  /// The placeholder values for positional arguments. Other arguments take their defaults.
  ///
  /// - Throws: `extract.input`.
  package func inputs(_ placeholders: [Placeholder], _ values: [Value]) throws(XylemError) -> [Value] {
    guard values.count <= arguments.count else {
      throw ExtractErrors.tooMany(values.count, names: arguments.map(\.name))
    }
    var given: [String: Value] = [:]
    for (argument, value) in zip(arguments, values) { given[argument.name] = try checked(value, argument) }
    return try filled(placeholders, given)
  }

  /// The placeholder values for named arguments. Other arguments take their defaults.
  ///
  /// - Throws: `extract.input`.
  package func inputs(_ placeholders: [Placeholder], named values: [String: Value]) throws(XylemError) -> [Value] {
    var given: [String: Value] = [:]
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      guard let argument = arguments.first(where: { $0.name == name }) else {
        throw ExtractErrors.unknownArgument(name, names: arguments.map(\.name))
      }
      given[name] = try checked(value, argument)
    }
    return try filled(placeholders, given)
  }

  private func filled(_ placeholders: [Placeholder], _ given: [String: Value]) throws(XylemError) -> [Value] {
    var inputs: [Value] = []
    for placeholder in placeholders {
      let isKnown = arguments.contains { $0.name == placeholder.name && $0.structure != nil }
      if let value = given[placeholder.name] {
        inputs.append(value)
      } else if !isKnown, let value = placeholder.defaultValue {
        inputs.append(Value(literal: value))
      } else {
        throw ExtractErrors.missing(placeholder.name, names: arguments.map(\.name))
      }
    }
    return inputs
  }

  /// Converts a value to the argument's type.
  private func checked(_ value: Value, _ argument: ForwardArgument) throws(XylemError) -> Value {
    let mismatch: ValueMismatch
    switch try argument.type.conformed(value) {
    case .success(let conformed):
      if let constant = argument.constant, try !conformed.equals(constant) {
        throw ExtractErrors.fixed(argument, to: constant, given: try conformed.kindDescription, isSaved: isSaved)
      }
      if let structure = argument.structure {
        let given = try InputStructure(of: conformed)
        if let difference = structure.difference(from: given, at: argument.name) {
          throw ExtractErrors.otherStructure(argument.name, difference)
        }
      }
      return conformed
    case .failure(let found): mismatch = found
    }
    throw ExtractErrors.wrongType(argument.name, mismatch)
  }
}

/// The position of a value whose type differs from the declared one.
struct ValueMismatch: Error {
  /// The steps into the value, as in `[0]["image"]`.
  var place = ""
  let expected: String
  let found: String
}

extension TypeExpression {
  /// Converts a value to this type: an integer becomes a float if one is declared, a tuple becomes a list. A value that
  /// the runtime holds is checked and stays the same object.
  func conformed(_ value: Value) throws(XylemError) -> Result<Value, ValueMismatch> {
    let result = try checked(value)
    guard case .object = value else { return result }
    return result.map { _ in value }
  }

  private func checked(_ value: Value) throws(XylemError) -> Result<Value, ValueMismatch> {
    switch (self, value) {
    case (.any, _), (.other, _), (_, .standIn), (.tensor, .tensor), (.device, .literal(.string)):
      return .success(value)
    case (.int, .literal(.bool(let flag))): return .success(.int(flag ? 1 : 0))
    case (_, .literal(let literal)) where conformed(literal) != nil:
      return .success(.literal(conformed(literal) ?? literal))
    case (.optional(let inner), _): return try inner.conformed(value)
    case (.union(let types), _):
      for type in types { if case .success(let found) = try type.conformed(value) { return .success(found) } }
      return try .failure(mismatch(value))
    case (.list(let element), _):
      switch try value.unpacked() {
      case .list(let elements), .tuple(let elements, _):
        return try element.conformed(elements) { "[\($0)]" }.map { .list($0) }
      default: return try .failure(mismatch(value))
      }
    case (.tuple(let types, let names), _):
      guard case .tuple(let elements, _) = try value.unpacked(), elements.count == types.count else {
        return try .failure(mismatch(value))
      }
      var conformed: [Value] = []
      for (position, (type, element)) in zip(types, elements).enumerated() {
        switch try type.conformed(element) {
        case .success(let found): conformed.append(found)
        case .failure(let found): return .failure(found.inside(names.map { ".\($0[position])" } ?? "[\(position)]"))
        }
      }
      return .success(.tuple(conformed, names: names ?? []))
    case (.dictionary(let key, let type), _):
      guard case .dictionary(let entries) = try value.unpacked() else { return try .failure(mismatch(value)) }
      let keys = try key.conformed(entries.map(\.key)) { _ in "'s keys" }
      let values = try type.conformed(entries.map(\.value)) { "[\(entries[$0].key.keyDescription)]" }
      switch (keys, values) {
      case (.success(let keys), .success(let values)): return .success(.dictionary(Array(zip(keys, values))))
      case (.failure(let found), _), (_, .failure(let found)): return .failure(found)
      }
    default: return try .failure(mismatch(value))
    }
  }

  private func conformed(
    _ elements: [Value], place: (Int) -> String
  ) throws(XylemError) -> Result<[Value], ValueMismatch> {
    var conformed: [Value] = []
    for (position, element) in elements.enumerated() {
      switch try self.conformed(element) {
      case .success(let found): conformed.append(found)
      case .failure(let found): return .failure(found.inside(place(position)))
      }
    }
    return .success(conformed)
  }

  private func mismatch(_ value: Value) throws(XylemError) -> ValueMismatch {
    ValueMismatch(expected: description, found: try value.kindDescription)
  }
}

extension ValueMismatch {
  fileprivate func inside(_ step: String) -> ValueMismatch {
    ValueMismatch(place: step + place, expected: expected, found: found)
  }
}

extension Value {
  /// Whether the value is a literal equal to another one.
  fileprivate func equals(_ literal: NodeInput) throws(XylemError) -> Bool {
    switch (try unpacked(), literal) {
    // As numbers, of which 0.0 and -0.0 are the same.
    case (.literal(.float(let a)), .literal(.float(let b))): a == b
    case (.literal(.complex(let a, let b)), .literal(.complex(let c, let d))): a == c && b == d
    case (.literal(let a), .literal(let b)): a == b
    case (.list(let a), .list(let b)), (.tuple(let a, _), .tuple(let b, _)): try Self.areEqual(a, b)
    case (.dictionary(let a), .dictionary(let b)):
      try Self.areEqual(a.flatMap { [$0.key, $0.value] }, b.flatMap { [$0.key, $0.value] })
    default: false
    }
  }

  private static func areEqual(_ values: [Value], _ literals: [NodeInput]) throws(XylemError) -> Bool {
    guard values.count == literals.count else { return false }
    for (value, literal) in zip(values, literals) {
      guard try value.equals(literal) else { return false }
    }
    return true
  }

  fileprivate var keyDescription: String {
    switch self {
    case .literal(.string(let text)): "\"\(text)\""
    case .literal(.int(let number)): String(number)
    default: "…"
    }
  }

  /// A description of the value, with literals as Python writes them.
  var kindDescription: String {
    get throws(XylemError) {
      switch try unpacked() {
      case .literal(.int(let number)): return "the integer \(number)"
      case .literal(.float(let number)): return "the number \(number)"
      case .literal(.complex): return "a complex number"
      case .literal(.string(let text)): return "the string '\(text)'"
      case .literal(.device(let text)): return "the device '\(text)'"
      case .literal(let literal): return literal.description
      case .tensor: return "a tensor"
      case .list(let elements): return "a list of \(elements.count)"
      case .tuple(let elements, _): return "a tuple of \(elements.count)"
      case .dictionary(let entries): return "a dictionary of \(entries.count)"
      case .object(let object): return "an object (\(object.kind))"
      case .standIn(let standIn): return "a value of type \(standIn.type)"
      }
    }
  }
}
