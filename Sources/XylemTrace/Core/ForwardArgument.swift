package import XylemErrors
public import XylemGraph

/// An argument of `forward`: its declaration, and how a trace treats it.
///
/// A trace keeps all arguments in order, including those that its graph does not read.
public struct ForwardArgument: Sendable, Hashable {
  /// How a trace treats an argument.
  public enum Role: Sendable, Hashable {
    /// An input of the graph.
    case input
    /// A constant of the graph, with the value from ``TraceOptions/concrete``. A call may pass only this value.
    case fixed(NodeInput)
    /// A constant of the graph, with its default as value. A call may pass only the default.
    case atDefault
  }

  /// The name in the source.
  public var name: String
  /// The declared type.
  public var type: TypeExpression
  /// The default. Nil if the caller must pass a value.
  public var defaultValue: NodeInput?
  /// How the trace treats it.
  public var role: Role
  /// The structure that an input has in every call. Nil if any structure is accepted.
  public var structure: InputStructure?
  /// The shapes that the model was traced with: of the argument's tensor by the argument's name, or of the tensors in it
  /// as in `images.0`. Empty without known shapes. A call may pass others where nothing was decided by them.
  public var shapes: [String: KnownShape]

  /// Creates an argument, by default an input.
  public init(
    name: String, type: TypeExpression, defaultValue: NodeInput? = nil, role: Role = .input,
    structure: InputStructure? = nil, shapes: [String: KnownShape] = [:]
  ) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    self.role = role
    self.structure = structure
    self.shapes = shapes
  }

  /// The value that the argument has in every call. Nil for an input.
  public var constant: NodeInput? {
    switch role {
    case .input: nil
    case .fixed(let value): value
    case .atDefault: defaultValue
    }
  }
}

/// In files, a default or a fixed value of `null` is Python's `None`. A missing key means that there is none.
extension ForwardArgument: Codable {
  private enum CodingKeys: String, CodingKey {
    case name, type, fixed, structure, shapes
    case defaultValue = "default"
    case isAtDefault = "atDefault"
  }

  /// Decodes an argument.
  ///
  /// - Throws: the errors of decoding a value, and the decoder's own error if a part is missing or has the wrong type.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func value(_ key: CodingKeys) throws -> NodeInput? {
      container.contains(key) ? try NodeInput(from: container.superDecoder(forKey: key)) : nil
    }
    let fixed = try value(.fixed)
    let isAtDefault = try container.decodeIfPresent(Bool.self, forKey: .isAtDefault) == true
    let role: Role = fixed.map { .fixed($0) } ?? (isAtDefault ? .atDefault : .input)
    self.init(
      name: try container.decode(String.self, forKey: .name),
      type: try container.decode(TypeExpression.self, forKey: .type), defaultValue: try value(.defaultValue),
      role: role, structure: try container.decodeIfPresent(InputStructure.self, forKey: .structure),
      shapes: try container.decodeIfPresent([String: KnownShape].self, forKey: .shapes) ?? [:])
  }

  /// Encodes the argument.
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
    if !shapes.isEmpty { try container.encode(shapes, forKey: .shapes) }
  }
}

extension TraceOptions {
  /// How a trace with these options treats the arguments of `forward`.
  ///
  /// - Parameters:
  ///   - declared: the arguments as the model declares them.
  ///   - assumesDefaults: whether arguments with a literal default take it, unless ``symbolic`` names them.
  /// - Throws: `trace.unknown-argument` for a name that `forward` does not have; `trace.argument` for a value of the
  ///   wrong type, and for an argument that is both fixed and symbolic.
  package func taking(
    _ declared: [ForwardArgument], assumesDefaults: Bool = true
  ) throws(XylemError) -> [ForwardArgument] {
    let names = declared.map(\.name)
    for (name, value) in concrete.sorted(by: { $0.key < $1.key }) where !names.contains(name) {
      throw TraceErrors.unknownArgument(name, known: names) {
        Audience.remedies(program: ["use the name '\($0)' in concrete"], commandLine: ["--concrete \($0)=\(value)"])[0]
      }
    }
    for name in structures.keys.sorted() where !names.contains(name) {
      throw TraceErrors.unknownArgument(name, known: names) { "use the name '\($0)'" }
    }
    for name in symbolic.sorted() where !names.contains(name) {
      throw TraceErrors.unknownArgument(name, known: names) {
        Audience.remedies(program: ["TraceOptions(symbolic: [\"\($0)\"])"], commandLine: ["--symbolic \($0)"])[0]
      }
    }
    let shapes = try shapes(of: declared)
    var taken = declared
    for (position, argument) in declared.enumerated() {
      let own = shapes[argument.name] ?? [:]
      if !own.isEmpty, concrete[argument.name] != nil { throw TraceErrors.fixedWithShape(argument.name) }
      taken[position].shapes = own
      let isSymbolic = symbolic.contains(argument.name) || !own.isEmpty
      if let value = concrete[argument.name] {
        guard !isSymbolic else { throw TraceErrors.fixedAndSymbolic(argument.name) }
        guard let conformed = argument.type.conformed(value) else { throw TraceErrors.wrongConcrete(argument, value) }
        taken[position].role = .fixed(conformed)
      } else if let structure = structures[argument.name] {
        taken[position].structure = structure
      } else if case .list = argument.type.unwrapped, assumesDefaults, !own.isEmpty {
        // The shapes tell how many tensors the list has.
        taken[position].structure = .list(try Self.parts(of: argument, own))
      } else if assumesDefaults, !isSymbolic, argument.defaultValue != nil {
        taken[position].role = .atDefault
      }
    }
    return taken
  }
}

extension [ForwardArgument] {
  /// Notes about the arguments of a trace.
  package var notes: [TraceNote] { [defaultsNote, structuresNote, shapesNote].compactMap(\.self) }

  /// A note about inputs with known shapes. Nil if there are none.
  private var shapesNote: TraceNote? {
    let found = flatMap { $0.shapes.sorted { $0.key < $1.key } }.map { "\($0.key) = \($0.value)" }
    guard !found.isEmpty else { return nil }
    return TraceNote(kind: .knownShape, path: "", reason: "traced with known shapes: " + found.joined(separator: ", "))
  }

  /// A note about inputs with a known structure. Nil if there are none.
  private var structuresNote: TraceNote? {
    let found = compactMap { argument in argument.structure.map { "\(argument.name) = \($0)" } }
    guard !found.isEmpty else { return nil }
    return TraceNote(
      kind: .inputStructure, path: "",
      reason: "traced only for inputs of this structure: " + found.joined(separator: ", "))
  }

  /// A note about the arguments that keep their defaults. Nil if there are none.
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
