package import XylemErrors
public import XylemGraph

/// One argument of `forward`: what the model declares, and what a trace made of it.
///
/// A trace keeps one for each argument in order, also for those that its graph does not read.
public struct ForwardArgument: Sendable, Hashable {
  /// What a trace makes of an argument.
  public enum Role: Sendable, Hashable {
    /// An input of the graph.
    case input
    /// A constant of the graph, with the value that ``TraceOptions/concrete`` has for it. A call may give this value and no other.
    case fixed(Argument)
    /// A constant of the graph, with the default for its value. A call may give the default and no other value.
    case atDefault
  }

  /// The name in the source.
  public var name: String
  /// The declared type.
  public var type: TypeExpression
  /// The value where the caller gives none; nil where one must be given.
  public var defaultValue: Argument?
  /// What the trace made of it.
  public var role: Role
  /// The structure that an input has in every call; nil where any is accepted.
  public var structure: InputStructure?

  /// An argument; an input unless told.
  public init(
    name: String, type: TypeExpression, defaultValue: Argument? = nil, role: Role = .input,
    structure: InputStructure? = nil
  ) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    self.role = role
    self.structure = structure
  }

  /// The value that the argument has in every call; nil for an input.
  public var constant: Argument? {
    switch role {
    case .input: nil
    case .fixed(let value): value
    case .atDefault: defaultValue
    }
  }
}

/// In files a default or a fixed value of `null` is Python's `None`; a missing one means that there is none.
extension ForwardArgument: Codable {
  private enum CodingKeys: String, CodingKey {
    case name, type, fixed, structure
    case defaultValue = "default"
    case isAtDefault = "atDefault"
  }

  /// Reads an argument.
  ///
  /// - Throws: what reading a value throws, and the decoder's own error where a part is missing or has the wrong type.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func value(_ key: CodingKeys) throws -> Argument? {
      container.contains(key) ? try Argument(from: container.superDecoder(forKey: key)) : nil
    }
    let fixed = try value(.fixed)
    let isAtDefault = try container.decodeIfPresent(Bool.self, forKey: .isAtDefault) == true
    let role: Role = fixed.map { .fixed($0) } ?? (isAtDefault ? .atDefault : .input)
    self.init(
      name: try container.decode(String.self, forKey: .name),
      type: try container.decode(TypeExpression.self, forKey: .type), defaultValue: try value(.defaultValue),
      role: role, structure: try container.decodeIfPresent(InputStructure.self, forKey: .structure))
  }

  /// Writes the argument.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(type, forKey: .type)
    if let defaultValue { try container.encode(defaultValue, forKey: .defaultValue) }
    switch role {
    case .input: break
    case .fixed(let value): try container.encode(value, forKey: .fixed)
    case .atDefault: try container.encode(true, forKey: .isAtDefault)
    }
    try container.encodeIfPresent(structure, forKey: .structure)
  }
}

extension TraceOptions {
  /// What a trace with these options makes of the arguments of `forward`.
  ///
  /// - Parameters:
  ///   - declared: the arguments as the model declares them.
  ///   - assumesDefaults: whether those with a default that is a literal take it, unless ``symbolic`` names them.
  /// - Throws: `trace.unknown-argument` for a name that `forward` does not have; `trace.argument` for a value of another
  ///   type, and for an argument that is both fixed and symbolic.
  package func taking(
    _ declared: [ForwardArgument], assumesDefaults: Bool = true
  ) throws(XylemError) -> [ForwardArgument] {
    let names = declared.map(\.name)
    for (name, value) in concrete.sorted(by: { $0.key < $1.key }) where !names.contains(name) {
      throw TraceErrors.unknownArgument(name, known: names) {
        Audience.remedies(program: ["call it '\($0)' in concrete"], commandLine: ["--concrete \($0)=\(value)"])[0]
      }
    }
    for name in structures.keys.sorted() where !names.contains(name) {
      throw TraceErrors.unknownArgument(name, known: names) { "call it '\($0)'" }
    }
    for name in symbolic.sorted() where !names.contains(name) {
      throw TraceErrors.unknownArgument(name, known: names) {
        Audience.remedies(program: ["TraceOptions(symbolic: [\"\($0)\"])"], commandLine: ["--symbolic \($0)"])[0]
      }
    }
    var taken = declared
    for (position, argument) in declared.enumerated() {
      let isSymbolic = symbolic.contains(argument.name)
      if let value = concrete[argument.name] {
        guard !isSymbolic else { throw TraceErrors.fixedAndSymbolic(argument.name) }
        guard let conformed = argument.type.conformed(value) else { throw TraceErrors.wrongConcrete(argument, value) }
        taken[position].role = .fixed(conformed)
      } else if let structure = structures[argument.name] {
        taken[position].structure = structure
      } else if assumesDefaults, !isSymbolic, argument.defaultValue != nil {
        taken[position].role = .atDefault
      }
    }
    return taken
  }
}

extension [ForwardArgument] {
  /// What a reader of a trace has to know of its arguments.
  package var notes: [TraceNote] { [defaultsNote, structuresNote].compactMap(\.self) }

  /// A note on inputs whose structure is known; nil where there are none.
  private var structuresNote: TraceNote? {
    let found = compactMap { argument in argument.structure.map { "\(argument.name) = \($0)" } }
    guard !found.isEmpty else { return nil }
    return TraceNote(
      kind: .inputStructure, path: "",
      reason: "traced for inputs of this structure, and no other: " + found.joined(separator: ", "))
  }

  /// A note on the arguments that are at their defaults; nil where there are none.
  private var defaultsNote: TraceNote? {
    let found = filter { $0.role == .atDefault }
    guard let first = found.first else { return nil }
    let list = found.map { "\($0.name) = \($0.defaultValue?.description ?? "None")" }.joined(separator: ", ")
    return TraceNote(
      kind: .defaultArgument, path: "",
      reason: (found.count == 1
        ? "an argument of forward keeps its default" : "arguments of forward keep their defaults")
        + " (\(list)); --symbolic \(first.name) makes \(found.count == 1 ? "it" : "the first") an input")
  }
}
