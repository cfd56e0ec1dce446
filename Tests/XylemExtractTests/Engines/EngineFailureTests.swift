import Foundation
import Testing
import XylemErrors
import XylemExtract
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Engines that are missing, broken or wrong: libtorch computes the features, and a note or a reason says why.
@Suite(.needsRuntime, .needsEngine, .serialized)
struct EngineFailureTests: EngineComparing {
  /// What the engine of the tests does; the numbers are those of `LyingEngine.h`.
  enum Behaviour: Int32, CaseIterable {
    case lies, refuses, lacksAll, hasNoMemory, refusesShapes, crashes, isOfAnotherVersion, computes
  }

  private let path = Fixtures.products.appendingPathComponent("libLyingEngine.so").path

  private func set(_ behaviour: Behaviour, runs: Int32 = -1) throws {
    let handle = try #require(unsafe dlopen(path, RTLD_NOW))
    for (name, value) in [("lying_engine_behaviour", behaviour.rawValue), ("lying_engine_runs", runs)] {
      let symbol = try #require(unsafe dlsym(handle, name))
      unsafe symbol.assumingMemoryBound(to: Int32.self).pointee = value
    }
  }

  @Test(arguments: [
    (Behaviour.lies, "liar differs from libtorch by"), (.refuses, "liar: it does not feel like it"),
    (.lacksAll, "liar lacks aten::"), (.hasNoMemory, "liar: out of memory"),
    (.refusesShapes, "liar: the shape is not to its taste"),
  ])
  func `An engine that lies, refuses or lacks everything computes nothing`(
    behaviour: Behaviour, reason: String
  ) throws {
    try set(behaviour)
    let model = try EngineSubjects.resnet()
    let extractor = try EngineSubjects.compiled(model, ["layer1"])
    extractor.engineOptions.library = path
    let x = try Goldens.formula(EngineSubjects.image)
    let expected = try features(FeatureExtractor(of: model, returning: ["layer1"], modes: [.eval]), [.tensor(x)])
    for _ in 0..<2 {
      try compare(features(extractor, [.tensor(x)])["layer1"], expected["layer1"], "\(behaviour)")
    }
    let report = try #require(extractor.engineReport)
    #expect(report.note == "no part of the plan runs in liar")
    #expect(report.parts.allSatisfy { $0.engine == "torch" })
    let found = try #require(report.parts.first?.reason)
    #expect(found.contains(reason) && !found.contains("second line"), "\(found)")
  }

  private static let chain = """
    class Chain(Module):
      __parameters__ = []
      __buffers__ = []
      training : bool
      def forward(self, x: Tensor) -> Tensor:
        a = torch.neg(x)
        b = torch.relu(a)
        c = torch.neg(b)
        d = torch.tanh(c)
        e = torch.neg(d)
        f = torch.relu(e)
        return torch.neg(f)

    """

  private func chain(_ engine: Engine = .openvino) throws -> FeatureExtractor {
    let extractor = try FeatureExtractor(
      of: ScriptModel(ScriptArchive(source: Self.chain, root: "Chain")), returning: ["output"], modes: [.eval])
    extractor.engineOptions = EngineOptions(engine)
    extractor.engineOptions.library = path
    return extractor
  }

  @Test func `A part that fails its check is split, and only the instruction that fails stays in libtorch`() throws {
    try set(.computes)
    let extractor = try chain()
    let x = try Goldens.formula([2, 5])
    let expected = try features(chain(.torch), [.tensor(x)])["output"]
    for _ in 0..<2 { try compare(features(extractor, [.tensor(x)])["output"], expected, "chain", bound: 0) }
    let report = try #require(extractor.engineReport)
    #expect(report.parts.map(\.engine) == ["liar 1.0", "torch", "liar 1.0"])
    #expect(report.parts.map { "\($0.nodes.first) \($0.nodes.last)" } == ["neg neg_1", "tanh tanh", "neg_2 neg_3"])
    #expect(report.parts[1].reason?.hasPrefix("liar differs from libtorch by") == true)
    #expect(report.note == nil)
  }

  @Test func `An engine that runs out of memory after its check leaves the call, and later ones, to libtorch`() throws {
    try set(.computes)
    let extractor = try chain()
    let inputs = try (0..<3).map { Value.tensor(try Goldens.formula([2, 5], shift: $0)) }
    _ = try features(extractor, [inputs[0]])
    try set(.computes, runs: 1)  // the first of two parts runs
    for input in inputs {
      try compare(
        features(extractor, [input])["output"], features(chain(.torch), [input])["output"], "after the failure",
        bound: 0)
      #expect(
        extractor.engineReport?.note
          == "an engine failed, and libtorch computes the features: out of memory")
    }
  }

  @Test(arguments: ["libSamePadding.so", "nothing.so", "text.so"])
  func `A file that is not an engine is an error for 'openvino', and a note for 'auto'`(name: String) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("engine-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let text = folder.appendingPathComponent("text.so")
    try Data("no library".utf8).write(to: text)
    let file = name == "text.so" ? text.path : Fixtures.products.appendingPathComponent(name).path
    let extractor = try EngineSubjects.compiled(EngineSubjects.resnet(), ["layer1"])
    let x = try Goldens.formula(EngineSubjects.image)
    extractor.engineOptions.library = file
    let error = #expect(throws: XylemError.self) { try features(extractor, [.tensor(x)]) }
    #expect(error?.id == .engineUnloadable)
    extractor.engineOptions.engine = .auto
    let found = try features(extractor, [.tensor(x)])
    #expect(try found["layer1"]?.tensor?.sizes == [1, 64, 16, 16])
    #expect(extractor.engineReport?.note?.hasPrefix("the engine can't be loaded") == true)
  }

  @Test(.needsExecutable) func `An engine that crashes while it compiles ends only the first process of a command`()
    throws
  {
    let run = try bench(.crashes)
    #expect(run.status == 0, "\(run.errors)")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let engine = try #require(json["engine"] as? [String: Any])
    #expect(engine["note"] as? String == "the engine crashed: it was ended by SIGSEGV (Segmentation fault)")
    #expect((json["milliseconds"] as? [Any])?.count == 2)
  }

  @Test(.needsExecutable) func `An engine for another version of its library is not used, and a note says so`() throws {
    let run = try bench(.isOfAnotherVersion)
    #expect(run.status == 0, "\(run.errors)")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let note = try #require((json["engine"] as? [String: Any])?["note"] as? String)
    #expect(note == "the engine can't be loaded: it was built for Liar 1.0 and found 2.0")
  }

  /// Measures a model in a process of its own, with the engine of the tests.
  private func bench(_ behaviour: Behaviour) throws -> (status: Int32, output: String, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Fixtures.executable))
    process.arguments = [
      "bench", Fixtures.path("constructs/root_relu.pt"), "--return", "output", "--input-shape", "1,3,4,4", "--runs",
      "2",
      "--warmup", "0", "--format", "json",
    ]
    let own = ["XYLEM_ENGINE": path, "LYING_ENGINE_BEHAVIOUR": "\(behaviour.rawValue)"]
    process.environment = ProcessInfo.processInfo.environment.merging(own) { $1 }
    let (output, errors) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (output, errors)
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text, complaint)
  }
}
