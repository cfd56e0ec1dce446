internal import Synchronization
package import XylemGraph
internal import XylemScript
package import XylemTensor

/// The facts about an operator that the tracer needs, computed once.
package struct OperatorFacts: Sendable {
  /// The name with the overload, `aten::add.Tensor`.
  let name: String
  /// The name without namespace and overload, `add`.
  package let shortName: String
  /// Whether the result is the first argument, which the operator writes: `add_`.
  package var isInPlace: Bool {
    shortName.hasSuffix("_") && !shortName.hasSuffix("__") && effects?.writes.contains(0) == true
  }
  /// The types of the arguments.
  let argumentKinds: [ScriptType.Kind]
  /// The names of the arguments.
  let argumentNames: [String]
  /// The defaults of arguments. Nil for a required argument, or if the default has no literal form.
  let defaults: [Literal?]
  /// The effects that the schema declares, whatever the arguments. Nil if it declares nothing.
  let effects: Effects?
  /// Whether it accesses files, processes or the network.
  package let reachesOutside: Bool
  /// Whether it sets the random state. Such an operator draws nothing, and decides all later draws.
  let setsSeed: Bool
  /// Whether it computes only on numbers, strings, containers and sizes, so that it may run while tracing.
  let isComputable: Bool
  /// Whether it formats a string with any number of values.
  var isFormatting: Bool { name == "aten::format" || name == "aten::percentFormat" }
  /// Arguments that are written only if another argument is true, with the position of the latter.
  private let conditionalWrites: [Int: Int]
  /// The argument that must be true for the operator to draw random numbers.
  private let randomOnlyIf: Int?

  init(_ schema: OperatorSchema) {
    name = schema.fullName
    let afterNamespace = schema.name.range(of: "::").map { schema.name[$0.upperBound...] } ?? schema.name[...]
    shortName = String(afterNamespace)
    reachesOutside = schema.reachesOutside
    setsSeed = Self.setsSeed(schema.name)
    isComputable = ComputableOperators.contains(schema.name)
    argumentKinds = schema.arguments.map(\.type.kind)
    argumentNames = schema.arguments.map(\.name)
    defaults = schema.arguments.map { $0.defaultValue?.literal }
    conditionalWrites = Dictionary(
      uniqueKeysWithValues: schema.arguments.indices.compactMap { position in
        schema.arguments[position].writtenOnlyIf.map { (position, $0) }
      })
    randomOnlyIf = schema.randomOnlyIf
    if schema.isKnown {
      effects = Effects(
        writes: schema.arguments.indices.filter { schema.arguments[$0].isWritten }, aliases: schema.aliases,
        usesRandomState: schema.isRandom, changesContext: Self.contextOperators.contains(schema.name))
    } else {
      effects = nil
    }
  }

  /// The effects of a call, given the known arguments: batch norm in eval mode writes no statistics, and dropout in
  /// eval mode draws nothing.
  package func effects(of arguments: [NodeInput]) -> Effects? {
    guard var effects, !conditionalWrites.isEmpty || randomOnlyIf != nil else { return self.effects }
    func isOff(_ position: Int) -> Bool {
      guard arguments.indices.contains(position) else { return false }
      return arguments[position].literal.map { $0 == .bool(false) || $0.number == 0 } ?? false
    }
    effects.writes.removeAll { conditionalWrites[$0].map(isOff) == true }
    if let randomOnlyIf, isOff(randomOnlyIf) { effects.usesRandomState = false }
    return effects
  }

  private static let contextOperators: Set<String> = ["aten::set_grad_enabled"]

  /// Whether an operator sets the random state, by its name with or without an overload.
  package static func setsSeed(_ name: String) -> Bool {
    ["aten::manual_seed", "aten::seed"].contains(name.prefix { $0 != "." })
  }

  private static let known = Mutex<[TensorOperator: OperatorFacts]>([:])

  /// The facts about an operator. The first request in a process reads the schema.
  package static func of(_ op: TensorOperator) -> OperatorFacts {
    if let facts = known.withLock({ $0[op] }) { return facts }
    let fresh = OperatorFacts(op.schema)
    known.withLock { $0[op] = fresh }
    return fresh
  }
}
extension StringProtocol {
  fileprivate func range(of part: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
      start = index(after: start)
    }
    return nil
  }
}
