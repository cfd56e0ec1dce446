import Testing
import XylemGraph
import XylemTestSupport
import XylemTrace

/// A model's archive of torch.export has the node names of its TorchScript archive.
@Suite(.needsRuntime) struct ExportedNameTests {
  /// Nodes that only the TorchScript archive has: sizes that torch.export keeps as numbers, and their elements.
  private static let sizes: [String: [String]] = [
    "deeplabv3_mobilenet_v3_large": ["size", "getitem", "classifier.0.convs.4.size", "classifier.0.convs.4.getitem"],
    "fcn_resnet50": ["size", "getitem"],
    "lraspp_mobilenet_v3_large": ["classifier.size", "classifier.getitem", "size", "getitem"],
  ]

  /// The names in order, and those of parameters and buffers by themselves: torch.export lists a parameter where an
  /// operator reads it, TorchScript where the code mentions it.
  private func names(_ trace: Trace) -> (others: [String], state: Set<String>) {
    let nodes = trace.graph.nodes.filter { $0.isListed && $0.operation != .output }
    func isState(_ node: Node) -> Bool { if case .attribute = node.operation { true } else { false } }
    return (nodes.filter { !isState($0) }.map(\.name), Set(nodes.filter(isState).map(\.name)))
  }

  @Test(
    arguments: [
      "alexnet", "convnext_tiny", "deeplabv3_mobilenet_v3_large", "fcn_resnet50", "lraspp_mobilenet_v3_large",
      "resnet18",
    ], Mode.allCases)
  func `names are those of the TorchScript archive`(model: String, mode: Mode) throws {
    let exported = try ExportedModel(path: Fixtures.path("exported/\(model).pt2"))
    let script = try ScriptModel(path: Fixtures.path("zoo/\(model).pt"))
    let (found, wanted) = (
      try names(exported.trace(TraceOptions(mode: mode))), try names(script.trace(TraceOptions(mode: mode)))
    )
    let missing = Self.sizes[model] ?? []
    #expect(found.others == wanted.others.filter { !missing.contains($0) })
    #expect(Set(wanted.others).isSuperset(of: missing))
    #expect(found.state == wanted.state)
  }

  @Test(arguments: ["resnet18", "convnext_tiny"])
  func `without signatures names are the same, and a note says that results are inferred`(model: String) throws {
    let whole = try ExportedModel(path: Fixtures.path("exported/\(model).pt2")).trace()
    let bare = try ExportedModel(path: Fixtures.path("exported/\(model)_bare.pt2"))
    #expect(bare.modes.contains(.eval))
    let trace = try bare.trace()
    #expect(trace.notes.contains { $0.kind == .inferredResult && $0.path.isEmpty })
    #expect(!whole.notes.contains { $0.kind == .inferredResult })
    // Modules that return their input run no operator, and only their signatures tell of them.
    let silent = Set(whole.graph.nodes.filter { $0.operation.isIdentity }.map(\.name))
    #expect(trace.nodeNames == whole.nodeNames.filter { !silent.contains($0) })
    let (calls, own) = (whole.graph.calls.filter { !$0.isLeaf }, trace.graph.calls.filter { !$0.isLeaf })
    #expect(own.map(\.path) == calls.map(\.path))
  }

  @Test func `every trace of a small archive is a valid graph, and one without default leaves has operators alone`()
    throws
  {
    for name in Fixtures.names(in: "exported", ending: ".pt2") where name.hasPrefix("small_") {
      let model = try ExportedModel(path: Fixtures.path("exported/\(name)"))
      for mode in model.modes {
        for policy in [LeafPolicy(), LeafPolicy(includesDefaults: false)] {
          let trace = try model.trace(TraceOptions(mode: mode, policy: policy))
          #expect(trace.graph.validate().isEmpty, "\(name)")
          let leaves = trace.graph.nodes.filter { if case .leafModule = $0.operation { true } else { false } }
          #expect(leaves.isEmpty || policy.includesDefaults, "\(name)")
        }
      }
    }
  }
}

extension Operation {
  fileprivate var isIdentity: Bool {
    if case .leafModule(let leaf) = self { leaf.type == "torch.nn.modules.linear.Identity" } else { false }
  }
}
