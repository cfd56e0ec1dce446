/// Statements that give a tensor a name: views, and operations with storage of their own.
extension ProgramGenerator {
  /// A view as its expression, its node's name and the shape it has.
  private struct View {
    var expression: String
    var node: String
    var shape: [Int]
    var overlaps = false
    var isContiguous = true
  }

  mutating func view() -> [Statement] {
    let base = pick(scope)
    if isOnce(in: 5), let parts = parts(of: base) { return parts }
    guard let view = makeView(of: base) else { return fresh() }
    let name = newName()
    scope.append(
      Variable(
        name: name, shape: view.shape, storages: base.storages, overlaps: base.overlaps || view.overlaps,
        isContiguous: base.isContiguous && view.isContiguous))
    return [
      .step(
        Step(
          source: "\(name) = \(view.expression)", after: [Self.copy(name)],
          nodes: [ExpectedNode(view.node, .tensor(0))]))
    ]
  }

  private mutating func makeView(of base: Variable) -> View? {
    let (name, shape) = (base.name, base.shape)
    let count = shape.reduce(1, *)
    if shape.isEmpty || shape.count > 3 {
      return View(expression: "\(name).reshape([\(count)])", node: "reshape", shape: [count])
    }
    let dim = upTo(shape.count)
    let size = shape[dim]
    let without = Self.removing(dim, shape)
    var swapped = shape
    switch upTo(15) {
    case 0 where base.isContiguous:
      return View(expression: "\(name).view([\(count)])", node: "view", shape: [count])
    case 0, 1: return View(expression: "\(name).reshape([-1])", node: "reshape", shape: [count])
    case 2:
      let other = upTo(shape.count)
      swapped.swapAt(dim, other)
      return View(
        expression: "torch.transpose(\(name), \(dim), \(other))", node: "transpose", shape: swapped,
        isContiguous: dim == other)
    case 3:
      let order = shape.indices.reversed()
      return View(
        expression: "torch.permute(\(name), [\(order.map(String.init).joined(separator: ", "))])", node: "permute",
        shape: order.map { shape[$0] }, isContiguous: shape.count == 1)
    case 4: return View(expression: "torch.flatten(\(name), 0, -1)", node: "flatten", shape: [count])
    case 5:
      return View(expression: "\(name).unsqueeze(\(dim))", node: "unsqueeze", shape: Self.inserting(1, dim, shape))
    case 6 where size == 1: return View(expression: "\(name).squeeze(\(dim))", node: "squeeze", shape: without)
    case 6, 7:
      return View(
        expression: "\(name)[\(upTo(shape[0]) - (isOnce(in: 3) ? shape[0] : 0))]", node: "getitem",
        shape: Array(shape.dropFirst()))
    case 8:
      let column = upTo(shape[shape.count - 1])
      return View(
        expression: "\(name)[..., \(column)]", node: "getitem", shape: Array(shape.dropLast()), isContiguous: false)
    case 9:
      return View(
        expression: "torch.select(\(name), \(dim), \(upTo(size)))", node: "select", shape: without,
        isContiguous: dim == 0)
    case 10:
      let (start, length) = part(of: size)
      swapped[dim] = length
      return View(
        expression: "torch.narrow(\(name), \(dim), \(start), \(length))", node: "narrow", shape: swapped,
        isContiguous: dim == 0)
    case 11:
      let (start, length) = part(of: shape[0])
      swapped[0] = length
      return View(expression: "\(name)[\(start):\(start + length)]", node: "getitem", shape: swapped)
    case 12:
      let sizes = ([2] + shape).map(String.init).joined(separator: ", ")
      return View(
        expression: "\(name).expand([\(sizes)])", node: "expand", shape: [2] + shape, overlaps: true,
        isContiguous: false)
    case 13: return View(expression: "\(name).detach()", node: "detach", shape: shape)
    default:
      return View(expression: "\(name).contiguous()", node: "contiguous", shape: shape, isContiguous: true)
    }
  }

  /// A place to start and a length within a size.
  mutating func part(of size: Int) -> (start: Int, length: Int) {
    let length = 1 + upTo(size)
    return (upTo(size - length + 1), length)
  }

  /// Several views of one tensor that a single operation gives.
  private mutating func parts(of base: Variable) -> [Statement]? {
    guard let dim = base.shape.indices.first(where: { base.shape[$0] > 1 }), base.shape.count < 4 else { return nil }
    let size = base.shape[dim]
    let (call, node, shapes): (String, String, [[Int]])
    switch upTo(3) {
    case 0:
      (call, node, shapes) = (
        "unbind(\(base.name), \(dim))", "unbind", (0..<size).map { _ in Self.removing(dim, base.shape) }
      )
    case 1:
      let length = (size + 1) / 2
      (call, node) = ("chunk(\(base.name), 2, \(dim))", "chunk")
      shapes = [length, size - length].filter { $0 > 0 }.map { Self.replacing(dim, with: $0, base.shape) }
    default:
      (call, node) = ("split(\(base.name), 1, \(dim))", "split")
      shapes = (0..<size).map { _ in Self.replacing(dim, with: 1, base.shape) }
    }
    let names = shapes.map { _ in newName() }
    let variables = zip(names, shapes).map {
      Variable(name: $0, shape: $1, storages: base.storages, overlaps: base.overlaps, isContiguous: false)
    }
    let list = newName("l")
    if isOnce(in: 2) {
      // The list has a name, and one element is taken out of it.
      let place = upTo(names.count)
      scope.append(variables[place])
      let kept = names.indices.map { Self.copy("\(list)[\($0)]") }
      return [
        .step(
          Step(
            source: "\(list) = torch.\(call)", after: kept,
            nodes: [ExpectedNode(node, .list(Array(names.indices)))])),
        .step(
          Step(
            source: "\(names[place]) = \(list)[\(place)]", after: [Self.copy(names[place])],
            nodes: [ExpectedNode("getitem", .tensor(0))])),
      ]
    }
    scope += variables
    let kept = names.indices.map { Kept.tensor($0) }
    return [
      .step(
        Step(
          source: names.joined(separator: ", ") + " = torch.\(call)", after: names.map(Self.copy),
          nodes: [ExpectedNode(node, .list(Array(names.indices)))] + kept.map { ExpectedNode("getitem", $0) }))
    ]
  }

  /// An operation whose result has storage of its own.
  mutating func fresh() -> [Statement] {
    let base = pick(scope)
    let name = newName()
    let number = pick(["0.5", "-1.5", "2.0", "1.0"])
    let twin = pick(scope.filter { $0.shape == base.shape })
    var shape = base.shape
    let (expression, node): (String, String)
    switch upTo(13) {
    case 0: (expression, node) = ("torch.add(\(base.name), \(twin.name))", "add")
    case 1: (expression, node) = ("\(base.name) + \(twin.name)", "add")
    case 2: (expression, node) = ("\(base.name) * \(number)", "mul")
    case 3: (expression, node) = ("\(base.name) - \(twin.name)", "sub")
    case 4: (expression, node) = ("torch.mul(\(base.name), \(twin.name))", "mul")
    case 5: (expression, node) = ("torch.relu(\(base.name))", "relu")
    case 6: (expression, node) = ("torch.tanh(\(base.name))", "tanh")
    case 7: (expression, node) = ("-\(base.name)", "neg")
    case 8: (expression, node) = (Self.copy(base.name), "clone")
    case 9 where shape.count < 3:
      (expression, node) = ("torch.stack([\(base.name), \(twin.name)], 0)", "stack")
      shape.insert(2, at: 0)
    case 9,
      10 where !shape.isEmpty && shape[0] < 4:
      (expression, node) = ("torch.cat([\(base.name), \(twin.name)], 0)", "cat")
      if !shape.isEmpty { shape[0] *= 2 } else { return view() }
    case 11 where shape.count > 1:
      (expression, node) = ("torch.sum(\(base.name), [0])", "sum")
      shape.removeFirst()
    default: (expression, node) = ("torch.mul(\(base.name), \(number))", "mul")
    }
    scope.append(
      Variable(
        name: name, shape: shape, storages: [newStorage()], isContiguous: base.isContiguous && twin.isContiguous))
    return [
      .step(
        Step(
          source: "\(name) = \(expression)", after: [Self.copy(name)], nodes: [ExpectedNode(node, .tensor(0))]))
    ]
  }

  // MARK: - Shapes

  static func removing(_ dim: Int, _ shape: [Int]) -> [Int] {
    var shape = shape
    shape.remove(at: dim)
    return shape
  }

  static func inserting(_ size: Int, _ dim: Int, _ shape: [Int]) -> [Int] {
    var shape = shape
    shape.insert(size, at: dim)
    return shape
  }

  static func replacing(_ dim: Int, with size: Int, _ shape: [Int]) -> [Int] {
    var shape = shape
    shape[dim] = size
    return shape
  }
}
