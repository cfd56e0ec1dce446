/// Statements that write: in place, through subscripts, and to the model's own attributes.
extension ProgramGenerator {
  mutating func inPlace() -> [Statement] {
    let target = pick(writable)
    let (expression, node, extra) = inPlaceCall(on: target.name, target)
    guard isOnce(in: 3) else {
      return [step(expression, node, value: target.name, extra)]
    }
    var result = target
    result.name = newName()
    scope.append(result)
    return [step("\(result.name) = \(expression)", node, value: result.name, extra)]
  }

  /// One write, and an operation before it that makes what it reads, where there is one.
  private mutating func step(_ source: String, _ node: String, value: String, _ extra: Source?) -> Statement {
    if value == "x" { type.writesArgument = true }
    var step = Step(source: source, after: [Self.copy(value)])
    if let made = extra?.made {
      step.before = [made]
      step.nodes.append(ExpectedNode("mul", .tensor(0)))
    }
    step.nodes.append(ExpectedNode(node, .tensor(step.before.count)))
    return .step(step)
  }

  /// A tensor that a write reads.
  private struct Source {
    var expression: String
    /// The expression again, where it makes a tensor of its own, so that nothing is read while it is written.
    var made: String?
  }

  /// A tensor of a shape that shares nothing with what is written; nil where there is none of the shape.
  private mutating func source(shape: [Int], notSharing storages: Set<Int>) -> Source? {
    let candidates = scope.filter { $0.shape == shape }
    guard !candidates.isEmpty else { return nil }
    let chosen = pick(candidates)
    guard !chosen.storages.isDisjoint(with: storages) else { return Source(expression: chosen.name) }
    let made = "torch.mul(\(chosen.name), 0.5)"
    return Source(expression: made, made: made)
  }

  private mutating func inPlaceCall(
    on name: String, _ target: Variable
  ) -> (expression: String, node: String, extra: Source?) {
    switch upTo(12) {
    case 0: return ("\(name).add_(1.0)", "add", nil)
    case 1: return ("\(name).mul_(-0.5)", "mul", nil)
    case 2: return ("torch.relu_(\(name))", "relu", nil)
    case 3: return ("torch.neg_(\(name))", "neg", nil)
    case 4: return ("\(name).tanh_()", "tanh", nil)
    case 5: return ("\(name).clamp_(-1.0, 1.0)", "clamp", nil)
    case 6: return ("\(name).fill_(0.25)", "fill", nil)
    case 7: return ("\(name).zero_()", "zero", nil)
    default:
      guard let source = source(shape: target.shape, notSharing: target.storages) else {
        return ("\(name).sub_(0.75)", "sub", nil)
      }
      let operation = pick(["add_", "mul_", "sub_", "copy_"])
      return ("\(name).\(operation)(\(source.expression))", String(operation.dropLast()), source)
    }
  }

  // MARK: - Assignments

  /// `x += …`, `x[0] = …` and `x[:, 1] += …`.
  mutating func assignment() -> [Statement] {
    let target = pick(writable)
    guard !target.shape.isEmpty, !isOnce(in: 4) else {
      let source = source(shape: target.shape, notSharing: target.storages)
      let sign = pick(["+=", "*=", "-="])
      let node = ["+=": "add", "*=": "mul", "-=": "sub"][sign] ?? ""
      return [step("\(target.name) \(sign) \(source?.expression ?? "2.0")", node, value: target.name, source)]
    }
    if target.shape.count > 1, isOnce(in: 2) {
      let column = upTo(target.shape[1])
      return write(
        item: "\(target.name)[:, \(column)]", of: target, shape: Self.removing(1, target.shape))
    }
    return write(item: "\(target.name)[\(upTo(target.shape[0]))]", of: target, shape: Array(target.shape.dropFirst()))
  }

  /// Writes a part of a tensor that a subscript names.
  mutating func write(item: String, of target: Variable, shape: [Int]) -> [Statement] {
    guard let source = source(shape: shape, notSharing: target.storages), source.made == nil || isOnce(in: 2) else {
      // The part first, then what is done to it.
      return [
        .step(
          Step(
            source: "\(item).mul_(-2.0)", before: [Self.copy(item)], after: [Self.copy(item)],
            nodes: [ExpectedNode("getitem", .tensor(0)), ExpectedNode("mul", .tensor(1))]))
      ]
    }
    let isAugmented = isOnce(in: 2)
    var nodes = [ExpectedNode("getitem", .tensor(0))]
    var before = [Self.copy(item)]
    if let made = source.made {
      before.append(made)
      let node = ExpectedNode("mul", .tensor(1))
      // What is assigned is computed before the place is looked up, what is added after it.
      nodes.insert(node, at: isAugmented ? 1 : 0)
    }
    nodes.append(ExpectedNode(isAugmented ? "add" : "copy", .tensor(before.count)))
    return [
      .step(
        Step(
          source: "\(item) \(isAugmented ? "+=" : "=") \(source.expression)", before: before,
          after: [Self.copy(item)], nodes: nodes))
    ]
  }

  // MARK: - Attributes

  mutating func attribute() -> [Statement] {
    let own: [String?] = [nil]
    var tensors = own.flatMap { child in (type.parameters + type.buffers).map { (child: child, name: $0) } }
    var counters = type.counters.map { (child: String?.none, name: $0) }
    for child in type.children where isOnce(in: 3) {
      tensors += program.types[child.type].buffers.map { (child: child.name, name: $0) }
      counters += program.types[child.type].counters.map { (child: child.name, name: $0) }
    }
    if !counters.isEmpty, isOnce(in: 3) {
      let (child, name) = pick(counters)
      return child == nil && !isOnce(in: 3) ? count(name) : [useCounter(child, name)]
    }
    guard !tensors.isEmpty else { return fresh() }
    let (child, name) = pick(tensors)
    let path = "self." + (child.map { $0 + "." } ?? "") + name
    let read = ExpectedNode(.tensor(child: child, name: name), .tensor(0))
    let kept = Self.copy(path)
    switch upTo(5) {
    case 0 where child == nil && type.buffers.contains(name):
      // Another tensor under the same name.
      return [
        .step(
          Step(
            source: "\(path) = torch.mul(\(path), 0.5)", before: [kept, "torch.mul(\(path), 0.5)"],
            nodes: [read, ExpectedNode("mul", .tensor(1)), ExpectedNode("setattr")], assigned: name))
      ]
    case 1, 2:
      let candidates = scope.filter { $0.shape == program.shape }
      let made = "torch.mul(\(pick(candidates).name), 0.1)"
      return [
        .step(
          Step(
            source: "\(path).add_(\(made))", before: [kept, made], after: [kept],
            nodes: (type.parameters.contains(name)
              ? [read, ExpectedNode("mul", .tensor(1))] : [ExpectedNode("mul", .tensor(1)), read])
              + [ExpectedNode("add", .tensor(2))]))
      ]
    case 3:
      let result = newName()
      scope.append(Variable(name: result, shape: program.shape, storages: [-1, 0]))
      return [
        .step(
          Step(
            source: "\(result) = \(path).view(\(program.shape))", before: [kept], after: [Self.copy(result)],
            nodes: [read, ExpectedNode("view", .tensor(1))]))
      ]
    default:
      let other = pick(scope.filter { $0.shape == program.shape })
      let result = newName()
      scope.append(Variable(name: result, shape: program.shape, storages: [newStorage()], isContiguous: false))
      return [
        .step(
          Step(
            source: "\(result) = torch.sub(\(path), \(other.name))", before: [kept], after: [Self.copy(result)],
            nodes: [read, ExpectedNode("sub", .tensor(1))]))
      ]
    }
  }

  /// The counter goes up by one.
  private mutating func count(_ name: String) -> [Statement] {
    let path = "self.\(name)"
    return [
      .step(
        Step(
          source: isOnce(in: 2) ? "\(path) += 1" : "\(path) = \(path) + 1", before: ["torch.tensor(\(path))"],
          after: ["torch.tensor(\(path))"],
          nodes: [
            ExpectedNode(.counter(child: nil, name: name), .number(0)), ExpectedNode("add", .number(1)),
            ExpectedNode("setattr"),
          ], assigned: name))
    ]
  }

  private mutating func useCounter(_ child: String?, _ name: String) -> Statement {
    let base = pick(scope)
    let result = newName()
    let path = "self." + (child.map { $0 + "." } ?? "") + name
    scope.append(
      Variable(name: result, shape: base.shape, storages: [newStorage()], isContiguous: base.isContiguous))
    return .step(
      Step(
        source: "\(result) = torch.add(\(base.name), \(path))", before: ["torch.tensor(\(path))"],
        after: [Self.copy(result)],
        nodes: [
          ExpectedNode(.counter(child: child, name: name), .number(0)), ExpectedNode("add", .tensor(1)),
        ]))
  }
}
