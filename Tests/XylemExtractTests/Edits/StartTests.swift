import Testing
import XylemErrors
import XylemExtract
import XylemFiles
import XylemGraph
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Extractors that start in the middle of a model.
@Suite("Starting from values", .needsRuntime, .serialized)
struct StartTests {
  /// Bit for bit: the first part's value, given to the rest of the model, gives what the whole gives, at every node and
  /// module at which one tensor suffices; elsewhere the error names the others.
  @Test(arguments: ["resnet18"] + (runsAllTests ? ["mobilenet_v3_small", "vit_b_16", "densenet121"] : []))
  func `a part before and a part after equal the whole at every cut`(name: String) throws {
    let model = try ScriptModel(path: Fixtures.path("zoo/\(name).pt"))
    let trace = try model.trace()
    let size = name == "vit_b_16" ? 224 : 64
    let input = try Tensor(
      (0..<3 * size * size).map { Float($0 * 7919 % 1009) / 1009 - 0.5 }, shape: [1, 3, size, size])
    let names = trace.nodeNames + trace.graph.calls.filter { !$0.path.isEmpty && $0.ordinal == 0 }.map(\.path)
    var requests: [ReturnRequest] = []
    for node in Set(names).sorted() where isTensor(node, of: trace) { requests.append(ReturnRequest(node)) }
    try TensorRuntime.withGradients(false) {
      let whole = try FeatureExtractor(of: model, traces: [.eval: trace], returning: requests + ["output"])(input)
      let wanted = try whole["output"].floats()
      var cuts = 0
      for request in requests {
        let rest: FeatureExtractor
        do {
          rest = try FeatureExtractor(of: model, traces: [.eval: trace], from: [request.node], returning: ["output"])
        } catch let error as XylemError {
          #expect(error.id == .extractStart, "\(request.node): \(error)")
          try checkRemedy(error, request.node, model, trace, whole, wanted)
          continue
        }
        cuts += 1
        let before = try whole[request.node].floats()
        #expect(try rest(whole[request.node])["output"].floats() == wanted, "\(request.node)")
        #expect(try whole[request.node].floats() == before, "\(request.node) was written")
        #expect(rest.argumentNames == [request.node])
      }
      #expect(cuts > (name == "densenet121" ? 10 : 15), "\(cuts)")
    }
  }

  private func isTensor(_ name: String, of trace: Trace) -> Bool {
    guard let node = trace.graph.node(named: name) else { return !name.isEmpty }
    return node.valueType == .tensor
  }

  /// Follows an error's remedy: all the values that it names suffice.
  private func checkRemedy(
    _ error: XylemError, _ name: String, _ model: ScriptModel, _ trace: Trace, _ whole: Features, _ wanted: [Float]
  ) throws {
    guard error.message.contains("more than") else { return }
    let remedy = try #require(error.remedies.first { $0.hasPrefix("from: [") })
    let names = remedy.dropFirst("from: [".count).dropLast().split(separator: ", ").map {
      String($0.dropFirst().dropLast())
    }
    #expect(names.count > 1)
    guard names.allSatisfy({ whole.keys.contains($0) }) else { return }
    let rest = try FeatureExtractor(of: model, traces: [.eval: trace], from: names, returning: ["output"])
    let values = try names.map { Value.tensor(try whole[$0]) }
    #expect(try rest(values)["output"].floats() == wanted, "\(names)")
  }

  private func residual(_ starts: [String], _ requests: [ReturnRequest]) throws -> FeatureExtractor {
    try FeatureExtractor(
      of: ScriptModel(path: Fixtures.path("edits/residual.pt")), from: starts, returning: requests, modes: [.eval])
  }

  private func error(_ starts: [String], _ requests: [ReturnRequest]) -> XylemError? {
    #expect(throws: XylemError.self) { try residual(starts, requests) }
  }

  @Test func `a value that does not suffice is an error that names the others`() throws {
    let error = try #require(self.error(["block1.conv2"], ["fc"]))
    #expect(error.id == .extractStart)
    #expect(error.message == "'fc' needs more than 'block1.conv2'")
    #expect(error.remedies == ["from: [\"block1.conv2\", \"stem\"]"])
    _ = try residual(["block1.conv2", "stem"], ["fc"])
  }

  @Test func `what is computed before the value, what does not need it and what is not a tensor are errors`() throws {
    #expect(error(["block1"], ["stem"])?.message.contains("does not depend on 'block1'") == true)
    #expect(error(["block2", "block1"], ["fc"])?.message == "nothing that is returned needs 'block1'")
    #expect(error(["block1", "block1.relu_1"], ["fc"])?.message == "'block1' and 'block1.relu_1' are one value")
    #expect(error(["block3"], ["fc"])?.id == .extractUnknownNode)
    #expect(error(["block?"], ["fc"])?.id == .extractStart)
  }

  @Test func `the given tensor is not written, and gradients reach it`() throws {
    let whole = try residual([], ["block1.bn1", "stem", "fc"])
    let input = try Tensor(SafetensorsFile(Fixtures.path("edits/goldens.safetensors")).array("x"))
    let features = try whole(input)
    let (value, stem) = (try features["block1.bn1"].detach(), try features["stem"].detach())
    let before = try value.floats()
    // The next node is a relu in place.
    let rest = try residual(["block1.bn1", "stem"], ["fc", "block1.bn1"])
    try value.setRequiresGrad(true)
    let found = try rest(value, stem)
    #expect(try found["fc"].floats() == features["fc"].floats())
    #expect(try found["block1.bn1"].floats() == before)
    #expect(try value.floats() == before)
    try found["fc"].sum().backward()
    #expect(try value.gradient()?.sizes == value.sizes)
  }

  @Test func `it is saved and loaded, and what it does not need is not in the file`() throws {
    try withTemporaryFolder { folder in
      let input = try Tensor(SafetensorsFile(Fixtures.path("edits/goldens.safetensors")).array("x"))
      let features = try residual([], ["block1", "fc"])(input)
      let rest = try residual(["block1"], ["fc"])
      try rest.save(to: folder + "/rest.xylem")
      let loaded = try FeatureExtractor(path: folder + "/rest.xylem")
      #expect(loaded.argumentNames == ["block1"])
      #expect(try loaded(features["block1"])["fc"].floats() == features["fc"].floats())
      let error = #expect(throws: XylemError.self) { try rest.saveTorchScript(to: folder + "/rest.pt") }
      #expect(error?.id == .extractUnsavable)
      #expect(loaded.state.map(\.key).allSatisfy { $0.hasPrefix("block2") || $0.hasPrefix("fc") })
    }
  }

  @Test func `an extractor that starts elsewhere refuses other requests`() throws {
    let rest = try residual(["block1"], ["fc"])
    let error = #expect(throws: XylemError.self) { try FeatureExtractor(of: rest, returning: ["block2"]) }
    #expect(error?.id == .extractStart)
  }
}
