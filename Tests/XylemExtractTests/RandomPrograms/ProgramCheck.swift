import XylemErrors
import XylemExtract
import XylemGraph
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Compares what extractors give of one program with the values that its other rendering kept.
struct ProgramCheck {
  let seed: UInt64
  let mode: Mode
  private let run: ProgramRun
  private let walk: ProgramWalk
  private let kept: [Snapshot]
  private var random: SplitMix64

  /// The first fault of a seed's program, or nil.
  static func fault(seed: UInt64) -> String? {
    let program = ProgramGenerator.program(seed: seed)
    for mode in [Mode.train, .eval] {
      func told(_ fault: String) -> String {
        """
        \(fault)
        in \(mode) mode, of the program of seed \(seed) (XYLEM_FUZZ_SEED=\(seed) XYLEM_FUZZ_COUNT=1):
        \(program.source(keepsValues: false))\
        leaves: \(program.types.filter(\.isLeaf).map(\.name)); shared: \(program.shared)
        """
      }
      do {
        var check = try ProgramCheck(program, seed, mode)
        if let fault = try check.fault() { return told(fault) }
      } catch { return told("error: \(error)") }
    }
    return nil
  }

  private init(_ program: RandomProgram, _ seed: UInt64, _ mode: Mode) throws {
    (self.seed, self.mode) = (seed, mode)
    run = try ProgramRun(program, mode: mode)
    walk = ProgramWalk(program, isTraining: mode.isTraining)
    kept = try run.keptValues()
    random = SplitMix64(seed: ~seed)
  }

  private mutating func fault() throws -> String? {
    let (trace, change) = try run.changeByTracing()
    if let change { return change }
    let names = trace.nodeNames
    let expected = walk.nodes.map(\.name)
    guard names == expected else { return "nodes \(names)\nshould be \(expected)" }
    let nodes = walk.nodes.filter { if case .nothing = $0.value { false } else { true } }
    // The last call of a module is what its path means.
    var modules = walk.calls.map { ($0.request, $0.value) }
    for (request, value) in walk.calls {
      let path = request.prefix { $0 != "#" }
      modules.removeAll { $0.0 == path }
      if !names.contains(String(path)) { modules.append((String(path), value)) }
    }
    let all = nodes.map { ($0.name, $0.value) } + modules + [("output", walk.output)]
    if let fault = try compare(all, isWhole: true) { return fault }
    for count in [1, 2 + upTo(2)] where all.count >= count {
      var some: [(String, Kept)] = []
      while some.count < count {
        let one = all[upTo(all.count)]
        if !some.contains(where: { $0.0 == one.0 }) { some.append(one) }
      }
      if let fault = try compare(some) { return fault }
    }
    return nil
  }

  private mutating func upTo(_ n: Int) -> Int { Int(random.next() % UInt64(n)) }

  private func compare(_ requests: [(String, Kept)], isWhole: Bool = false) throws -> String? {
    let names = requests.map(\.0)
    let features: Features
    do { features = try run.features(names) } catch { return "asked for \(names): \(error)" }
    guard features.keys == names else { return "asked for \(names), got \(features.keys)" }
    for (request, feature) in zip(requests, features.values) {
      if let wrong = try difference(feature, request.1) {
        return "\(request.0), asked for with \(names),\n\(wrong)"
      }
    }
    if isWhole, let wrong = try run.stateDifference() { return "asked for all: \(wrong)" }
    return nil
  }

  private func difference(_ value: Value, _ expected: Kept) throws -> String? {
    switch (try value.unpacked(), expected) {
    case (.tensor(let tensor), .tensor(let index)):
      let found = try Snapshot(tensor)
      return found == kept[index] ? nil : "is        \(found)\nshould be \(kept[index])"
    case (.literal(.int(let number)), .number(let index)):
      return number == kept[index].number ? nil : "is \(number), should be \(kept[index].number)"
    case (.list(let values), .list(let indices)), (.tuple(let values, _), .list(let indices)):
      guard values.count == indices.count else { return "has \(values.count) parts, not \(indices.count)" }
      for (value, index) in zip(values, indices) {
        if let wrong = try difference(value, .tensor(index)) { return wrong }
      }
      return nil
    default: return "is \(value), which is of another kind than \(expected)"
    }
  }
}
