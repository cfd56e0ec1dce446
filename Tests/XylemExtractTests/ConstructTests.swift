import Foundation
import Testing
import XylemErrors
import XylemExtract
import XylemGraph
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Small scripted modules, one for each construct of the language, compared with what PyTorch computed.
@Suite("Constructs of the language", .needsRuntime)
struct ConstructTests {
  struct Case: CustomStringConvertible, Sendable {
    let name: String
    /// The archive.
    let path: String
    let json: Data
    var description: String { name }
  }

  static let cases: [Case] = cases(in: "constructs") + cases(in: "control") + cases(in: "old")

  static func cases(in folder: String) -> [Case] {
    guard let data = FileManager.default.contents(atPath: Fixtures.path("\(folder)/goldens.json")),
      let all = try? JSONSerialization.jsonObject(with: data) as? [String: [String: Any]]
    else { return [] }
    return all.keys.sorted().compactMap { name in
      guard let value = all[name], let archive = value["archive"] as? String,
        let json = try? JSONSerialization.data(withJSONObject: value)
      else { return nil }
      return Case(name: name, path: Fixtures.path("\(folder)/\(archive)"), json: json)
    }
  }

  @Test("the fixtures are there")
  func fixturesExist() {
    #expect(Self.cases(in: "constructs").count > 100)
    #expect(Self.cases(in: "control").count > 15)
    #expect(Self.cases(in: "old").count == 6)
  }

  @Test("forward's result and every module's equal PyTorch's in both modes", arguments: cases)
  func equalsPyTorch(_ item: Case) throws {
    let golden = try #require(try JSONSerialization.jsonObject(with: item.json) as? [String: Any])
    for run in golden["cases"] as? [[String: Any]] ?? [] {
      guard let method = run["method"] as? String, method == "forward" || method == "forward__0" else { continue }
      for mode in Mode.allCases {
        guard let result = run[mode.rawValue] as? [String: Any] else { continue }
        // A fresh model for each run: some write their own attributes.
        let model = try ScriptModel(path: item.path)
        // Fresh inputs for each run: some constructs write what they are given.
        let inputs: () throws -> [Value] = { try (run["inputs"] as? [Any] ?? []).map(Goldens.value) }
        let options = TraceOptions(mode: mode, makesLeaves: true, symbolic: try model.names(of: inputs()))
        if result["raises"] != nil {
          #expect(throws: XylemError.self, "\(item.name) in \(mode)") {
            try FeatureExtractor(of: model, returning: ["output"], options: options, modes: [mode])(inputs())
          }
          continue
        }
        let extractor = try FeatureExtractor(of: model, returning: ["output"], options: options, modes: [mode])
        if Self.needsKernels.contains(item.name) {
          let error = #expect(throws: XylemError.self) { try extractor(inputs()) }
          #expect((error?.cause as? XylemError)?.id == .runtimeMissingKernel, "\(item.name) in \(mode)")
          continue
        }
        let output = try #require(try extractor(inputs())["output"])
        let wrong = try Goldens.difference(output, result["output"] ?? NSNull())
        #expect(wrong == nil, "\(item.name) in \(mode)")
        try compareModules(item, result["modules"] as? [String: [Any]] ?? [:], inputs, options)
      }
    }
  }

  /// Constructs that call operators which nothing in these tests implements.
  static let needsKernels: Set<String> = ["custom_operator", "torchvision_operators"]

  /// Every call of every module, each alone; modules that a region hides are named by a note.
  private func compareModules(
    _ item: Case, _ goldens: [String: [Any]], _ inputs: () throws -> [Value], _ options: TraceOptions
  ) throws {
    for (path, calls) in goldens.sorted(by: { $0.key < $1.key }) {
      for (ordinal, expected) in calls.enumerated() {
        let model = try ScriptModel(path: item.path)
        let trace = try model.trace(options)
        let traced = trace.graph.calls.filter { $0.path == path }
        guard !traced.isEmpty else {
          let isHidden = trace.notes.contains { note in
            note.kind == .automaticRegion || note.hiddenModules.contains(path)
          }
          #expect(isHidden, "\(item.name): \(path) is neither traced nor noted as hidden")
          continue
        }
        #expect(traced.count == calls.count, "\(item.name): calls of \(path)")
        let request = ReturnRequest("\(path)#\(ordinal)", as: "value")
        let extractor = try FeatureExtractor(of: model, returning: [request], options: options, modes: [options.mode])
        let value = try #require(try extractor(inputs())["value"])
        let wrong = try Goldens.difference(value, expected, at: "\(path)#\(ordinal)")
        #expect(wrong == nil, "\(item.name) in \(options.mode)")
      }
    }
  }
}
