import XylemTestSupport

/// Makes programs up. Shapes are right by construction, and nothing is written whose elements share memory.
struct ProgramGenerator {
  var random: SplitMix64
  var program = RandomProgram()
  /// The type whose body is being made.
  var type = RandomProgram.ModuleType()
  /// Tensors that have a name where the next statement stands.
  var scope: [Variable] = []
  private var nameCount = 0
  private var storageCount = 0

  /// The program of a seed.
  static func program(seed: UInt64) -> RandomProgram {
    var generator = ProgramGenerator(random: SplitMix64(seed: seed))
    return generator.makeProgram()
  }

  private init(random: SplitMix64) { self.random = random }

  private mutating func makeProgram() -> RandomProgram {
    program.shape = pick([[2, 3], [4], [3, 2], [2, 2, 2], [2, 1, 3], [3, 3]])
    let count = 1 + (isOnce(in: 2) ? 0 : upTo(3))
    for index in 0..<count { makeType(named: "M\(index)", isLeaf: isOnce(in: 3), length: 1 + upTo(3)) }
    makeType(named: "Root", isLeaf: false, length: 2 + upTo(4))
    share()
    return program
  }

  private mutating func makeType(named name: String, isLeaf: Bool, length: Int) {
    type = RandomProgram.ModuleType()
    (type.name, type.isLeaf) = (name, isLeaf)
    if isOnce(in: 2) { type.parameters = ["w"] }
    if !isOnce(in: 3) { type.buffers = ["b"] }
    if isOnce(in: 2) { type.counters = ["count"] }
    for (index, child) in program.types.indices.enumerated() where name == "Root" || isOnce(in: 3) {
      // Some types come twice, one after the other.
      for copy in 0..<(isOnce(in: 3) ? 2 : 1) { type.children.append(("m\(index)\(copy)", child)) }
    }
    type.arguments = isOnce(in: 3) ? ["x", "y"] : ["x"]
    (nameCount, storageCount) = (0, 0)
    scope = type.arguments.map {
      // The root's are the caller's own; a module's may be any two tensors of whoever calls it.
      Variable(name: $0, shape: program.shape, storages: [0, -1], isContiguous: name == "Root")
    }
    type.body = block(length: length, depth: 0)
    // What nothing reads the runtime's compiler would leave out: the trace would not have it.
    type.results = scope.count > 1 ? Array(scope.dropFirst(type.arguments.count)) : scope
    if type.results.isEmpty || name != "Root" && type.results.count > 2 && isOnce(in: 2) {
      let unused = type.results.dropLast()
      type.body += consume(Array(unused))
      type.results = [scope[scope.count - 1]]
    }
    program.types.append(type)
  }

  /// Puts one module of the root's, or of a child's, under another path too.
  private mutating func share() {
    var places: [(path: String, type: Int)] = []
    for child in program.root.children {
      places.append((child.name, child.type))
      for inner in program.types[child.type].children { places.append((child.name + "." + inner.name, inner.type)) }
    }
    let pairs = places.indices.flatMap { first in
      places.indices.filter { $0 > first && places[$0].type == places[first].type }.map { (first, $0) }
    }
    guard !pairs.isEmpty, isOnce(in: 2) else { return }
    let (first, second) = pick(pairs)
    program.shared = [(places[first].path, places[second].path)]
  }

  // MARK: - Statements

  mutating func block(length: Int, depth: Int) -> [Statement] {
    var statements: [Statement] = []
    while statements.count < length { statements += makeStatements(depth) }
    return statements
  }

  private mutating func makeStatements(_ depth: Int) -> [Statement] {
    switch upTo(20) {
    case 0..<5: return view()
    case 5..<8: return fresh()
    case 8..<12: return inPlace()
    case 12..<14: return assignment()
    case 14..<16: return attribute()
    case 16..<18: return type.children.isEmpty ? view() : call()
    case 18: return depth < 2 ? loop(depth) : inPlace()
    default: return depth < 2 ? training(depth) : alias()
    }
  }

  private mutating func loop(_ depth: Int) -> [Statement] {
    let before = scope
    if isOnce(in: 3) {
      // Over a list of tensors.
      let elements = (0..<(1 + upTo(2))).map { _ in pick(writable) }
      guard let first = elements.first, elements.allSatisfy({ $0.shape == first.shape }) else { return inPlace() }
      let (list, element) = (newName("l"), newName())
      let source = "\(list) = [" + elements.map(\.name).joined(separator: ", ") + "]"
      let storages = elements.reduce(into: Set<Int>()) { $0.formUnion($1.storages) }
      scope.append(Variable(name: element, shape: first.shape, storages: storages, isContiguous: false))
      var body = block(length: 1 + upTo(2), depth: depth + 1)
      body += leave(before)
      return [
        .step(Step(source: source)), .loop(header: "for \(element) in \(list):", rounds: elements.count, body: body),
      ]
    }
    let rounds = 1 + upTo(2)
    let index = newName("i")
    var body = block(length: 1 + upTo(2), depth: depth + 1)
    if let rebound = rebind(among: before) { body.append(rebound) }
    if let target = before.first(where: { !$0.overlaps && ($0.shape.first ?? 0) >= rounds }), isOnce(in: 2) {
      body += write(item: "\(target.name)[\(index)]", of: target, shape: Array(target.shape.dropFirst()))
    }
    body += leave(before)
    return [.loop(header: "for \(index) in range(\(rounds)):", rounds: rounds, body: body)]
  }

  /// Reads tensors that go out of scope, into the module's own argument.
  private mutating func consume(_ variables: [Variable]) -> [Statement] {
    if !variables.isEmpty { type.writesArgument = true }
    return variables.map {
      let mean = "torch.mean(\($0.name))"
      return .step(
        Step(
          source: "x.add_(\(mean))", before: [mean], after: [Self.copy("x")],
          nodes: [ExpectedNode("mean", .tensor(0)), ExpectedNode("add", .tensor(1))]))
    }
  }

  private mutating func leave(_ before: [Variable]) -> [Statement] {
    let names = Set(before.map(\.name))
    let gone = scope.filter { !names.contains($0.name) }
    scope = before
    return consume(gone)
  }

  /// A variable gets a new value under its old name; what later rounds see of it is at least as easy to write.
  private mutating func rebind(among variables: [Variable]) -> Statement? {
    guard isOnce(in: 2), let target = variables.first(where: { !$0.isContiguous && !$0.storages.contains(0) }) else {
      return nil
    }
    return .step(
      Step(
        source: "\(target.name) = torch.neg(\(target.name))", after: [Self.copy(target.name)],
        nodes: [ExpectedNode("neg", .tensor(0))]))
  }

  private mutating func training(_ depth: Int) -> [Statement] {
    let before = scope
    var then = block(length: 1 + upTo(2), depth: depth + 1)
    let thenScope = scope
    then += leave(before)
    var otherwise = isOnce(in: 3) ? [] : block(length: 1 + upTo(2), depth: depth + 1)
    let otherwiseScope = scope
    otherwise += leave(before)
    // A variable that both branches give a value.
    let first = pick(thenScope)
    if let second = otherwiseScope.last(where: { $0.shape == first.shape }), isOnce(in: 2) {
      var merged = first
      merged.name = newName()
      merged.storages.formUnion(second.storages)
      merged.overlaps = first.overlaps || second.overlaps
      merged.isContiguous = first.isContiguous && second.isContiguous
      then.append(.step(Step(source: "\(merged.name) = \(first.name)")))
      otherwise.append(.step(Step(source: "\(merged.name) = \(second.name)")))
      scope.append(merged)
    }
    return [.training(then: then, otherwise: otherwise)]
  }

  private mutating func call() -> [Statement] {
    let child = pick(type.children)
    let callee = program.types[child.type]
    let candidates = scope.filter { $0.shape == program.shape && !$0.overlaps }
    guard !candidates.isEmpty else { return fresh() }
    let arguments = callee.arguments.map { _ in pick(candidates) }
    let storages = arguments.reduce(into: Set([-1])) { $0.formUnion($1.storages) }
    let results = callee.results.map { result in
      var variable = result
      variable.name = newName()
      variable.storages = storages
      return variable
    }
    let isUsed = !callee.writesArgument || !isOnce(in: 3)
    if isUsed { scope += results }
    return [
      .call(
        Call(
          child: child.name, type: child.type, arguments: arguments.map(\.name), results: results.map(\.name),
          isUsed: isUsed))
    ]
  }

  private mutating func alias() -> [Statement] {
    var variable = pick(scope)
    let old = variable.name
    variable.name = newName()
    scope.append(variable)
    return [.step(Step(source: "\(variable.name) = \(old)"))]
  }

  // MARK: - Tools

  /// Variables that may be written.
  var writable: [Variable] {
    let found = scope.filter { !$0.overlaps }
    return found.isEmpty ? [scope[0]] : found
  }

  mutating func newName(_ prefix: String = "v") -> String {
    nameCount += 1
    return "\(prefix)\(nameCount)"
  }

  mutating func newStorage() -> Int {
    storageCount += 1
    return storageCount
  }

  mutating func isOnce(in n: Int) -> Bool { upTo(n) == 0 }
  mutating func upTo(_ n: Int) -> Int { Int(random.next() % UInt64(n)) }
  mutating func pick<T>(_ elements: [T]) -> T { elements[upTo(elements.count)] }

  static func copy(_ expression: String) -> String { "torch.clone(\(expression))" }
}
