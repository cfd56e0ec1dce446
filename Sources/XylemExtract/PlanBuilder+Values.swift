internal import XylemGraph

/// The lifetimes of a plan's values, and the instructions that overwrite them.
extension PlanBuilder {
  /// The requested values that later instructions may overwrite, and those instructions.
  mutating func protect(
    _ resolved: [ResolvedRequest], ends: [NodeID: Int]
  ) -> (protected: [Program.Protected], positions: [Int?]) {
    var classes = StorageClasses(graph)
    var protected: [Program.Protected] = []
    // A value that is requested twice at the same position is copied at most once.
    struct Wanted: Hashable {
      let value: NodeInput
      let start: Int
    }
    var known: [Wanted: Int] = [:]
    var positions: [Int?] = []
    for request in resolved {
      var start = request.moment.flatMap { ends[$0] } ?? 0
      var ofModel = false
      request.value.forEachNode {
        start = max(start, ends[$0] ?? 0)
        ofModel = ofModel || classes.isOfModel($0)
      }
      let wanted = Wanted(value: request.value, start: start)
      if let position = known[wanted] {
        positions.append(position)
        continue
      }
      let writers = instructions.indices.filter {
        $0 >= start && (!instructions[$0].writes.isEmpty || ofModel && instructions[$0].writesModel)
      }
      guard !writers.isEmpty, let value = try? operand(request.value, type: nil) else {
        positions.append(nil)
        continue
      }
      for writer in writers { instructions[writer].mayOverwrite.append(protected.count) }
      known[wanted] = protected.count
      positions.append(protected.count)
      protected.append(.init(operand: value, aliasesModel: ofModel))
    }
    return (protected, positions)
  }

  /// Frees each slot after the last instruction that reads it. Returned values are kept.
  mutating func free(_ kept: [Program.Operand]) {
    var keptSlots: Set<Int> = []
    for operand in kept { operand.forEachSlot { keptSlots.insert($0) } }
    var seen = keptSlots
    for index in instructions.indices.reversed() {
      var last: [Int] = []
      for operand in instructions[index].operands {
        operand.forEachSlot { if seen.insert($0).inserted { last.append($0) } }
      }
      // A result that is never read is freed at once.
      for slot in instructions[index].results where seen.insert(slot).inserted { last.append(slot) }
      instructions[index].releases = last
    }
  }
}

extension Program.Operand {
  package func forEachSlot(_ body: (Int) -> Void) {
    switch self {
    case .slot(let slot): body(slot)
    case .constant: break
    case .list(let elements, _), .tuple(let elements, _), .dictionary(let elements, _):
      for element in elements { element.forEachSlot(body) }
    }
  }
}
