import Foundation
import Testing
import XylemExtract
import XylemGraph
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Archives of `torch.jit.trace` beside the scripted archives of the same models: the same leaves, the same values.
@Suite("Traced archives", .needsRuntime)
struct TracedArchiveTests {
  /// A few of the models, or with `XYLEM_TEST_ALL` set all of them.
  static let names: [String] = {
    let few = ["mobilenet_v3_small", "resnet18", "shufflenet_v2_x1_0", "squeezenet1_0"]
    guard runsAllTests else { return few }
    let files = try? FileManager.default.contentsOfDirectory(atPath: Fixtures.path("traced"))
    return files?.filter { $0.hasSuffix(".pt") }.map { String($0.dropLast(3)) }.sorted() ?? []
  }()

  private func inputs(_ name: String) throws -> [Value] {
    let data = try #require(FileManager.default.contents(atPath: Fixtures.path("goldens/zoo_features.json")))
    let all = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]])
    let shapes = try #require(all[name]?["inputs"] as? [[Int]])
    return try shapes.map { .tensor(try Goldens.formula($0)) }
  }

  private func leaves(_ trace: Trace) -> [String] {
    trace.graph.nodes.compactMap { if case .leafModule = $0.operation { $0.name } else { nil } }
  }

  @Test("the models are there")
  func modelsExist() { #expect(Self.names.count >= 4) }

  @Test("leaves have the names of the scripted archive, and every module's path means the same value", arguments: names)
  func equalsScripted(_ name: String) throws {
    let scripted = try ScriptModel(path: Fixtures.path("zoo/\(name).pt"))
    let traced = try ScriptModel(path: Fixtures.path("traced/\(name).pt"))
    // Tracing makes operators of Python's arithmetic on sizes, which stay nodes.
    let options = TraceOptions(makesLeaves: true)
    let (one, other) = (try scripted.trace(options), try traced.trace(options))
    #expect(leaves(one) == leaves(other))

    // Tracing writes no code for a module that returns what it was given, and none that says what that was.
    let tensors = other.graph.calls.filter { call in
      call.result.node.map { other.graph[$0].type == "Tensor" } == true && !call.path.isEmpty
    }
    let paths = Set(tensors.map(\.path)).sorted()
    // Nor has it dictionaries: what a module returned in one is a tensor there.
    let structured = Set(one.graph.calls.filter { $0.result.node == nil }.map(\.path))
    #expect(Set(paths).isSubset(of: one.graph.calls.map(\.path)))
    let requests = (paths.filter { !structured.contains($0) } + (structured.contains("") ? [] : ["output"]))
      .map { ReturnRequest($0) }
    let input = try inputs(name)
    let expected = try TensorRuntime.withGradients(false) {
      try FeatureExtractor(of: scripted, returning: requests, options: options, modes: [.eval])(input).tensors()
    }
    let found = try TensorRuntime.withGradients(false) {
      try FeatureExtractor(of: traced, returning: requests, options: options, modes: [.eval])(input).tensors()
    }
    #expect(expected.map(\.key) == found.map(\.key))
    for (a, b) in zip(expected, found) {
      let (left, right) = (try a.tensor.floats(), try b.tensor.floats())
      #expect(left.count == right.count && zip(left, right).allSatisfy { isClose($0, $1) }, "\(a.key) of \(name)")
    }
  }
}
