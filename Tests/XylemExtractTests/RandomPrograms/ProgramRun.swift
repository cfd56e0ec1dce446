import XylemDiff
import XylemErrors
import XylemExtract
import XylemFiles
import XylemGraph
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace
import XylemWitness

/// A program with both of its models: the one that is traced, and the one that keeps its values and runs as it is.
struct ProgramRun {
  let program: RandomProgram
  let model: ScriptModel
  let options: TraceOptions
  private let plain: ModelState
  private let truth: ModelState
  private let callable: Callable
  private let inputs: [Tensor]

  init(_ program: RandomProgram, mode: Mode) throws {
    self.program = program
    let tree = ModuleTree(program)
    let archive = try ScriptArchive(source: program.source(keepsValues: false), root: "Root")
    plain = try ModelState(archive, program, tree)
    model = try ScriptModel(archive)
    let keeper = try ScriptArchive(source: program.source(keepsValues: true), root: "Root")
    truth = try ModelState(keeper, program, tree)
    for module in truth.modules { try module.setAttribute("training", to: .bool(mode.isTraining)) }
    let root = try keeper.root()
    guard let forward = root.method("forward") else { throw Failure("no forward") }
    let count = 1 + program.root.arguments.count
    callable = try Callable(forward, known: [ScriptObject?](repeating: nil, count: count), modes: [])
    inputs = try program.root.arguments.indices.map { try ModelState.tensor(program.shape, shift: 17 + $0) }
    var policy = LeafPolicy()
    for type in program.types where type.isLeaf { policy = policy.leaf(type: type.name) }
    options = TraceOptions(mode: mode, policy: policy, recordsLocations: false)
  }

  struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  private func freshInputs() throws -> [Value] { try inputs.map { .tensor(try $0.clone()) } }

  /// Every value that came up, in order.
  func keptValues() throws -> [Snapshot] {
    try truth.restore()
    let results = try callable([.object(try truth.archive.root().object)] + freshInputs())
    guard case .list(let values)? = try results.first?.unpacked() else { throw Failure("no values were kept") }
    return try values.compactMap { try $0.tensor.map { try Snapshot($0) } }
  }

  /// What an extractor gives for some requests.
  func features(_ requests: [String]) throws -> Features { try extractor(requests)(freshInputs()) }

  /// An extractor of the model as it is at first.
  func extractor(_ requests: [String]) throws -> FeatureExtractor {
    try plain.restore()
    return try FeatureExtractor(
      of: model, returning: requests.map { ReturnRequest($0) }, options: options, modes: [options.mode])
  }

  /// Inputs of a shape, with elements that differ from number to number.
  func inputs(of shape: [Int], _ number: Int) throws -> [Value] {
    try program.root.arguments.indices.map {
      .tensor(try ModelState.tensor(shape, shift: 17 + $0 + 31 * number))
    }
  }

  /// The tensors and counters of the traced model's modules, by path.
  func state() -> [String: Value] { plain.values() }

  /// A run of both modes' graphs, and how it left the traced model's attributes.
  func difference() throws -> (diff: TraceDiff, change: String?) {
    try plain.restore()
    let before = try plain.contents()
    func trace(_ mode: Mode) throws -> Trace {
      var options = options
      options.mode = mode
      return try model.trace(options)
    }
    let (train, eval) = (try trace(.train), try trace(.eval))
    let names = eval.graph.placeholders.map(\.placeholder.name)
    let input = TraceDiffer.WitnessInput(Dictionary(uniqueKeysWithValues: zip(names, try freshInputs())))
    let diff = try TraceDiffer.diff(train, eval, of: model, on: input, today: (2026, 7, 1))
    let after = try plain.contents()
    return (diff, before == after ? nil : "the run made \(after) of \(before)")
  }

  /// How the attributes differ between the two models after each ran.
  func stateDifference() throws -> String? {
    let (found, expected) = (try plain.contents(), try truth.contents())
    return found == expected ? nil : "attributes are \(found) and should be \(expected)"
  }

  /// How the traced model's attributes differ from what they were at first.
  func changeByTracing() throws -> (trace: Trace, change: String?) {
    try plain.restore()
    let before = try plain.contents()
    let trace = try model.trace(options)
    let after = try plain.contents()
    let flags = plain.modules.allSatisfy { $0.isTraining == true }
    return (trace, before == after && flags ? nil : "tracing made \(after) of \(before)")
  }
}

/// A tensor's shape and bytes.
struct Snapshot: Equatable, CustomStringConvertible {
  let shape: [Int]
  let bytes: [UInt8]

  init(_ tensor: Tensor) throws {
    let host = try tensor.hostArray()
    (shape, bytes) = (host.shape, host.bytes)
  }

  /// Numbers are four bytes wide in these programs, and counters eight.
  var description: String {
    let numbers = bytes.withUnsafeBytes { raw in
      (0..<(bytes.count / 4)).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
    return "\(shape) \(numbers)"
  }

  /// The number in a tensor that holds one.
  var number: Int { bytes.count == 8 ? bytes.withUnsafeBytes { Int($0.loadUnaligned(as: Int64.self)) } : 0 }
}

/// The attributes of a model's modules, which runs change and ``restore()`` puts back.
struct ModelState {
  let archive: ScriptArchive
  let modules: [ScriptObject]
  private let paths: [String]
  private let counters: [[String]]
  private let tensors: [[(name: String, tensor: Tensor, contents: Tensor)]]

  init(_ archive: ScriptArchive, _ program: RandomProgram, _ tree: ModuleTree) throws {
    self.archive = archive
    let root = try archive.root()
    for (from, to) in program.shared {
      let parts = to.split(separator: ".").map(String.init)
      let parent = root.submodule(at: parts.dropLast().joined(separator: "."))
      guard let module = root.submodule(at: from), let name = parts.last else { continue }
      try parent?.setAttribute(name, to: .object(module.object))
    }
    let all = tree.all
    paths = all.map(\.path)
    modules = all.compactMap { root.submodule(at: $0.path) }
    counters = all.map(\.type.counters)
    tensors = try all.enumerated().map { index, module in
      try (module.type.parameters + module.type.buffers).enumerated().map { place, name in
        let tensor = try Self.tensor(program.shape, shift: 100 + 10 * index + place)
        return (name, tensor, try tensor.clone())
      }
    }
    try restore()
  }

  /// Numbers between -1 and 1 that differ from tensor to tensor.
  static func tensor(_ shape: [Int], shift: Int) throws -> Tensor {
    let count = shape.reduce(1, *)
    return try Tensor(
      (0..<count).map { Float(Goldens.residue($0 + shift)) / 504.5 - 1 }, shape: shape)
  }

  func restore() throws {
    for (index, module) in modules.enumerated() {
      for name in counters[index] { try module.setAttribute(name, to: .int(index)) }
      for (name, tensor, contents) in tensors[index] {
        _ = try TensorOperator.call("aten::copy_", [.tensor(tensor), .tensor(contents), .bool(false)])
        try module.setAttribute(name, to: .tensor(tensor))
      }
    }
  }

  /// The attributes, by path.
  func values() -> [String: Value] {
    var found: [String: Value] = [:]
    for (index, module) in modules.enumerated() {
      for name in counters[index] + tensors[index].map(\.name) {
        found[paths[index] + "." + name] = module.attribute(name)
      }
    }
    return found
  }

  func contents() throws -> [String: String] {
    var found: [String: String] = [:]
    for (index, module) in modules.enumerated() {
      for name in counters[index] {
        if case .literal(.int(let value))? = module.attribute(name) { found[paths[index] + "." + name] = String(value) }
      }
      for (name, _, _) in tensors[index] {
        found[paths[index] + "." + name] = try module.attribute(name)?.tensor.map { try Snapshot($0).description }
      }
    }
    return found
  }
}
