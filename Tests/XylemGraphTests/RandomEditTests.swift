import Testing
import XylemGraph
import XylemTestSupport

@Suite struct RandomEditTests {
  @Test(arguments: 0..<100)
  func `after any edits the graph agrees with a naive model`(seed: Int) {
    var editor = RandomEditor(seed: UInt64(seed))
    for step in 0..<40 {
      editor.edit()
      guard editor.agrees() else {
        Issue.record("seed \(seed), step \(step): \(editor.trail.joined(separator: "; "))")
        return
      }
    }
  }

  @Test func `all sequences of three edits of a small graph agree with a naive model`() {
    let edits = SmallEdit.all
    for first in edits {
      for second in edits {
        for third in edits {
          var editor = RandomEditor(seed: 0)
          editor.start()
          for edit in [first, second, third] {
            editor.apply(edit)
            guard editor.agrees() else {
              Issue.record("\(editor.trail.joined(separator: "; "))")
              return
            }
          }
        }
      }
    }
  }
}

/// An edit that names nodes by their positions; where the graph doesn't allow it, it does nothing.
private enum SmallEdit {
  case append(reading: [Int])
  case insert(before: Int, reading: [Int])
  case setInputs(of: Int, to: [Int])
  case replace(Int, by: Int)
  case remove(Int)
  case call(Int)

  static let all: [SmallEdit] = [
    .append(reading: []), .append(reading: [0, 0]), .append(reading: [0, 2]), .insert(before: 1, reading: [0]),
    .insert(before: 0, reading: []), .setInputs(of: 1, to: []), .setInputs(of: 2, to: [1, 0, 1]), .replace(0, by: 1),
    .replace(1, by: 0), .replace(2, by: 1), .remove(0), .remove(1), .remove(2), .call(1),
  ]
}

/// Edits a graph and its model alike.
private struct RandomEditor {
  var random: SplitMix64
  var graph = Graph()
  var model = GraphModel()
  var trail: [String] = []

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func start() {
    apply(.append(reading: []))
    apply(.append(reading: [0]))
    apply(.append(reading: [0, 1]))
  }

  mutating func edit() {
    let count = model.steps.count
    let position = count == 0 ? 0 : Int.random(in: 0..<count, using: &random)
    let earlier = (0..<Int.random(in: 0...3, using: &random)).compactMap { _ in
      position == 0 ? nil : Int.random(in: 0..<position, using: &random)
    }
    switch Int.random(in: 0..<10, using: &random) {
    case 0...3: apply(.append(reading: earlier))
    case 4: apply(.insert(before: position, reading: earlier))
    case 5: apply(.setInputs(of: position, to: earlier))
    case 6, 7: apply(.replace(position, by: earlier.first ?? position))
    case 8: apply(.remove(position))
    default: apply(.call(position))
    }
  }

  mutating func apply(_ edit: SmallEdit) {
    trail.append("\(edit)")
    let ids = model.steps.map(\.id)
    let name = "n\(model.nextID)"
    func inputs(_ positions: [Int], before limit: Int) -> [NodeInput]? {
      guard positions.allSatisfy({ $0 < limit }) else { return nil }
      return [.list(positions.dropFirst().map { .node(ids[$0]) })] + positions.prefix(1).map { .node(ids[$0]) }
    }
    switch edit {
    case .append(let positions):
      guard let inputs = inputs(positions, before: ids.count) else { return }
      graph.append(.operator(name: "f"), name: name, inputs: inputs)
      model.insert(name: name, inputs: inputs, at: ids.count)
    case .insert(let next, let positions):
      guard next < ids.count, let inputs = inputs(positions, before: next) else { return }
      graph.insert(.operator(name: "f"), name: name, inputs: inputs, before: ids[next])
      model.insert(name: name, inputs: inputs, at: next)
    case .setInputs(let position, let positions):
      guard position < ids.count, let inputs = inputs(positions, before: position) else { return }
      graph.setInputs(of: ids[position], to: inputs)
      model.steps[position].inputs = inputs
    case .replace(let old, let new):
      // Only what comes before every reader may be read instead.
      guard old < ids.count, new <= old else { return }
      graph.replaceUses(of: ids[old], with: .list([.node(ids[new])]))
      model.replaceUses(of: ids[old], with: .list([.node(ids[new])]))
    case .remove(let position):
      guard position < ids.count else { return }
      let doomed = readers(of: ids[position])
      graph.remove(doomed)
      model.remove(doomed)
    case .call(let position):
      guard position < ids.count else { return }
      let result = NodeInput.list([.node(ids[position]), .node(ids[0])])
      graph.appendCall(ModuleCall(path: "m", type: "M", ordinal: trail.count, result: result, isLeaf: false))
      model.results.append(result)
    }
  }

  /// A node with everything that reads it, directly or not.
  private func readers(of id: NodeID) -> Set<NodeID> {
    model.steps.reduce(into: [id]) { readers, step in
      if model.nodes(in: step.inputs).contains(where: readers.contains) { readers.insert(step.id) }
    }
  }

  func agrees() -> Bool {
    let steps = graph.nodes.map { GraphModel.Step(id: $0.id, name: $0.name, inputs: $0.inputs) }
    return steps == model.steps && graph.calls.map(\.result) == model.results && graph.validate() == []
      && model.steps.allSatisfy { step in
        graph.users(of: step.id).sorted() == model.users(of: step.id).sorted()
          && graph.node(named: step.name)?.id == step.id
      }
  }
}
