import Foundation
import Testing
import XylemTestSupport

@testable import XylemTrace

/// The names that the namer gives, call by call.
@Suite struct NodeNamerTests {
  /// Calls in a model, and the names that torchvision gave to them.
  struct Sequence: Decodable {
    /// A module's path, and an operation in the module or nil for a call of the module.
    let calls: [[String?]]
    let names: [String]
  }

  private func name(_ call: [String?], _ namer: inout NodeNamer) -> String {
    let path = call[0] ?? ""
    return call[1].map { namer.name(forOperation: $0, in: path) } ?? namer.name(forModule: path, rootType: "Net")
  }

  @Test func `torchvision's names are those that torchvision gives, and a name that it gives twice is primed`() throws {
    let sequences = try JSONDecoder().decode(
      [Sequence].self, from: Data(contentsOf: Fixtures.folder.appending(path: "goldens/namer.json")))
    #expect(sequences.count == 200)
    for sequence in sequences {
      var namer = NodeNamer(naming: .torchvision, modulePaths: [])
      let found = sequence.calls.map { name($0, &namer) }
      #expect(found.map { $0.prefix { $0 != "'" } } == sequence.names.map { $0[...] })
      #expect(Set(found).count == found.count)
    }
  }

  @Test func `with exact naming a call keeps its path, and later calls are numbered around the names of modules`() {
    let paths: Set = ["relu", "relu_1", "block", "block.add", "ln_2"]
    var namer = NodeNamer(naming: .exact, modulePaths: paths)
    let calls: [[String?]] = [
      ["relu", nil], ["relu_1", nil], ["relu", nil], ["relu_1", nil], ["", "relu"], ["ln_2", nil], ["ln_2", nil],
      ["block", "add"], ["block", "add"], ["", "add"], ["", "add"], ["block", nil],
    ]
    #expect(
      calls.map { name($0, &namer) } == [
        "relu", "relu_1", "relu_2", "relu_1_1", "relu_3", "ln_2", "ln_2_1", "block.add_1", "block.add_2", "add",
        "add_1", "block",
      ])
  }

  @Test(arguments: 0..<50) func `exact names are unique, and only a module has a module's path`(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    let paths = ["a", "a_1", "a_2", "a.b", "a.b_1", "a.b_1_1", "c_01"]
    var namer = NodeNamer(naming: .exact, modulePaths: Set(paths))
    var seen: Set<String> = []
    var called: Set<String> = []
    for _ in 0..<200 {
      let path = random.pick(paths)
      if random.isOnce(in: 2) {
        let name = namer.name(forModule: path, rootType: "Net")
        #expect(seen.insert(name).inserted)
        #expect(name == path || (called.contains(path) && !paths.contains(name)), "\(name) of \(path)")
        called.insert(path)
      } else {
        let operation = random.pick(["b", "b_1", "add", "add_1"])
        let name = namer.name(forOperation: operation, in: path)
        #expect(seen.insert(name).inserted)
        #expect(name.hasPrefix(path + "." + operation) && !paths.contains(name), "\(name) of \(path)")
      }
    }
  }

  @Test func `an attribute is one flat name in torchvision's naming, and its path in exact naming`() {
    var exact = NodeNamer(naming: .exact, modulePaths: [])
    var torchvision = NodeNamer(naming: .torchvision, modulePaths: [])
    let attributes = ["layer.0.weight", "0.weight", "layer.0.weight", "weight"]
    #expect(
      attributes.map { exact.name(forAttribute: $0, in: "layer.0") } == [
        "layer.0.weight", "0.weight", "layer.0.weight_1", "weight",
      ])
    #expect(
      attributes.map { torchvision.name(forAttribute: $0, in: "") } == [
        "layer_0_weight", "_0_weight", "layer_0_weight_1", "weight",
      ])
  }

  @Test func `hidden nodes have names that no listed node has`() {
    var namer = NodeNamer(naming: .exact, modulePaths: [])
    #expect(namer.name(forHidden: "copy", in: "a") == "a.copy'1")
    #expect(namer.name(forHidden: "copy", in: "") == "copy'2")
    #expect(namer.name(forOperation: "copy", in: "a") == "a.copy")
  }
}
