internal import XylemErrors
internal import XylemGraph
internal import XylemTensor

/// Reads what code does in one mode: runs it on values that are constants, or identified by how they are computed.
///
/// Branches on constants are taken; for other branches both sides are read. If the reader can't follow the code,
/// ``isComplete`` is false and its results prove nothing. No tensors are computed, and the model is not changed.
final class CodeReader {
  /// The model's attributes, for an archive's code.
  let source: ArchiveSource?
  var places = CodePlaces()
  /// Attributes that the code changed, by path.
  var assigned: [String: CodeValue] = [:]

  private(set) var isComplete = true
  /// Short names of operators that draw and that write.
  private(set) var draws: [String] = []
  private(set) var writers: [String] = []
  private(set) var writtenAttributes: Set<String> = []
  private(set) var writtenArguments: Set<Int> = []
  /// Attributes that were set to non-constant values.
  private(set) var computedAttributes: Set<String> = []
  /// Attributes that were read, among those that code changes.
  var readAttributes: Set<String> = []
  /// Attributes that the code always sets before reading them.
  private(set) var scratch: Set<String> = []
  private(set) var usesStatistics = false
  private(set) var dropsAll = false
  private(set) var fixesSeed = false
  /// Whether random numbers were written to something that outlasts the call.
  private(set) var keepsRandom = false
  /// A hash of all writes, in order.
  private(set) var effectDigest = 0

  /// The number of enclosing blocks that may not run.
  var depth = 0
  private var drawCount = 0
  private var steps = 0
  private var calls = 0

  private static let stepLimit = 500_000
  private static let callLimit = 100

  /// All lists and tuples.
  private var sequences: [CodeSequence] = []

  init(_ source: ArchiveSource?) { self.source = source }

  // Released one by one: the recursive release of nested sequences would use stack space for each level.
  deinit { for sequence in sequences { sequence.elements = [] } }

  /// Marks code that can't be followed.
  func giveUp() { isComplete = false }

  /// Counts a step. Returns false if there were too many.
  func step() -> Bool {
    steps += 1
    if steps > Self.stepLimit { giveUp() }
    return isComplete
  }

  /// Runs `body` one call deeper. Returns false if that is too deep.
  func call(_ body: () -> Void) {
    calls += 1
    defer { calls -= 1 }
    if calls > Self.callLimit { giveUp() } else { body() }
  }

  // MARK: - Values

  func list(_ elements: [CodeValue], places: Set<Int> = []) -> CodeValue { .list(sequence(elements, places)) }

  func tuple(_ elements: [CodeValue]) -> CodeValue { .tuple(sequence(elements, [])) }

  private func sequence(_ elements: [CodeValue], _ places: Set<Int>) -> CodeSequence {
    let sequence = CodeSequence(elements, depth: depth, places: places)
    sequences.append(sequence)
    return sequence
  }

  /// Whether a part of a value satisfies a condition. Parts are the sequences with known elements, each once, and their
  /// elements.
  private func contains(in value: CodeValue, where condition: (CodeValue) -> Bool) -> Bool {
    var pending = [value]
    var seen: Set<ObjectIdentifier> = []
    while let part = pending.popLast() {
      switch part {
      case .list(let sequence), .tuple(let sequence):
        if let symbol = sequence.symbol {
          if condition(.symbol(symbol)) { return true }
        } else if seen.insert(ObjectIdentifier(sequence)).inserted {
          if condition(part) { return true }
          pending += sequence.elements
        }
      case .literal, .module, .function, .symbol: if condition(part) { return true }
      }
    }
    return false
  }

  /// The maximum depth of nested sequences whose digest is computed.
  private static let deepest = 256

  func digest(_ value: CodeValue) -> Int {
    var known: [ObjectIdentifier: Int] = [:]
    return digest(value, &known, depth: 0)
  }

  private func digest(_ value: CodeValue, _ known: inout [ObjectIdentifier: Int], depth: Int) -> Int {
    var hasher = Hasher()
    switch value {
    case .literal(let literal): hasher.combine(literal)
    case .module(let module): hasher.combine(module.path)
    case .function(let function): hasher.combine(function)
    case .tuple(let sequence), .list(let sequence):
      if let symbol = sequence.symbol { return digest(.symbol(symbol), &known, depth: depth) }
      if let digest = known[ObjectIdentifier(sequence)] { return digest }
      guard depth < Self.deepest else {
        giveUp()
        return 0
      }
      if case .list = value { hasher.combine("list") }
      for element in sequence.elements { hasher.combine(digest(element, &known, depth: depth + 1)) }
      let digest = hasher.finalize()
      known[ObjectIdentifier(sequence)] = digest
      return digest
    case .symbol(let symbol):
      let version = places.version(of: symbol.places)
      if version == 0 { return symbol.digest }
      hasher.combine(symbol.digest)
      hasher.combine(version)
    }
    return hasher.finalize()
  }

  func hash(_ name: String, _ values: [CodeValue], salt: Int = 0) -> Int {
    var hasher = Hasher()
    hasher.combine(name)
    hasher.combine(salt)
    var known: [ObjectIdentifier: Int] = [:]
    for value in values { hasher.combine(digest(value, &known, depth: 0)) }
    return hasher.finalize()
  }

  func isRandom(_ value: CodeValue) -> Bool {
    contains(in: value) { part in
      if case .symbol(let symbol) = part { symbol.isRandom || places.isRandom(symbol.places) } else { false }
    }
  }

  func placesOf(_ value: CodeValue) -> Set<Int> {
    var found: Set<Int> = []
    _ = contains(in: value) { part in
      switch part {
      case .list(let list): found.formUnion(list.places)
      case .symbol(let symbol): found.formUnion(places.reachable(from: symbol.places))
      default: break
      }
      return false
    }
    return found
  }

  /// The place of a container itself, and of a tensor.
  private func ownPlaces(of value: CodeValue) -> Set<Int> {
    switch value {
    case .list(let list): list.symbol?.places ?? list.places
    case .symbol(let symbol): symbol.places
    default: []
    }
  }

  /// The attribute of which every part of a value is a copy.
  func copies(_ value: CodeValue) -> String? {
    var path: String?
    let isOther = contains(in: value) { part in
      switch part {
      case .list(let sequence), .tuple(let sequence): return sequence.elements.isEmpty
      case .symbol(let symbol):
        defer { path = symbol.copies }
        return symbol.copies == nil || path != nil && path != symbol.copies
      case .literal, .module, .function: return true
      }
    }
    return isOther ? nil : path
  }

  private func shared(_ paths: [String?]) -> String? {
    guard let first = paths.first, let path = first, paths.allSatisfy({ $0 == path }) else { return nil }
    return path
  }

  /// A value that is computed from others and may share their places.
  func part(_ name: String, of values: [CodeValue], isSome: Bool = false) -> CodeValue {
    .symbol(
      CodeSymbol(
        digest: hash(name, values), places: values.reduce(into: []) { $0.formUnion(placesOf($1)) },
        isRandom: values.contains(where: isRandom), isSome: isSome, copies: values.first.flatMap(copies)))
  }

  /// A container of other values, with a new place.
  func container(_ name: String, of values: [CodeValue]) -> CodeSymbol {
    let place = places.fresh()
    places.put(values.reduce(into: []) { $0.formUnion(placesOf($1)) }, into: [place])
    return CodeSymbol(
      digest: hash(name, values), places: [place], isRandom: values.contains(where: isRandom), isSome: true)
  }

  /// A value after a branch on a condition.
  func merged(_ condition: CodeValue, _ a: CodeValue, _ b: CodeValue) -> CodeValue {
    if digest(a) == digest(b) { return a }
    if case .tuple(let first) = a, case .tuple(let second) = b, first.elements.count == second.elements.count, step() {
      return tuple(zip(first.elements, second.elements).map { merged(condition, $0, $1) })
    }
    var value = CodeSymbol(digest: hash("if", [condition, a, b]))
    value.places = placesOf(a).union(placesOf(b))
    value.isRandom = isRandom(condition) || isRandom(a) || isRandom(b)
    value.isSome = isSome(a) && isSome(b)
    value.copies = copies(a) == copies(b) ? copies(a) : nil
    return .symbol(value)
  }

  func isSome(_ value: CodeValue) -> Bool {
    switch value {
    case .literal(let literal): literal != .none
    case .symbol(let symbol): symbol.isSome
    default: true
    }
  }

  /// Identifies a list by its contents only.
  func open(_ list: CodeSequence) {
    guard list.symbol == nil else { return }
    var symbol = container("list", of: list.elements)
    symbol.places.formUnion(list.places)
    symbol.copies = shared(list.elements.map(copies))
    list.symbol = symbol
    list.elements = []
  }

  // MARK: - Effects

  /// Records a write to a value.
  ///
  /// - Parameter isContainer: whether the contents of a container are changed, and not the tensors in it.
  func write(_ value: CodeValue, by name: String, digest: Int, isRandom: Bool, isContainer: Bool = false) {
    effectDigest = hash(name, [.literal(.int(effectDigest))], salt: digest)
    for place in isContainer ? ownPlaces(of: value) : placesOf(value) {
      var contents = places[place]
      contents.version = hash(name, [.literal(.int(contents.version))], salt: digest)
      contents.isRandom = contents.isRandom || isRandom
      places[place] = contents
      if contents.attributes.isEmpty && contents.arguments.isEmpty { continue }
      writtenAttributes.formUnion(contents.attributes)
      computedAttributes.formUnion(contents.attributes)
      writtenArguments.formUnion(contents.arguments)
      keepsRandom = keepsRandom || contents.isRandom
      note(&writers, name)
    }
  }

  /// Records that an attribute of the model gets a new value.
  func assign(_ path: String, _ value: CodeValue) {
    effectDigest = hash("=" + path, [.literal(.int(effectDigest)), value])
    if depth == 0, assigned[path] == nil, !readAttributes.contains(path) { scratch.insert(path) }
    assigned[path] = value
    // Converting an existing value to another type or device only requests a form, which it mostly has.
    if copies(value) == path { return }
    writtenAttributes.insert(path)
    if value.literal == nil { computedAttributes.insert(path) }
    keepsRandom = keepsRandom || isRandom(value)
    note(&writers, "=")
  }

  private func note(_ names: inout [String], _ name: String) {
    if !names.contains(name) { names.append(name) }
  }

  // MARK: - Operators

  /// Records the effects of an operator call, and returns its results.
  ///
  /// - Parameter results: for each result, whether it may hold a tensor or a container, and whether it is not None.
  func apply(
    _ facts: OperatorFacts, _ inputs: [CodeValue], results: [(holdsStorage: Bool, isSome: Bool)]
  ) -> [CodeValue] {
    guard let use = OperatorUse(facts, inputs.map(\.literal)) else {
      giveUp()
      return results.map { _ in .none }
    }
    if use.fixesSeed, depth == 0 { fixesSeed = true }
    usesStatistics = usesStatistics || use.usesStatistics
    dropsAll = dropsAll || use.dropsAll
    if let given = use.gives, inputs.indices.contains(given), results.count == 1 { return [inputs[given]] }
    let draws = use.isRandom && !fixesSeed
    if draws {
      drawCount += 1
      note(&self.draws, facts.shortName)
    }
    var isRandom = draws
    for (position, input) in inputs.enumerated() where use.dependsOnContents(of: position) {
      isRandom = isRandom || self.isRandom(input)
    }
    let counted = inputs.indices.filter { !use.idle.contains($0) }.map { inputs[$0] }
    let digest = hash(facts.name, counted, salt: use.isRandom ? drawCount : 0)
    let shared = use.aliases.filter { inputs.indices.contains($0) }.reduce(into: Set<Int>()) {
      $0.formUnion(placesOf(inputs[$1]))
    }
    for position in use.writes where inputs.indices.contains(position) {
      writeArgument(position, of: inputs, facts, digest: digest, isRandom: isRandom)
    }
    if facts.isInPlace, results.count == 1, let target = inputs.first { return [target] }
    return results.enumerated().map { number, form in
      var symbol = CodeSymbol(digest: hash("result", [.literal(.int(digest))], salt: number), isSome: form.isSome)
      symbol.isRandom = isRandom
      if Self.converters.contains(facts.shortName) { symbol.copies = inputs.first.flatMap(copies) }
      if form.holdsStorage { symbol.places = shared.union([places.fresh()]) }
      return .symbol(symbol)
    }
  }

  /// Operators that return their input in another form.
  private static let converters: Set<String> = ["to", "type_as", "contiguous", "detach", "clone"]

  private func writeArgument(
    _ position: Int, of inputs: [CodeValue], _ facts: OperatorFacts, digest: Int, isRandom: Bool
  ) {
    let target = inputs[position]
    let isContainer = [.list, .dictionary].contains(facts.argumentKinds[position])
    let others = inputs.indices.filter { $0 != position }.map { inputs[$0] }
    if isContainer, case .list(let list) = target {
      let added = shared(others.map(copies))
      let was = list.elements.isEmpty && list.symbol == nil ? added : copies(target)
      open(list)
      list.symbol?.copies = was == added ? added : nil
      if isRandom { list.symbol?.isRandom = true }
    }
    write(target, by: facts.shortName, digest: digest, isRandom: isRandom, isContainer: isContainer)
    // A value that is put into a container lives on in it.
    if isContainer { places.put(others.reduce(into: []) { $0.formUnion(placesOf($1)) }, into: ownPlaces(of: target)) }
  }
}
