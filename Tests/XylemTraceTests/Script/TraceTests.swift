import Testing
import XylemErrors
import XylemGraph
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

@Suite("Tracing archives", .needsRuntime)
struct TraceTests {
  private func model(_ name: String) throws -> ScriptModel {
    try ScriptModel(path: Fixtures.path("constructs/\(name).pt"))
  }

  @Test("untraceable code is an error with module, source line, value and remedies")
  func errorSaysWhere() throws {
    let model = try ScriptModel(path: Fixtures.path("models/efficientnet_lite0.pt"))
    let error = #expect(throws: XylemError.self) { try model.trace() }
    #expect(error?.id == .traceConcreteValue)
    #expect(error?.place.modulePath == "conv_stem")
    #expect(error?.place.moduleType == "timm.layers.conv2d_same.Conv2dSame")
    #expect(error?.place.source?.hasSuffix("padding.py:28") == true)
    #expect(error?.remedies.first?.hasPrefix("TraceOptions(shapes: [\"\": [1, 3, 224, 224]])") == true)
    #expect(error?.remedies.dropFirst().first == "TraceOptions(policy: LeafPolicy().leaf(type: \"Conv2dSame\"))")
  }

  @Test("an 'if' on data is an error, and a region where leaves may be made")
  func dataDependentBranch() throws {
    let model = try model("if_on_data")
    let error = #expect(throws: XylemError.self) { try model.trace() }
    #expect(error?.id == .traceControlFlow)
    let trace = try model.trace(TraceOptions(makesLeaves: true))
    #expect(trace.notes.contains { $0.kind == .automaticRegion && $0.location != nil })
    #expect(trace.graph.nodes.contains { if case .region = $0.operation { true } else { false } })
  }

  @Test("a module's own name is never given to another node")
  func trailingDigits() throws {
    let model = try model("trailing_digits")
    let trace = try model.trace()
    for node in trace.graph.nodes {
      if case .leafModule(let leaf) = node.operation {
        #expect(node.name == leaf.path || node.name.hasPrefix(leaf.path + "_"))
        #expect(model.module(at: node.name) == nil || node.name == leaf.path, "\(node.name)")
      } else {
        #expect(model.module(at: node.name) == nil, "\(node.name)")
      }
    }
  }

  @Test("a batch norm, and a GRU, as the root is one leaf node", arguments: ["root_batch_norm", "root_gru"])
  func leafAsRoot(_ name: String) throws {
    guard let model = try? model(name) else { return }
    let trace = try model.trace()
    #expect(trace.graph.nodes.filter { if case .leafModule = $0.operation { true } else { false } }.count == 1)
  }

  @Test("a module that is frozen in a model that trains keeps its mode in both traces")
  func frozenNorm() throws {
    let model = try model("frozen_norm")
    #expect(!model.pinnedModules.isEmpty)
    for mode in Mode.allCases {
      let trace = try model.trace(TraceOptions(mode: mode))
      #expect(trace.pinnedModules == model.pinnedModules.map(\.path))
      #expect(trace.notes.contains { $0.kind == .pinnedMode })
    }
  }

  @Test("tracing leaves every flag and every buffer as it was, also where it fails")
  func modelIsUntouched() throws {
    for name in ["if_on_data", "counter_attribute", "buffer_in_place", "frozen_norm"] {
      let model = try model(name)
      let before = try snapshot(model)
      _ = try? model.trace(TraceOptions(mode: .train))
      _ = try? model.trace(TraceOptions(mode: .eval))
      #expect(try snapshot(model) == before, "\(name)")
    }
  }

  private func snapshot(_ model: ScriptModel) throws -> [String] {
    var found: [String] = []
    for module in model.modules {
      for attribute in try module.object.attributes() {
        let path = module.path + "." + attribute.name
        switch attribute.value {
        case .tensor(let tensor): found.append("\(path) \(try tensor.floats())")
        case .object(let object) where object.kind == .module: continue
        case .object(let object): found.append("\(path) \(object.summary)")
        default: found.append("\(path) \(attribute.value)")
        }
      }
    }
    return found
  }

  @Test("an argument fixed to a value takes its branch, and one that forward lacks is an error with near names")
  func concreteArguments() throws {
    let model = try model("default_arguments")
    let last = try #require(try model.forwardArguments().last?.name)
    let trace = try model.trace(TraceOptions(makesLeaves: true, concrete: [last: .bool(false)]))
    #expect(!trace.graph.placeholders.map(\.placeholder.name).contains(last))
    let error = #expect(throws: XylemError.self) { try model.trace(TraceOptions(concrete: ["nope": .int(1)])) }
    #expect(error?.id == .traceUnknownArgument)
  }

  @Test("a rule that matches nothing is noted, and matching rules are written on their nodes")
  func rules() throws {
    let model = try ScriptModel(path: Fixtures.path("zoo/resnet18.pt"))
    let policy = LeafPolicy().leaf(path: "layer1.*").leaf(type: "NoSuchType").leaf(type: "BasicBlock")
    let trace = try model.trace(TraceOptions(policy: policy))
    #expect(trace.notes.filter { $0.kind == .unusedRule }.map(\.reason) == ["the rule 'NoSuchType' matched nothing"])
    #expect(trace.graph.node(named: "layer1.0")?.rule == "path:layer1.*")
    #expect(trace.graph.node(named: "layer2.1")?.rule == "BasicBlock")
    #expect(
      trace.nodeNames == [
        "x", "conv1", "bn1", "relu", "maxpool", "layer1.0", "layer1.1", "layer2.0", "layer2.1", "layer3.0", "layer3.1",
        "layer4.0", "layer4.1", "avgpool", "flatten", "fc",
      ])
  }

  @Test("without default leaves the layers are traced down to operators, with the same features' nodes at their ends")
  func noDefaultLeaves() throws {
    let model = try ScriptModel(path: Fixtures.path("zoo/resnet18.pt"))
    let trace = try model.trace(TraceOptions(policy: LeafPolicy(includesDefaults: false), makesLeaves: true))
    #expect(trace.nodeNames.contains("conv1.conv2d"))
    #expect(!trace.graph.nodes.contains { if case .leafModule = $0.operation { true } else { false } })
  }

  @Test(
    "every graph is valid and reads back equal from its file form",
    arguments: [
      "resnet18", "fasterrcnn_resnet50_fpn", "raft_small", "vit_b_16",
    ])
  func graphsAreValid(_ name: String) throws {
    let model = try ScriptModel(path: Fixtures.path("zoo/\(name).pt"))
    for mode in Mode.allCases {
      let trace = try model.trace(TraceOptions(mode: mode, makesLeaves: true))
      #expect(trace.graph.validate() == [])
    }
  }
}
