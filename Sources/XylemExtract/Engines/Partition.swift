internal import XylemErrors
internal import XylemScript
internal import XylemTensor

/// Instructions in a row that an engine compiled for fixed shapes.
struct Partition: Sendable {
  /// Where a run finds a tensor.
  struct Source: Hashable, Sendable {
    let slot: Int
    /// The position within containers, outermost first. Empty for the slot's own value.
    let path: [Int]
  }

  /// A tensor that goes in.
  struct Input: Sendable {
    let number: UInt32
    let source: Source
    let layout: TensorLayout
  }

  /// What a slot holds after the instructions.
  indirect enum Content: Sendable {
    /// A result of the engine.
    case output(Int)
    /// A tensor that was there before.
    case source(Source)
    /// A value that is the same in every run; a tensor is copied.
    case constant(Value)
    case container(isList: Bool, [Content])

    /// Calls `body` with the position of each result of the engine.
    func forEachOutput(_ body: (Int) -> Void) {
      switch self {
      case .output(let index): body(index)
      case .container(_, let elements): for element in elements { element.forEachOutput(body) }
      case .source, .constant: break
      }
    }
  }

  /// The instructions that it replaces.
  let range: Range<Int>
  /// The recorded operators that it computes.
  let nodes: [Int]
  let inputs: [Input]
  let outputs: [(number: UInt32, layout: TensorLayout)]
  /// What slots hold afterwards.
  let assignments: [(slot: Int, content: Content)]
  /// What copies of protected values hold afterwards.
  let copies: [(position: Int, content: Content)]
  /// Instructions among those that it replaces that run all the same: reads of attributes that others need.
  let reads: [Int]
  /// Slots that are not read afterwards.
  let releases: [Int]
}

/// Cuts a recorded run into parts that an engine may compile.
struct Partitioner {
  let program: Program
  let run: CapturedRun
  /// By instruction that stays in libtorch, the reason.
  private(set) var cuts: [Int: String]
  /// The nodes of the capture by instruction.
  private let nodes: [[Int]]
  /// The instruction after which each slot is released.
  private let released: [Int: Int]
  /// By number, the node that computes it.
  private let producers: [UInt32: Int]

  init(_ program: Program, _ run: CapturedRun) {
    self.program = program
    self.run = run
    cuts = run.cuts
    var nodes: [[Int]] = Array(repeating: [], count: program.instructions.count)
    var producers: [UInt32: Int] = [:]
    for (index, node) in run.capture.nodes.enumerated() {
      nodes[node.section].append(index)
      for number in node.outputs { producers[number] = index }
    }
    var released: [Int: Int] = [:]
    for (index, instruction) in program.instructions.enumerated() {
      for slot in instruction.releases { released[slot] = index }
    }
    self.nodes = nodes
    self.producers = producers
    self.released = released
  }

  /// Keeps the instructions that call one of some operators in libtorch.
  mutating func keep(operators names: Set<String>, because reason: (String) -> String) {
    for node in run.capture.nodes where names.contains(node.name) {
      cuts[node.section] = cuts[node.section] ?? reason(node.name)
    }
  }

  /// The part of some instructions in a row, none of which stays in libtorch. Nil if they can't be one: they are kept in
  /// libtorch.
  mutating func part(_ range: Range<Int>) -> Partition? {
    switch partition(range) {
    case .success(let partition?): return partition
    case .success(nil): keep(range, because: "there is nothing to compute")
    case .failure(let obstacle): keep(range, because: obstacle.reason)
    }
    return nil
  }

  /// Keeps some instructions in libtorch.
  mutating func keep(_ range: Range<Int>, because reason: String) {
    for index in range where cuts[index] == nil { cuts[index] = reason }
  }

  /// The parts, in order, and what stays in libtorch in addition to ``cuts``.
  mutating func partitions() -> [Partition] {
    spreadDynamicValues()
    var found: [Partition] = []
    var start = 0
    while start < program.instructions.count {
      guard cuts[start] == nil else {
        start += 1
        continue
      }
      let end = (start..<program.instructions.count).first { cuts[$0] != nil } ?? program.instructions.count
      let range = start..<end
      start = end
      if let partition = part(range) { found.append(partition) }
    }
    return found
  }

  /// What depends on a value that libtorch computes in every run, and that is not a tensor, is computed there too.
  private mutating func spreadDynamicValues() {
    var dynamic: Set<Int> = []
    for (index, instruction) in program.instructions.enumerated() {
      if cuts[index] == nil {
        for operand in instruction.operands {
          operand.forEachSlot { if dynamic.contains($0) { cuts[index] = "it depends on values" } }
        }
      }
      guard cuts[index] != nil else { continue }
      for slot in instruction.results {
        if case .computed? = run.state(of: slot, before: index + 1) { continue }
        dynamic.insert(slot)
      }
    }
  }

  private struct Obstacle: Error { let reason: String }

  private func partition(_ range: Range<Int>) -> Result<Partition?, Obstacle> {
    let own = Set(range.flatMap { nodes[$0] })
    var outputs: [UInt32] = []
    var isOutput: [UInt32: Int] = [:]
    let before = sources(before: range.lowerBound)

    func content(_ state: SlotState) throws(Obstacle) -> Partition.Content {
      switch state {
      case .computed(let number):
        if let producer = producers[number], own.contains(producer) {
          if let known = isOutput[number] { return .output(known) }
          isOutput[number] = outputs.count
          outputs.append(number)
          return .output(outputs.count - 1)
        }
        guard let source = before[number] else { throw Obstacle(reason: "a tensor in it comes from elsewhere") }
        return .source(source)
      case .constant(let value): return .constant(value)
      case .container(let isList, let elements):
        var contents: [Partition.Content] = []
        for element in elements { contents.append(try content(element)) }
        return .container(isList: isList, contents)
      case .other: throw Obstacle(reason: "a value in it has a form that engines lack")
      }
    }

    do throws(Obstacle) {
      var assignments: [(slot: Int, content: Partition.Content)] = []
      var reads: [Int] = []
      for slot in 0..<program.slotCount {
        if let end = released[slot], end < range.upperBound { continue }
        guard let last = run.states[slot].last(where: { $0.after < range.upperBound }), range.contains(last.after)
        else {
          continue
        }
        if let producer = range.first(where: { program.instructions[$0].results.contains(slot) }),
          case .readAttribute = program.instructions[producer].action
        {
          reads.append(producer)
        } else {
          assignments.append((slot, try content(last.state)))
        }
      }
      var copies: [(position: Int, content: Partition.Content)] = []
      for (position, copy) in run.copies.sorted(by: { $0.key < $1.key }) where range.contains(copy.before) {
        copies.append((position, try content(copy.state)))
      }
      let needed = reached(from: outputs, within: own)
      guard !needed.isEmpty else { return .success(nil) }
      var inputs: [Partition.Input] = []
      var seen: Set<UInt32> = []
      for node in needed {
        for number in run.capture.nodes[node].inputs where producers[number].map({ !own.contains($0) }) ?? true {
          guard seen.insert(number).inserted, run.capture.isComputed(number) else { continue }
          guard let source = before[number] else { throw Obstacle(reason: "it reads a tensor that no value holds") }
          inputs.append(.init(number: number, source: source, layout: run.capture.layout(of: number)))
        }
      }
      return .success(
        Partition(
          range: range, nodes: needed, inputs: inputs,
          outputs: outputs.map { ($0, run.capture.layout(of: $0)) }, assignments: assignments, copies: copies,
          reads: reads, releases: range.flatMap { program.instructions[$0].releases }))
    } catch {
      return .failure(error)
    }
  }

  /// The nodes that values need, in order.
  private func reached(from outputs: [UInt32], within own: Set<Int>) -> [Int] {
    var found: Set<Int> = []
    var open = outputs
    while let number = open.popLast() {
      guard let node = producers[number], own.contains(node), found.insert(node).inserted else { continue }
      open += run.capture.nodes[node].inputs
    }
    return found.sorted()
  }

  /// Where the tensors are that slots hold before an instruction.
  private func sources(before position: Int) -> [UInt32: Partition.Source] {
    var found: [UInt32: Partition.Source] = [:]
    func add(_ state: SlotState, _ source: Partition.Source) {
      switch state {
      case .computed(let number): found[number] = found[number] ?? source
      case .container(_, let elements):
        for (index, element) in elements.enumerated() {
          add(element, .init(slot: source.slot, path: source.path + [index]))
        }
      case .constant, .other: break
      }
    }
    for slot in 0..<program.slotCount {
      if let end = released[slot], end < position { continue }
      if let state = run.state(of: slot, before: position) { add(state, .init(slot: slot, path: [])) }
    }
    return found
  }
}

extension CompiledOperand {
  /// Calls `body` with every slot in the operand.
  func forEachSlot(_ body: (Int) -> Void) {
    switch self {
    case .slot(let slot): body(slot)
    case .constant: break
    case .container(_, let elements, _): for element in elements { element.forEachSlot(body) }
    }
  }
}
