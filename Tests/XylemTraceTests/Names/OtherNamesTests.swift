import Foundation
import Testing
import XylemGraph
import XylemTestSupport
import XylemTrace

/// The names under both namings that one trace has, against those of two traces.
@Suite(.needsRuntime) struct OtherNamesTests {
  /// Archives of every kind of code, and models whose layers have numbers in their names.
  static let archives: [String] = {
    let small = ["constructs", "calls", "control", "modes", "traced"].flatMap { folder in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: Fixtures.path(folder))) ?? []
      // PyTorch itself can't load the names that are not ASCII.
      return names.filter { $0.hasSuffix(".pt") && $0 != "non_ascii_names.pt" }.sorted().map { folder + "/" + $0 }
    }
    return small + ["zoo/vit_b_16.pt", "zoo/googlenet.pt"]
  }()

  @Test func `the archives are there`() { #expect(Self.archives.count > 150) }

  /// The names of the nodes that both namings have. torchvision's also has arguments that keep their defaults.
  private func names(_ trace: Trace) -> [String] {
    let constants = Set(trace.arguments.filter { $0.constant != nil }.map(\.name))
    return trace.graph.nodes.compactMap { node in
      if case .placeholder(let placeholder) = node.operation, constants.contains(placeholder.name) { return nil }
      return node.isListed && node.operation != .output ? node.name : nil
    }
  }

  @Test(arguments: archives) func `one trace has the names that two have`(_ path: String) throws {
    let model = try ScriptModel(path: Fixtures.path(path))
    for mode in Mode.allCases {
      for makesLeaves in [false, true] {
        for naming in Naming.allCases {
          var options = TraceOptions(mode: mode, naming: naming, makesLeaves: makesLeaves, recordsLocations: false)
          var other = options
          other.naming = naming.other
          options.comparesNamings = true
          // What one naming can't trace, the other can't either.
          guard let expected = try? model.trace(other) else { continue }
          let trace = try model.trace(options)
          let found = try #require(trace.otherNames)
          #expect(found.naming == naming.other)
          #expect(trace.graph.nodes.compactMap { found.names[$0.id] } == names(expected), "\(mode), \(naming)")
          // The trace itself is the same, and has no second names unless they are compared.
          options.comparesNamings = false
          let alone = try model.trace(options)
          #expect(alone.nodeNames == trace.nodeNames && alone.otherNames == nil)
        }
      }
    }
  }
}
