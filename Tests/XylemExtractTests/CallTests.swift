import Foundation
import Testing
import XylemErrors
import XylemExtract
import XylemGraph
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// How modules are called: by which method, with which hooks, under which path, as part of the trace and as a whole, with
/// lists and dictionaries that belong to the caller. Everything is compared with what PyTorch gave.
@Suite("Calls of modules", .needsRuntime)
struct CallTests {
  /// One archive, traced one way.
  struct Case: CustomStringConvertible, Sendable {
    let name: String
    let way: String
    let options: TraceOptions
    let json: Data
    var description: String { "\(name), \(way)" }

    func golden() throws -> [String: Any] {
      try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    }

    func values() throws -> [String: Any] { try #require(try golden()["values"] as? [String: Any]) }

    /// What requests mean. The path of a leaf that is called several times is left out: it is the name of the first call's node.
    func requests() throws -> [String] {
      let requests = try values().keys.filter { $0 != "second" }.sorted()
      let trace = try ScriptModel(path: Fixtures.path("calls/\(name).pt")).trace(options)
      return requests.filter {
        trace.graph.node(named: $0) == nil || trace.callCounts[$0, default: 0] < 2 || isNode($0)
      }
    }

    /// Whether a golden is that of a node, `relu` where `relu_1` is one too.
    private func isNode(_ request: String) -> Bool { (try? values().keys.contains(request + "_1")) == true }

    /// Fresh inputs: some models write them.
    func inputs() throws -> [Value] {
      var shift = 0
      return try (golden()["shapes"] as? [[Int]] ?? []).map { shape in
        defer { shift += shape.reduce(1, *) }
        return .tensor(try Goldens.formula(shape, shift: shift))
      }
    }

    /// A fresh model: some keep what they saw.
    func extractor(_ requests: [String]) throws -> FeatureExtractor {
      try FeatureExtractor(
        of: ScriptModel(path: Fixtures.path("calls/\(name).pt")), returning: requests.map { ReturnRequest($0) },
        options: options, modes: [.eval])
    }
  }

  static let cases: [Case] = {
    guard let data = FileManager.default.contents(atPath: Fixtures.path("calls/goldens.json")),
      let all = try? JSONSerialization.jsonObject(with: data) as? [String: [String: Any]]
    else { return [] }
    var cases: [Case] = []
    for (name, golden) in all.sorted(by: { $0.key < $1.key }) {
      guard let json = try? JSONSerialization.data(withJSONObject: golden) else { continue }
      func add(_ way: String, _ options: TraceOptions) {
        cases.append(Case(name: name, way: way, options: options, json: json))
      }
      if golden["plain"] as? Bool == true { add("traced through", TraceOptions()) }
      add("automatic leaves", TraceOptions(makesLeaves: true))
      for type in golden["leaves"] as? [String] ?? [] {
        add("leaf \(type)", TraceOptions(policy: LeafPolicy().leaf(type: type)))
      }
      for function in golden["wraps"] as? [String] ?? [] {
        add("wrapped \(function)", TraceOptions(policy: LeafPolicy().wrap(function)))
      }
    }
    return cases
  }()

  @Test("the fixtures are there")
  func fixturesExist() { #expect(Self.cases.count > 40) }

  @Test("every request returns PyTorch's value, alone and with all others", arguments: cases)
  func equalsPyTorch(_ item: Case) throws {
    let (values, requests) = (try item.values(), try item.requests())
    let together = try item.extractor(requests)(item.inputs())
    for request in requests {
      let expected = try #require(values[request])
      for features in [together, try item.extractor([request])(item.inputs())] {
        let found = try #require(features[request], "\(request) of \(item)")
        let wrong = try Goldens.difference(found, expected, at: request)
        #expect(wrong == nil, "\(item)")
      }
    }
  }

  @Test("a second call sees the state that the first one left", arguments: cases)
  func runsAgain(_ item: Case) throws {
    let values = try item.values()
    guard let second = values["second"], values["output"] != nil else { return }
    let extractor = try item.extractor(["output"])
    _ = try extractor(item.inputs())
    let wrong = try Goldens.difference(try #require(try extractor(item.inputs())["output"]), second)
    #expect(wrong == nil, "\(item)")
  }

  @Test("saved extractors give the same, as a file of Xylem's and as TorchScript", arguments: cases)
  func savedEqualsPyTorch(_ item: Case) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("xylem-calls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (values, requests) = (try item.values(), try item.requests())
    let path = folder.appendingPathComponent("features").path

    try item.extractor(requests).save(to: path + ".xylem")
    let loaded = try FeatureExtractor(path: path + ".xylem")(item.inputs())
    for request in requests {
      let wrong = try Goldens.difference(try #require(loaded[request]), try #require(values[request]), at: request)
      #expect(wrong == nil, "\(item) in a .xylem file")
    }

    // TorchScript's features are tensors.
    let tensors = requests.filter { (values[$0] as? [String: Any])?["tensor"] != nil }
    guard !tensors.isEmpty else { return }
    try item.extractor(tensors).saveTorchScript(to: path + ".pt")
    let module = try ScriptArchive(path: path + ".pt").root()
    let forward = try Callable(
      try #require(module.method("forward")), known: [module] + item.inputs().map { _ in nil }, modes: [])
    let result = try #require(try forward([.object(module.object)] + item.inputs()).first)
    guard case .dictionary(let entries) = try result.unpacked() else {
      Issue.record("\(item): no dictionary")
      return
    }
    let keys = entries.map { if case .literal(.string(let key)) = $0.key { key } else { "" } }
    #expect(keys == tensors)
    for entry in entries {
      guard case .literal(.string(let key)) = entry.key else { continue }
      let wrong = try Goldens.difference(entry.value, try #require(values[key]), at: key)
      #expect(wrong == nil, "\(item) as TorchScript")
    }
  }

  @Test("a list that a leaf only reads stays known, so that a loop over it is traced")
  func readingKeepsListsKnown() throws {
    let model = try ScriptModel(path: Fixtures.path("calls/wrapped_pure.pt"))
    let trace = try model.trace(TraceOptions(policy: LeafPolicy().wrap("pure")))
    #expect(trace.nodeNames == ["x", "add", "pure", "add_1", "add_2"])
  }

  @Test("a traced archive has the names of the scripted one, with its source ranges and without")
  func tracedNamesAreScripted() throws {
    let scripted = try ScriptModel(path: Fixtures.path("calls/siamese.pt")).trace()
    for name in ["siamese_traced", "siamese_traced_bare"] {
      let traced = try ScriptModel(path: Fixtures.path("calls/\(name).pt")).trace()
      #expect(traced.nodeNames == scripted.nodeNames)
      #expect(traced.callCounts == scripted.callCounts)
    }
  }

  @Test("a module of several paths is named by the first one, in scripted and traced archives and both namings")
  func severalPaths() throws {
    for naming in Naming.allCases {
      let scripted = try ScriptModel(path: Fixtures.path("calls/two_paths.pt")).trace(TraceOptions(naming: naming))
      let traced = try ScriptModel(path: Fixtures.path("calls/two_paths_traced.pt")).trace(TraceOptions(naming: naming))
      let names = ["x", "block.fc", "body.1.fc", "block.fc_1", "block.fc_2", "body.1.fc_1"]
      #expect(scripted.nodeNames == names)
      #expect(traced.nodeNames == names)
    }
  }

  @Test("a method named forward1 is not a second call of forward")
  func ownForward1() throws {
    let model = try ScriptModel(path: Fixtures.path("calls/own_forward1.pt"))
    let trace = try model.trace(TraceOptions(policy: LeafPolicy().leaf(type: "OwnForward1")))
    #expect(trace.nodeNames == ["x", "own.forward1", "getitem", "getitem_1", "add", "own"])
  }
}
