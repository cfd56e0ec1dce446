import Foundation
import Testing
import XylemErrors
import XylemExtract
import XylemGraph
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// One archive of `Fixtures/values` with what PyTorch gives for it.
struct ValueCase: CustomStringConvertible, Sendable {
  let name: String
  let json: Data
  var description: String { name }

  static func all(_ prefix: String = "") -> [ValueCase] {
    guard let data = FileManager.default.contents(atPath: Fixtures.path("values/goldens.json")),
      let all = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    else { return [] }
    return all.keys.sorted().filter { $0.hasPrefix(prefix) }.compactMap { name in
      (try? JSONSerialization.data(withJSONObject: all[name] ?? [:])).map { ValueCase(name: name, json: $0) }
    }
  }

  static func named(_ name: String) throws -> ValueCase { try #require(all(name).first { $0.name == name }) }

  var golden: [String: Any] {
    get throws { try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any]) }
  }

  /// What was called with, what came out, and what each module returned.
  func runs() throws -> [(inputs: [Value], output: Any, modules: [String: [Any]])] {
    try (golden["cases"] as? [[String: Any]] ?? []).map { run in
      let result = try #require(run["eval"] as? [String: Any])
      return (
        try (run["inputs"] as? [Any] ?? []).map(Goldens.value), result["output"] ?? NSNull(),
        result["modules"] as? [String: [Any]] ?? [:]
      )
    }
  }

  func model() throws -> ScriptModel { try ScriptModel(path: Fixtures.path("values/\(name).pt")) }
}

@Suite("Arguments of forward", .needsRuntime)
struct ArgumentTests {
  private func extractor(_ model: ScriptModel, _ options: TraceOptions = TraceOptions()) throws -> FeatureExtractor {
    try FeatureExtractor(of: model, returning: ["output"], options: options, modes: [.eval])
  }

  @Test("arguments with defaults keep them, and one note reports it")
  func defaults() throws {
    let item = try ValueCase.named("defaults")
    let trace = try item.model().trace()
    #expect(trace.graph.placeholders.map(\.placeholder.name) == ["x"])
    #expect(
      trace.notes.map(\.kind) == [.defaultArgument], "\(trace.notes)")
    #expect(
      trace.notes.first?.reason
        == "arguments of forward keep their defaults (mask = None, scale = 2.0, count = 2, flag = True, name = 'sum', dims = []); --symbolic mask makes the first an input"
    )
    #expect(trace.arguments.map(\.name) == ["x", "mask", "scale", "count", "flag", "name", "dims"])
    #expect(
      trace.arguments.map(\.type.description)
        == ["Tensor", "Optional[Tensor]", "float", "int", "bool", "str", "List[int]"])
    let run = try item.runs()[0]
    let extractor = try extractor(item.model())
    let output = try #require(try extractor(run.inputs)["output"])
    #expect(try Goldens.difference(output, run.output) == nil)
    // The same values, given by a caller, are what was assumed.
    let given: [Value] = [.none, .int(2), .int(2), .bool(true), .string("sum"), .list([])]
    let again = try #require(try extractor(run.inputs + given)["output"])
    #expect(try Goldens.difference(again, run.output) == nil)
  }

  @Test("another value than the default is refused by its argument's name", arguments: 1...6)
  func otherValues(_ number: Int) throws {
    let item = try ValueCase.named("defaults")
    let run = try item.runs()[number]
    let name = ["mask", "scale", "count", "flag", "name", "dims"][number - 1]
    let assuming = try extractor(item.model())
    let error = #expect(throws: XylemError.self) { try assuming(run.inputs) }
    #expect(error?.id == .extractInput && error?.message.contains("'\(name)'") == true, "\(error as Any)")
    #expect(error?.remedies.first?.hasPrefix("TraceOptions(symbolic: [\"\(name)\"])") == true)
    let named = #expect(throws: XylemError.self) {
      try assuming(named: ["x": run.inputs[0], name: run.inputs[number]])
    }
    #expect(named?.message == error?.message)
    // An input that is open has the value that PyTorch gives.
    let open = try extractor(item.model(), TraceOptions(makesLeaves: true, symbolic: [name]))
    let output = try #require(try open(run.inputs)["output"])
    #expect(try Goldens.difference(output, run.output) == nil)
    // So has one that is fixed to the value, where it is a literal.
    guard let literal = NodeInput(run.inputs[number]) else { return }
    let fixed = try extractor(item.model(), TraceOptions(concrete: [name: literal]))
    let value = try #require(try fixed(run.inputs)["output"])
    #expect(try Goldens.difference(value, run.output) == nil)
    let refused = #expect(throws: XylemError.self) { try fixed(item.runs()[0].inputs + Self.others(number)) }
    #expect(refused?.message.contains("'\(name)' was fixed to") == true, "\(refused as Any)")
  }

  /// The defaults up to an argument.
  private static func others(_ number: Int) -> [Value] {
    Array([.none, .float(2), .int(2), .bool(true), .string("sum"), .list([])].prefix(number))
  }

  /// A function of an archive, called as PyTorch calls it.
  private func call(_ root: ScriptObject, _ inputs: [Value]) throws -> [Value] {
    let forward = try #require(root.method("forward"))
    let rest = try forward.schema().arguments.dropFirst(1 + inputs.count).map { $0.defaultValue ?? .none }
    let given = inputs + rest
    let known: [ScriptObject?] = [root] + [ScriptObject?](repeating: nil, count: given.count)
    return try Callable(forward, known: known, modes: [])([.object(root.object)] + given)
  }

  @Test("a saved extractor keeps the assumption and refuses other values")
  func saved() throws {
    let item = try ValueCase.named("defaults")
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let extractor = try FeatureExtractor(of: item.model(), returning: ["output"])
    try extractor.save(to: folder.path + "/d.xylem")
    try extractor.saveTorchScript(to: folder.path + "/d.pt")
    let loaded = try FeatureExtractor(path: folder.path + "/d.xylem")
    #expect(loaded.traces[.eval]?.arguments == extractor.traces[.eval]?.arguments)
    let archive = try ScriptModel(path: folder.path + "/d.pt")
    let runs = try item.runs()
    #expect(try Goldens.difference(try #require(try loaded(runs[0].inputs)["output"]), runs[0].output) == nil)
    for run in runs.dropFirst() {
      let error = #expect(throws: XylemError.self) { try loaded(run.inputs) }
      #expect(error?.message.contains("was fixed to its default") == true)
      #expect(error?.remedies.first?.hasPrefix("save the extractor again with TraceOptions(symbolic: ") == true)
      // PyTorch runs the other file: each argument is there, and is checked.
      let forward = try #require(archive.root.object.method("forward"))
      #expect(
        try forward.schema().arguments.map(\.name) == ["self", "x", "mask", "scale", "count", "flag", "name", "dims"])
      let raised = #expect(throws: XylemError.self) { try call(archive.root.object, run.inputs) }
      #expect(raised.map { "\($0)".contains("was fixed to its default") } == true, "\(raised as Any)")
    }
  }

  @Test("too many arguments, unknown, missing and mistyped ones are refused by name")
  func wrongCalls() throws {
    let item = try ValueCase.named("tensor_arguments")
    let tensor = try Goldens.formula([2, 4])
    let extractor = try extractor(item.model())
    func message(_ call: () throws -> Features) -> String {
      let error = #expect(throws: XylemError.self) { try call() }
      #expect(error?.id == .extractInput)
      return error?.message ?? ""
    }
    #expect(
      message { try extractor([.tensor(tensor), .none, .int(1), .bool(false), .string("junk")]) }
        == "forward takes 4 arguments, but 5 were given")
    #expect(message { try extractor([.tensor(tensor), .none]) } == "the argument 'n' is missing")
    #expect(
      message { try extractor([.tensor(tensor), .none, .string("3")]) }
        == "the argument 'n' takes a value of type int, but got the string '3'")
    #expect(
      message { try extractor([.tensor(tensor), .none, .tensor(tensor)]) }
        == "the argument 'n' takes a value of type int, but got a tensor")
    #expect(
      message { try extractor([.int(1), .none, .int(3)]) }
        == "the argument 'x' takes a value of type Tensor, but got the integer 1")
    #expect(
      message { try extractor([.none, .none, .int(3)]) }
        == "the argument 'x' takes a value of type Tensor, but got None")
    // One that no feature reads is checked too.
    #expect(
      message { try extractor([.tensor(tensor), .int(4), .int(3)]) }
        == "the argument 'y' takes a value of type Tensor, but got the integer 4")
    #expect(
      message { try extractor(named: ["x": .tensor(tensor), "m": .int(3)]) } == "forward has no argument 'm'")
    #expect(
      message { try extractor([.tensor(tensor), .none, .int(3), .bool(true)]) }
        == "the argument 'flag' was fixed to its default False when the model was traced, but got True")
    let fixed = try self.extractor(item.model(), TraceOptions(concrete: ["flag": .bool(true)]))
    #expect(
      message { try fixed([.tensor(tensor), .none, .int(3), .bool(false)]) }
        == "the argument 'flag' was fixed to True when the model was traced, but got False")
  }

  @Test("a value of another type can't be fixed, nor one for a tensor")
  func wrongConcrete() throws {
    let model = try ValueCase.named("tensor_arguments").model()
    for (concrete, word) in [
      (["x": NodeInput.int(5)], "Tensor"), (["y": .float(1)], "Optional[Tensor]"), (["n": .float(1.5)], "int"),
      (["n": .none], "int"), (["flag": .int(1)], "bool"),
    ] {
      let error = #expect(throws: XylemError.self) { try model.trace(TraceOptions(concrete: concrete)) }
      #expect(error?.id == .traceArgument && error?.cause.map { "\($0)" } == "its type is \(word)", "\(error as Any)")
    }
    #expect(try model.trace(TraceOptions(concrete: ["y": .none])).graph.placeholders.count == 2)
    let both = #expect(throws: XylemError.self) {
      try model.trace(TraceOptions(concrete: ["n": .int(1)], symbolic: ["n"]))
    }
    #expect(both?.id == .traceArgument)
    let unknown = #expect(throws: XylemError.self) { try model.trace(TraceOptions(symbolic: ["flug"])) }
    #expect(unknown?.id == .traceUnknownArgument && unknown?.remedies == ["TraceOptions(symbolic: [\"flag\"])"])
  }

  @Test("an input that a detector asks for in train mode stays one there")
  func raisingDefault() throws {
    let model = try ScriptModel(path: Fixtures.path("zoo/retinanet_resnet50_fpn.pt"))
    let options = TraceOptions(makesLeaves: true)
    let eval = try model.trace(options)
    #expect(eval.graph.placeholders.map(\.placeholder.name) == ["images"])
    var inTrain = options
    inTrain.mode = .train
    let train = try model.trace(inTrain)
    #expect(train.graph.placeholders.map(\.placeholder.name) == ["images", "targets"])
    #expect(train.notes.first?.kind == .defaultArgument && train.notes.first?.reason.contains("targets") == true)
  }

  @Test("options and traces with arguments read back equal")
  func codable() throws {
    let options = TraceOptions(concrete: ["a": .none, "b": .float(1)], symbolic: ["d", "c"])
    #expect(try JSONDecoder().decode(TraceOptions.self, from: JSONEncoder().encode(options)) == options)
    let trace = try ValueCase.named("defaults").model().trace(TraceOptions(concrete: ["flag": .bool(false)]))
    let again = try JSONDecoder().decode(Trace.self, from: JSONEncoder().encode(trace))
    #expect(again.arguments == trace.arguments)
  }
}

extension NodeInput {
  /// The literal of a value; nil for a tensor.
  fileprivate init?(_ value: Value) {
    switch value {
    case .literal(let literal): self = .literal(literal)
    case .list(let elements): self = .list(elements.compactMap { NodeInput($0) })
    default: return nil
    }
  }
}
