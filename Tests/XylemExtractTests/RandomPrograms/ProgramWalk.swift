/// Goes through a program as running it would, and says which nodes its trace has, in order, and which of the kept values
/// each node's is.
struct ProgramWalk {
  /// The names of the nodes, with their values.
  private(set) var nodes: [(name: String, value: Kept)] = []
  /// What modules returned, by the request for one call: `path#0`.
  private(set) var calls: [(request: String, value: Kept)] = []
  /// What forward returned.
  private(set) var output: Kept = .nothing

  private let program: RandomProgram
  private let isTraining: Bool
  private var keptCount = 0
  private var nameCounts: [String: Int] = [:]
  private var callCounts: [String: Int] = [:]
  private var readTensors: Set<String> = []
  /// Paths of attributes that the trace assigns.
  private var assigned: Set<String>

  init(_ program: RandomProgram, isTraining: Bool) {
    // Whether something is assigned shows only in the end, and changes how it is read from the start.
    var first = ProgramWalk(program, isTraining, assigned: [])
    first.runRoot()
    self.init(program, isTraining, assigned: first.assigned)
    runRoot()
  }

  private init(_ program: RandomProgram, _ isTraining: Bool, assigned: Set<String>) {
    self.program = program
    self.isTraining = isTraining
    self.assigned = assigned
  }

  private mutating func runRoot() {
    let root = ModuleTree(program)
    for argument in program.root.arguments { addNode(argument, .nothing) }
    run(program.root.body, root)
    let count = program.root.results.count
    let indices = Array(keptCount..<(keptCount + count))
    output = count == 1 ? .tensor(indices[0]) : .list(indices)
  }

  private mutating func addNode(_ base: String, _ value: Kept) {
    let number = nameCounts[base, default: 0]
    nameCounts[base] = number + 1
    nodes.append((number == 0 ? base : "\(base)_\(number)", value))
  }

  private mutating func run(_ statements: [Statement], _ module: ModuleTree) {
    for statement in statements {
      switch statement {
      case .step(let step): run(step, module)
      case .call(let call): run(call, module)
      case .loop(_, let rounds, let body): for _ in 0..<rounds { run(body, module) }
      case .training(let then, let otherwise): run(isTraining ? then : otherwise, module)
      }
    }
  }

  private mutating func run(_ step: Step, _ module: ModuleTree) {
    let start = keptCount
    keptCount += step.before.count + step.after.count
    for node in readsFirst(step.nodes, module) {
      let value = node.value.moved { $0 + start }
      switch node.kind {
      case .operation(let name): addNode(module.path(of: name), value)
      case .tensor(let child, let name):
        let path = (child.flatMap { module.children[$0] } ?? module).path(of: name)
        if assigned.contains(path) || readTensors.insert(path).inserted { addNode(path, value) }
      case .counter(let child, let name):
        let path = (child.flatMap { module.children[$0] } ?? module).path(of: name)
        if assigned.contains(path) { addNode(path, value) }
      case .numbers(let name, let counter):
        if assigned.contains(module.path(of: counter)) { addNode(module.path(of: name), value) }
      }
    }
    if let name = step.assigned {
      assigned.insert(module.path(of: name))
    }
  }

  /// A tensor that the trace assigns is read where its name stands; another becomes a node where it is used.
  private func readsFirst(_ nodes: [ExpectedNode], _ module: ModuleTree) -> [ExpectedNode] {
    let isEarly: (ExpectedNode) -> Bool = { node in
      guard case .tensor(let child, let name) = node.kind else { return false }
      return assigned.contains((child.flatMap { module.children[$0] } ?? module).path(of: name))
    }
    return nodes.filter(isEarly) + nodes.filter { !isEarly($0) }
  }

  private mutating func run(_ call: Call, _ module: ModuleTree) {
    guard let child = module.children[call.child] else { return }
    let type = program.types[call.type]
    if !type.isLeaf { run(type.body, child) }
    let indices = call.results.indices.map { keptCount + $0 }
    keptCount += indices.count
    let value = indices.count == 1 ? Kept.tensor(indices[0]) : .list(indices)
    if type.isLeaf { addNode(child.path, value) }
    let ordinal = callCounts[child.path, default: 0]
    callCounts[child.path] = ordinal + 1
    calls.append(("\(child.path)#\(ordinal)", value))
    // What a leaf returned is taken apart when running.
    if type.isLeaf, call.isUsed, indices.count > 1 {
      for index in indices { addNode(module.path(of: "getitem"), .tensor(index)) }
    }
  }
}

/// The modules of a program, each with the first path that reaches it.
final class ModuleTree {
  let type: RandomProgram.ModuleType
  private(set) var path = ""
  private(set) var children: [String: ModuleTree] = [:]

  convenience init(_ program: RandomProgram) {
    self.init(program, type: program.types.count - 1)
    for (from, to) in program.shared {
      let parts = to.split(separator: ".").map(String.init)
      var parent = self
      for part in parts.dropLast() { parent = parent.children[part] ?? parent }
      if let module = module(at: from), let name = parts.last { parent.children[name] = module }
    }
    var seen: Set<ObjectIdentifier> = []
    name("", &seen)
  }

  private init(_ program: RandomProgram, type: Int) {
    self.type = program.types[type]
    for child in self.type.children { children[child.name] = ModuleTree(program, type: child.type) }
  }

  private func name(_ path: String, _ seen: inout Set<ObjectIdentifier>) {
    guard seen.insert(ObjectIdentifier(self)).inserted else { return }
    self.path = path
    for child in type.children { children[child.name]?.name(self.path(of: child.name), &seen) }
  }

  func path(of name: String) -> String { path.isEmpty ? name : path + "." + name }

  func module(at path: String) -> ModuleTree? {
    path.split(separator: ".").reduce(self as ModuleTree?) { $0?.children[String($1)] }
  }

  /// Every module once, parents first.
  var all: [ModuleTree] {
    var seen: Set<ObjectIdentifier> = []
    var found: [ModuleTree] = []
    func visit(_ module: ModuleTree) {
      guard seen.insert(ObjectIdentifier(module)).inserted else { return }
      found.append(module)
      for child in module.type.children { if let next = module.children[child.name] { visit(next) } }
    }
    visit(self)
    return found
  }
}
