import Foundation
import Testing
import XylemGraph
import XylemTestSupport
import XylemTrace

/// Names under torchvision's naming against what `get_graph_node_names` returned for the same models.
@Suite("Names of torchvision's models", .needsRuntime)
struct NodeNameTests {
  struct Lists: Decodable, Sendable {
    let train: [String]
    let eval: [String]
  }

  static let goldens: [String: Lists] = {
    guard let data = FileManager.default.contents(atPath: Fixtures.path("goldens/node_names.json")) else { return [:] }
    return (try? JSONDecoder().decode([String: Lists].self, from: data)) ?? [:]
  }()

  /// How many names besides those of leaf modules may be missing or out of order, where it is not none: when an archive is
  /// saved, reading a parameter moves to where it is used.
  static let tolerated: [String: Int] = ["mvit_v1_b": 2]

  @Test("the goldens are there")
  func goldensExist() { #expect(Self.goldens.count == 33) }

  @Test(
    "leaf modules equal the golden list in order, and other names are missing only where it is known why",
    arguments: goldens.keys.sorted())
  func namesEqualGoldens(_ name: String) throws {
    let golden = try #require(Self.goldens[name])
    let model = try ScriptModel(path: Fixtures.path("zoo/\(name).pt"))
    for mode in Mode.allCases {
      let trace = try model.trace(TraceOptions(mode: mode, naming: .torchvision, recordsLocations: false))
      let expected = mode == .train ? golden.train : golden.eval
      let found = trace.nodeNames
      let isLeaf = { (name: String) in
        if case .leafModule? = trace.graph.node(named: name)?.operation { true } else { false }
      }
      let leaves = found.filter(isLeaf)
      let modulePaths = Set(model.modules.map(\.path))
      let expectedLeaves = expected.filter { isLeaf($0) || modulePaths.contains($0) }
      #expect(leaves == expectedLeaves, "leaf modules of \(name) in \(mode)")
      let others = expected.count - expectedLeaves.count
      let moved = expected.difference(from: found).removals.count + expected.difference(from: found).insertions.count
      let wrong = (moved + 1) / 2
      print("\(name) \(mode): \(leaves.count)/\(expectedLeaves.count) leaf modules, \(others - wrong)/\(others) others")
      #expect(wrong <= Self.tolerated[name, default: 0], "other names of \(name) in \(mode)")
    }
  }

  @Test("EfficientNet-Lite0's names equal the golden lists with its automatic leaves, and with a rule for them")
  func efficientNet() throws {
    let data = try #require(
      FileManager.default.contents(atPath: Fixtures.path("goldens/efficientnet_lite0_nodes.json")))
    let golden = try JSONDecoder().decode(Lists.self, from: data)
    let model = try ScriptModel(path: Fixtures.path("models/efficientnet_lite0.pt"))
    for mode in Mode.allCases {
      let expected = mode == .train ? golden.train : golden.eval
      let automatic = try model.trace(TraceOptions(mode: mode, naming: .torchvision, makesLeaves: true))
      #expect(automatic.nodeNames == expected)
      let notes = automatic.notes.filter { $0.kind == .automaticLeaf }
      #expect(
        notes.map(\.path) == [
          "conv_stem", "blocks.1.0.conv_dw", "blocks.2.0.conv_dw", "blocks.3.0.conv_dw", "blocks.5.0.conv_dw",
        ])
      let policy = LeafPolicy().leaf(type: "Conv2dSame")
      let ruled = try model.trace(TraceOptions(mode: mode, naming: .torchvision, policy: policy))
      #expect(ruled.nodeNames == expected)
      #expect(!ruled.notes.contains { $0.kind == .automaticLeaf })
    }
  }
}
