import Foundation
import Testing
import XylemErrors
import XylemExtract
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// An archive is a program of whoever made it: without permission, its code reaches no files.
@Suite("Operators that reach files", .needsRuntime, .serialized)
struct FileOperatorTests {
  private let written = "xylem-test-written"

  private func load(_ name: String, allowed: Bool = false) throws -> ScriptModel {
    try ScriptModel(path: Fixtures.path("outside/\(name).pt"), allowsFileOperators: allowed)
  }

  /// Whether the model's file is there; it is removed.
  private func wroteFile() -> Bool {
    defer { try? FileManager.default.removeItem(atPath: written) }
    return FileManager.default.fileExists(atPath: written)
  }

  private func input() throws -> [Value] {
    [.tensor(try Tensor([Float](repeating: 1, count: 4), shape: [4]))]
  }

  @Test(
    "tracing refuses them, in every mode and with automatic leaves", arguments: ["saves", "saves_in_child", "reads"])
  func tracing(_ name: String) throws {
    for mode in Mode.allCases {
      for makesLeaves in [false, true] {
        let model = try load(name)
        let error = #expect(throws: XylemError.self) {
          try model.trace(TraceOptions(mode: mode, makesLeaves: makesLeaves))
        }
        #expect(error?.id == .traceFileOperator)
        #expect(error?.place.source?.contains("outside.py:") == true)
        #expect(
          error?.remedies == [
            "ScriptModel(path: path, allowsFileOperators: true)  // only for a model whose author you trust"
          ])
        #expect(!wroteFile())
      }
    }
  }

  @Test("a leaf that hides one is listed, and refused where it would run")
  func hiddenInLeaf() throws {
    let model = try load("saves_in_child")
    let options = TraceOptions(policy: LeafPolicy().leaf(type: "Saves"))
    #expect(try model.trace(options).nodeNames == ["x", "child", "mul"])
    let error = #expect(throws: XylemError.self) {
      try FeatureExtractor(of: model, returning: ["mul"], options: options, modes: [.eval])
    }
    #expect(error?.id == .extractFileOperator)
    #expect(!wroteFile())
  }

  @Test("so is a region that hides one")
  func hiddenInRegion() throws {
    let model = try load("saves_on_data")
    let options = TraceOptions(makesLeaves: true)
    #expect(try model.trace(options).nodeNames.contains("if"))
    let error = #expect(throws: XylemError.self) {
      try FeatureExtractor(of: model, returning: ["output"], options: options, modes: [.eval])(input())
    }
    #expect(error?.id == .extractFileOperator)
    #expect(!wroteFile())
  }

  @Test("code that runs while an archive is loaded is refused, and the same code runs later")
  func whileLoading() throws {
    let error = #expect(throws: XylemError.self) { try load("saves_when_loaded") }
    #expect(error?.id == .archiveFileOperator)
    #expect(!wroteFile())
    let model = try load("state_of_its_own")
    let extractor = try FeatureExtractor(of: model, returning: ["output"], modes: [.eval])
    #expect(try extractor(input())["output"]?.tensor?.floats() == [1, 2, 3, 4])
  }

  @Test("with permission they are nodes, and run where their values are needed; never while tracing")
  func allowed() throws {
    let model = try load("reads", allowed: true)
    let trace = try model.trace()
    #expect(trace.nodeNames.contains("from_file"))
    try Data([1, 2, 3, 4]).write(to: URL(fileURLWithPath: "xylem-test-secret"))
    defer { try? FileManager.default.removeItem(atPath: "xylem-test-secret") }
    let extractor = try FeatureExtractor(of: model, returning: ["output"], modes: [.eval])
    #expect(try extractor(input())["output"]?.tensor?.floats() == [11, 11, 11, 11])
    _ = try load("saves", allowed: true).trace()
    #expect(!wroteFile())
    _ = try load("saves_when_loaded", allowed: true)
    #expect(wroteFile())
  }

  @Test("a saved extractor needs the permission again")
  func saved() throws {
    let model = try load("reads", allowed: true)
    let extractor = try FeatureExtractor(of: model, returning: ["output"], modes: [.eval])
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("xylem-\(UUID().uuidString).xylem").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try extractor.save(to: path)
    let error = #expect(throws: XylemError.self) { try FeatureExtractor(path: path) }
    #expect(error?.id == .extractFileOperator)
    _ = try FeatureExtractor(path: path, allowsFileOperators: true)
  }
}
