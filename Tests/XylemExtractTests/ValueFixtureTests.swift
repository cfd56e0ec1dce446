import Foundation
import Testing
import XylemErrors
import XylemExtract
import XylemGraph
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

@Suite("Inputs, named parts and sizes", .needsRuntime)
struct ValueFixtureTests {
  static let cases = ValueCase.all().filter { !$0.name.hasPrefix("vit") }

  @Test("the fixtures are there")
  func fixturesExist() { #expect(Self.cases.count == 12) }

  /// Options under which a case is traced without leaves: what is given is an input of the structure that it has.
  private func options(_ model: ScriptModel, _ inputs: [Value], naming: Naming = .exact) throws -> TraceOptions {
    var options = TraceOptions(naming: naming, symbolic: try model.names(of: inputs))
    for (argument, value) in zip(try model.forwardArguments(), inputs) {
      let structure = try InputStructure(of: value)
      if structure != .value || argument.type.allowsNone { options.structures[argument.name] = structure }
    }
    return options
  }

  @Test(
    "every value equals PyTorch's, traced through and with untraceable parts as leaves or regions", arguments: cases)
  func equalsPyTorch(_ item: ValueCase) throws {
    // The defaults decide control flow: where they are inputs, only leaves help.
    for (number, run) in try item.runs().enumerated() where item.name != "defaults" || number == 0 {
      let known = try options(item.model(), item.name == "defaults" ? Array(run.inputs.prefix(1)) : run.inputs)
      let symbolic = TraceOptions(makesLeaves: true, symbolic: known.symbolic)
      for options in item.name == "tensor_arguments" && number > 0 ? [symbolic] : [known, symbolic] {
        let extractor = try FeatureExtractor(of: item.model(), returning: ["output"], options: options, modes: [.eval])
        let output = try #require(try extractor(run.inputs)["output"])
        #expect(try Goldens.difference(output, run.output) == nil, "\(item.name) \(number)")
        guard !options.makesLeaves else { continue }
        for (path, calls) in run.modules {
          for (ordinal, expected) in calls.enumerated() {
            let module = try FeatureExtractor(
              of: item.model(), returning: [ReturnRequest("\(path)#\(ordinal)", as: "value")], options: options,
              modes: [.eval])
            let value = try #require(try module(run.inputs)["value"])
            #expect(try Goldens.difference(value, expected, at: path) == nil, "\(item.name) \(number)")
          }
        }
      }
    }
  }

  // MARK: - Named tuples

  @Test(
    "parts of named tuples go by their names, also within leaves, lists and dictionaries, and in saved extractors",
    arguments: [
      ("named_parts", "m.logits", nil), ("named_parts", "m.hidden", "Inner"), ("named_parts", "m.logits", "Inner"),
      ("named_parts", "m[0]", nil), ("named_parts", "m.1", "Inner"), ("named_root", "output.hidden", nil),
      ("named_root", "output.logits", "Inner"), ("nested_names", "output.all.first.logits", nil),
      ("nested_names", "output.all.others.1.hidden", nil), ("nested_names", #"output["all"].others[0].logits"#, nil),
      ("nested_names", "output.all.first.hidden", "NestedNames"), ("nested_names", "m#0.hidden", nil),
    ] as [(String, String, String?)])
  func namedParts(_ name: String, _ request: String, _ leaf: String?) throws {
    let item = try ValueCase.named(name)
    let inputs = try item.runs()[0].inputs
    let truth = try FeatureExtractor(
      of: item.model(), returning: ["a", "b"].map { Self.layer($0, name) }, modes: [.eval])(
        inputs)
    let isHidden = request.contains("hidden") || request.hasSuffix("1")
    var expected = try #require(truth.values[isHidden ? 0 : 1].tensor)
    // The list's first element is twice the heads.
    if request.contains("[0].logits") { expected = try expected * 2 }
    let policy = leaf.map { LeafPolicy().leaf(type: $0) } ?? LeafPolicy()
    for naming in Naming.allCases
    where naming == .exact || leaf == nil && !request.hasPrefix("m[") && !request.hasPrefix("m#") {
      let options = TraceOptions(naming: naming, policy: policy)
      let extractor = try FeatureExtractor(
        of: item.model(), returning: [ReturnRequest(request)], options: options, modes: [.eval])
      try withFolder { folder in
        try extractor.save(to: folder + "/n.xylem")
        for one in [extractor, try FeatureExtractor(path: folder + "/n.xylem")] {
          let features = try one(inputs)
          #expect(features.keys == [request])
          let value = try #require(features.values[0].tensor)
          #expect(try value.floats() == expected.floats(), "\(naming)")
        }
        try extractor.saveTorchScript(to: folder + "/n.pt")
        let saved = try ScriptModel(path: folder + "/n.pt")
        let again = try FeatureExtractor(of: saved, returning: ["output"], modes: [.eval])(inputs)
        #expect(try again.tensors().map { try $0.tensor.floats() } == [expected.floats()])
      }
    }
  }

  private static func layer(_ name: String, _ model: String) -> ReturnRequest {
    ReturnRequest(model == "named_root" ? name : "m." + name)
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("xylem-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  @Test("features' keys have the names of the parts, from a plan that puts the value together and from a leaf")
  func namedKeys() throws {
    for leaf in [nil, "Inner", "NestedNames"] {
      let item = try ValueCase.named("nested_names")
      let policy = leaf.map { LeafPolicy().leaf(type: $0) } ?? LeafPolicy()
      let extractor = try FeatureExtractor(
        of: item.model(), returning: ["output"], options: TraceOptions(policy: policy), modes: [.eval])
      let tensors = try extractor(item.runs()[0].inputs).tensors()
      #expect(
        tensors.map(\.key) == [
          "output.all.first.logits", "output.all.first.hidden", "output.all.others.0.logits",
          "output.all.others.0.hidden", "output.all.others.1.logits", "output.all.others.1.hidden",
        ])
    }
  }

  @Test("a name that a tuple lacks is an error with its names; a name below a tensor is unknown")
  func unknownParts() throws {
    let model = try ValueCase.named("named_parts").model()
    func error(_ request: String) -> XylemError? {
      #expect(throws: XylemError.self) {
        try FeatureExtractor(of: model, returning: [ReturnRequest(request)], modes: [.eval])
      }
    }
    let part = error("m.logit")
    #expect(part?.id == .extractUnaddressable && part?.cause.map { "\($0)" } == "the names are logits, hidden")
    #expect(error("m.a.logits")?.id == .extractUnknownNode)
    #expect(error("m.a.0")?.id == .extractUnknownNode)
  }

  // MARK: - Sizes in traced archives

  @Test(
    "traced archives have the names of scripted ones, and no conversions",
    arguments: ["traced_flatten", "traced_shuffle"])
  func tracedNames(_ name: String) throws {
    let names = try ValueCase.named(name).model().trace().nodeNames
    let expected =
      name == "traced_flatten"
      ? ["x", "conv", "relu", "size", "view", "fc"]
      : [
        "x", "conv", "size", "size_1", "size_2", "size_3", "floordiv", "view", "transpose", "reshape", "floordiv_1",
        "remainder", "add", "slice", "slice_1", "slice_2", "mul", "add_1", "upsample_nearest2d", "sub", "add_2",
        "mul_1",
        "mul_2", "div", "add_3",
      ]
    #expect(Array(names.prefix(expected.count)) == expected, "\(names)")
    #expect(!names.contains { $0.contains("int") || $0.contains("tensor") || $0.contains("NumToTensor") }, "\(names)")
  }

  // MARK: - Structures

  @Test("an input with a structure other than the traced one is refused, also in PyTorch")
  func otherStructure() throws {
    let item = try ValueCase.named("list_of_dictionaries")
    let runs = try item.runs()
    let extractor = try FeatureExtractor(
      of: item.model(), returning: ["output"], options: options(item.model(), runs[0].inputs), modes: [.eval])
    #expect(extractor.traces[.eval]?.notes.map(\.kind) == [.inputStructure])
    #expect(extractor.traces[.eval]?.nodeNames.contains("linear_1") == true)
    let error = #expect(throws: XylemError.self) { try extractor(runs[1].inputs) }
    #expect(error?.id == .extractInput && error?.cause.map { "\($0)" } == "batch has 1 element, not 2")
    try withFolder { folder in
      try extractor.save(to: folder + "/l.xylem")
      let loaded = try FeatureExtractor(path: folder + "/l.xylem")
      #expect(throws: XylemError.self) { try loaded(runs[1].inputs) }
      #expect(try Goldens.difference(try #require(try loaded(runs[0].inputs)["output"]), runs[0].output) == nil)
      try extractor.saveTorchScript(to: folder + "/l.pt")
      let saved = try FeatureExtractor(
        of: ScriptModel(path: folder + "/l.pt"), returning: ["output"], options: TraceOptions(makesLeaves: true),
        modes: [.eval])
      #expect(try saved(runs[0].inputs).tensors().count == 1)
      let raised = #expect(throws: XylemError.self) { try saved(runs[1].inputs) }
      #expect(raised.map { "\($0)".contains("has a different structure") } == true, "\(raised as Any)")
    }
  }

  @Test("without a structure a loop over a list says which argument it depends on, and keeping it whole helps")
  func unknownStructure() throws {
    let model = try ValueCase.named("list_of_dictionaries").model()
    let error = #expect(throws: XylemError.self) { try model.trace() }
    #expect(error?.message == "the number of iterations of this loop depends on the argument 'batch'")
    #expect(error?.remedies.map { $0.prefix { $0 != " " } } == ["TraceOptions(makesLeaves:"])
    #expect(try !model.trace(TraceOptions(makesLeaves: true)).nodeNames.isEmpty)
  }

  @Test("an argument that stops a trace is named, with what gives its value")
  func blockingArguments() throws {
    let model = try ValueCase.named("defaults").model()
    for (name, remedy) in [
      ("mask", "leave 'mask' out of symbolic  // it keeps its default None"),
      ("flag", "leave 'flag' out of symbolic  // it keeps its default True"),
      ("count", "leave 'count' out of symbolic  // it keeps its default 2"),
      ("name", "leave 'name' out of symbolic  // it keeps its default 'sum'"),
    ] {
      let error = #expect(throws: XylemError.self) { try model.trace(TraceOptions(symbolic: [name])) }
      #expect(error?.message.hasSuffix("depends on the argument '\(name)'") == true, "\(error as Any)")
      #expect(error?.remedies.first == remedy)
    }
  }

  // MARK: - timm's vision transformer

  @Test("timm's vision transformer has torchvision's names, without options", arguments: Mode.allCases)
  func visionTransformer(_ mode: Mode) throws {
    let item = try ValueCase.named("vit_tiny_scripted")
    let model = try item.model()
    let expected = try #require(try item.golden["names"] as? [String])
    let leaves = try #require(try item.golden["leaves"] as? [String])
    let trace = try model.trace(TraceOptions(mode: mode, naming: .torchvision))
    #expect(trace.nodeNames == expected)
    let found = trace.graph.nodes.compactMap { node in if case .leafModule = node.operation { node.name } else { nil } }
    #expect(found == leaves)
    #expect(trace.notes.filter { $0.kind == .defaultArgument }.count == 1)
  }

  @Test(
    "timm's vision transformer has PyTorch's features, scripted and traced, at another batch size too",
    arguments: ["vit_tiny_scripted", "vit_tiny_traced"])
  func visionTransformerFeatures(_ name: String) throws {
    let item = try ValueCase.named(name)
    for run in try #require(try item.golden["cases"] as? [[String: Any]]) {
      let features = try #require(run["features"] as? [String: [String: Any]])
      let keys = features.keys.sorted()
      let inputs = try (run["inputs"] as? [Any] ?? []).map(Goldens.value)
      let extractor = try FeatureExtractor(
        of: item.model(), returning: keys.map { ReturnRequest($0) }, modes: [.eval])
      let values = try extractor(inputs)
      for key in keys {
        let tensor = try #require(values[key]?.tensor)
        let golden = try #require(features[key])
        #expect(try tensor.sizes == golden["shape"] as? [Int])
        let floats = try tensor.floats()
        let samples = try #require(golden["samples"] as? [Double])
        for (index, sample) in samples.enumerated() {
          #expect(isClose(floats[index * floats.count / 16], Float(sample)), "\(key)")
        }
      }
    }
  }
}
