import Testing
import XylemErrors
import XylemExtract
import XylemFiles
import XylemGraph
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Edited extractors of models written in Swift and of archives of torch.export: saved, switched, traced again, and as
/// parts of other models.
@Suite("Edited extractors", .needsRuntime, .serialized)
struct EditedModuleTests {
  private final class Net: Module, Layer {
    let first = Linear(4, 4)
    let dropout = Dropout(p: 0.5)
    let relu = ReLU(inplace: true)
    let second = Linear(4, 2)

    func forward(_ x: Tensor) throws -> Tensor { try second(relu(dropout(first(x)))) }
  }

  /// Decides by the number of columns.
  private final class Folded: Module, Layer {
    let scale = Linear(1, 1)

    func forward(_ x: Tensor) throws -> Tensor {
      let y = try scale(x)
      return try x.shape[0] > 2 ? y.sum(dim: 0) : y.mean(dim: 0)
    }
  }

  private final class Holder: Module, Layer {
    let body: FeatureExtractor
    let head = Linear(2, 1)

    init(_ body: FeatureExtractor) { self.body = body }

    func forward(_ x: Tensor) throws -> Tensor { try head(body(x)["second"]) }
  }

  private func input() throws -> Tensor { try Tensor([1, -2, 3, 0.5, -1, 2, 0.25, 4], shape: [2, 4]) }

  private func net() throws -> Net {
    let net = Net()
    try net.eval()
    return net
  }

  @Test func `the rest of a module equals the whole, and a file of it is loaded`() throws {
    try withTemporaryFolder { folder in
      let net = try net()
      let whole = try FeatureExtractor(of: net, returning: ["first", "second"], modes: [.eval])(input())
      let rest = try FeatureExtractor(of: net, from: ["first"], returning: ["second"], modes: [.eval])
      let before = try whole["first"].floats()
      #expect(try rest(whole["first"])["second"].floats() == whole["second"].floats())
      #expect(try whole["first"].floats() == before)
      try rest.save(to: folder + "/rest.xylem")
      let loaded = try FeatureExtractor(path: folder + "/rest.xylem") { _ in try Net().tracedModel() }
      #expect(loaded.argumentNames == ["first"])
      #expect(try loaded(whole["first"])["second"].floats() == whole["second"].floats())
    }
  }

  @Test func `replacements of a module are saved, and hold in the mode of its parts`() throws {
    try withTemporaryFolder { folder in
      let net = try net()
      let replaced = try FeatureExtractor(of: net, returning: ["relu", "second"])
        .replacing("first", with: .mean).replacing("relu") { try $0 + 1 }
      let found = try replaced(input())
      let mean = try FeatureExtractor(of: net, returning: ["first"], modes: [.eval])(input())["first"].mean().item()
      let wanted = max(Float(mean), 0) + 1
      #expect(try found["relu"].floats().allSatisfy { abs($0 - wanted) < 1e-5 })
      #expect(replaced.replacedKeys == ["relu"])
      // The plan for these modes is made again, with the same changes.
      try net.dropout.train()
      let dropped = try TensorRuntime.withGradients(false) { try replaced(input())["relu"].floats() }
      let values = Set(dropped.map { ($0 * 1e3).rounded() })
      #expect(
        values.isSubset(of: [
          1e3, ((2 * Float(mean) + 1) * 1e3).rounded(), ((2 * Float(mean) + 1) * 1e3).rounded(.down),
        ]))
      try net.eval()
      let savable = try FeatureExtractor(of: net, returning: ["second"], modes: [.eval]).replacing("first", with: .zero)
      try savable.save(to: folder + "/zero.xylem")
      let loaded = try FeatureExtractor(path: folder + "/zero.xylem") { _ in try Net().tracedModel() }
      #expect(try loaded(input())["second"].floats() == savable(input())["second"].floats())
    }
  }

  @Test func `a replaced value is replaced where the extractor is a part of another model`() throws {
    let net = try net()
    let body = try FeatureExtractor(of: net, returning: ["second"], modes: [.eval]).replacing("relu") { try $0 * 3 }
    let holder = Holder(body)
    try holder.eval()
    let direct = try holder(input()).floats()
    let traced = try FeatureExtractor(of: holder, returning: ["head", "body.relu"], modes: [.eval])(input())
    #expect(try traced["head"].floats() == direct)
    let plain = try FeatureExtractor(of: net, returning: ["relu"], modes: [.eval])(input())["relu"].floats()
    #expect(try traced["body.relu"].floats() == plain.map { $0 * 3 })
  }

  @Test func `traces for other shapes have the same replacements`() throws {
    let extractor = try FeatureExtractor(
      of: Folded(), returning: ["output"], shapes: ["x": [2, 1]], otherShapes: .retracing, modes: [.eval]
    ).replacing("scale") { try $0 * 0 + 2 }
    #expect(try extractor(Tensor([1, 1], shape: [2, 1]))["output"].floats() == [2])
    #expect(try extractor(Tensor([1, 1, 1], shape: [3, 1]))["output"].floats() == [6])
  }

  @Test func `changes are explained, and are no differences that an extractor of both modes can't tell`() throws {
    let model = try ScriptModel(path: Fixtures.path("edits/residual.pt"))
    let extractor = try FeatureExtractor(of: model, returning: ["fc"])
    let replaced = try extractor.replacing("block1") { $0 }
    #expect(replaced.warnings.count == extractor.warnings.count)
    #expect(try replaced.explanations().map(\.key) == ["fc"])
    let rest = try FeatureExtractor(of: model, from: ["block1"], returning: ["fc"])
    #expect(rest.warnings.count <= extractor.warnings.count)
    #expect(try rest.explanations()[0].ran.contains("stem") == false)
  }

  @Test func `an archive of torch export is started from and changed`() throws {
    let model = try ExportedModel(path: Fixtures.path("exported/small_resnet.pt2"))
    let goldens = try SafetensorsFile(Fixtures.path("exported/goldens.safetensors"))
    let input = try Tensor(goldens.array("resnet/input/0"))
    let trace = try model.trace()
    let cut = try #require(trace.nodeNames.last { $0.hasSuffix("avgpool") || $0.contains("pool") })
    let whole = try FeatureExtractor(of: model, traces: [.eval: trace], returning: [ReturnRequest(cut), "output"])
    let features = try whole(input)
    let zero = try whole.replacing(cut, with: .zero)(input)
    #expect(try zero[cut].floats().allSatisfy { $0 == 0 })
    #expect(try zero["output"].floats() != features["output"].floats())
    // The ranges of the export are checked, for which the input is needed.
    let starts =
      trace.graph.nodes.contains { node in
        if case .guard = node.operation { true } else { false }
      } ? [cut, trace.arguments[0].name] : [cut]
    let rest = try FeatureExtractor(of: model, traces: [.eval: trace], from: starts, returning: ["output"])
    let values = [Value.tensor(try features[cut]), .tensor(input)].prefix(starts.count)
    #expect(try rest(Array(values))["output"].floats() == features["output"].floats())
  }
}
