import Foundation
import Testing
import XylemFiles
import XylemGraph
import XylemTensor
import XylemTestSupport
import XylemTrace

@testable import XylemExtract

/// Files of saved extractors in the forms that they had before.
@Suite("Forms of saved extractors", .needsRuntime)
struct SavedFormTests {
  @Test(
    "a file whose requests have names alone is the same extractor", arguments: ["layer1", "layer2.0.conv1", "output"])
  func namesAlone(_ request: String) throws {
    let folder = NSTemporaryDirectory() + "xylem-forms-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let model = try ScriptModel(path: Fixtures.path("zoo/resnet18.pt"))
    let extractor = try FeatureExtractor(of: model, returning: [ReturnRequest(request)])
    try extractor.save(to: folder + "/now.xylem")
    let contents = try SafetensorsFile(folder + "/now.xylem")
    let text = Data(try contents.array(ExtractorFile.name).bytes)
    var document = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
    var plans = try #require(document["plans"] as? [String: [String: Any]])
    for mode in plans.keys {
      let requests = try #require(plans[mode]?["requests"] as? [[String: Any]])
      #expect(requests.allSatisfy { $0["meaning"] != nil })
      plans[mode]?["requests"] = requests.map { $0.filter { $0.key != "meaning" } }
    }
    document["plans"] = plans
    try ExtractorFile.write(document, like: contents, to: folder + "/before.xylem")
    let loaded = try FeatureExtractor(path: folder + "/before.xylem")
    let image = Value.tensor(try Goldens.formula([1, 3, 32, 32]))
    #expect(try loaded([image])[request]?.tensor?.floats() == extractor([image])[request]?.tensor?.floats())
    #expect(loaded.plan.keys == [request])
  }

  // MARK: - Files that an earlier version wrote

  private static let names = ["literals", "modes", "structures"]

  /// What a key stands for: the module that returned it, or "output", and the steps into that.
  private static let meanings: [String: [String: (source: String, steps: [Step])]] = [
    "literals": ["linear": ("linear", []), "all": ("output", []), "complex": ("output", [.index(1)])],
    "structures": [
      "linear": ("linear", []), "sum": ("mixer", [.key("sum"), .index(0)]), "named": ("mixer", [.key("named")]),
      "all": ("output", [.key("all")]), "output": ("output", []),
    ],
    "modes": [
      "body": ("body", []), "norm": ("norm", []), "last": ("head", []), "first": ("output", [.index(0)]),
      "second": ("output", [.index(1)]), "output": ("output", []),
    ],
  ]

  /// A step into a golden value.
  private enum Step {
    case index(Int)
    case key(String)
  }

  private func part(of golden: Any, _ steps: [Step]) throws -> Any {
    var current = golden
    for step in steps {
      let object = try #require(current as? [String: Any])
      switch step {
      case .index(let index): current = try #require(object["tuple"] as? [Any])[index]
      case .key(let key):
        let entries = try #require(object["dict"] as? [[Any]])
        current = try #require(entries.first { $0[0] as? String == key })[1]
      }
    }
    return current
  }

  @Test("a graph with literals and structures of every kind is read, and written as the same bytes", arguments: names)
  func graphs(_ name: String) throws {
    struct GraphFile: Codable {
      let schema: Int
      let model: String
      let mode: String
      let naming: String
      let graph: Graph
    }
    let data = try #require(FileManager.default.contents(atPath: Fixtures.path("saved/\(name).graph.json")))
    let file = try JSONDecoder().decode(GraphFile.self, from: data)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    #expect(try String(decoding: encoder.encode(file) + [10], as: UTF8.self) == String(decoding: data, as: UTF8.self))

    let policy = name == "structures" ? LeafPolicy().leaf(type: "Mixer") : LeafPolicy()
    let options = TraceOptions(
      mode: try #require(Mode(rawValue: file.mode)), policy: policy, makesLeaves: name == "modes",
      symbolic: name == "literals" ? ["scale"] : [])
    let model = try ScriptModel(path: Fixtures.path("saved/\(name).pt"))
    #expect(try model.trace(options).graph == file.graph)
  }

  @Test("a saved extractor has its keys, nodes and values in both modes", arguments: names)
  func extractors(_ name: String) throws {
    let text = try #require(FileManager.default.contents(atPath: Fixtures.path("saved/goldens.json")))
    let goldens = try #require(try JSONSerialization.jsonObject(with: text) as? [String: [String: Any]])
    let runs = try #require(goldens[name]?["cases"] as? [[String: Any]])
    let keys = [
      "literals": [Mode.eval: ["linear", "mul", "all", "complex"], .train: ["linear", "mul", "all", "complex"]],
      "structures": [
        .eval: ["linear", "sum", "named", "all", "output"], .train: ["linear", "sum", "named", "all", "output"],
      ],
      "modes": [.eval: ["body", "first", "output"], .train: ["body", "norm", "last", "second"]],
    ]
    for run in runs {
      for mode in Mode.allCases {
        let loaded = try FeatureExtractor(path: Fixtures.path("saved/\(name).xylem"))
        if mode == .train { try loaded.train() }
        #expect(loaded.plan.keys == keys[name]?[mode])
        var inputs = try (run["inputs"] as? [Any] ?? []).map(Goldens.value)
        if name == "literals" { inputs.append(.float(0.1)) }
        let features = try loaded(inputs)
        let golden = try #require(run[mode.rawValue] as? [String: Any])
        let modules = try #require(golden["modules"] as? [String: [Any]])
        for (key, value) in zip(features.keys, features.values) {
          // No module returns the product.
          guard let meaning = Self.meanings[name]?[key] else {
            #expect(key == "mul")
            continue
          }
          let whole = meaning.source == "output" ? golden["output"] : modules[meaning.source]?[0]
          let expected = try part(of: #require(whole), meaning.steps)
          #expect(try Goldens.difference(value, expected, at: key) == nil, "\(name) in \(mode)")
        }
      }
    }
  }
}
