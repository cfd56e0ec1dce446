import Testing
import XylemDetection
import XylemErrors
import XylemFiles
import XylemNN
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// State dicts with the keys of before torchvision 0.13, which its published weights have.
@Suite(.needsRuntime) struct FormerKeyTests {
  /// A pyramid, a head of proposals and a head of masks below the names that detectors give them.
  private final class Parts: Module {
    let fpn = FeaturePyramidNetwork([3, 4], outChannels: 2)
    let head = RPNHead(2, anchorCount: 3)
    let maskHead = MaskRCNNHeads(2, layers: [2, 2])
    let dense = RetinaNetHead(2, anchorCount: 1, numClasses: 2)
  }

  private static let former = [
    "fpn.inner_blocks.0.weight": "fpn.inner_blocks.0.0.weight", "fpn.inner_blocks.1.bias": "fpn.inner_blocks.1.0.bias",
    "fpn.layer_blocks.1.weight": "fpn.layer_blocks.1.0.weight", "head.conv.weight": "head.conv.0.0.weight",
    "head.conv.bias": "head.conv.0.0.bias", "mask_head.mask_fcn1.weight": "mask_head.0.0.weight",
    "mask_head.mask_fcn2.bias": "mask_head.1.0.bias",
    "dense.classification_head.conv.0.weight": "dense.classification_head.conv.0.0.weight",
    "dense.regression_head.conv.6.bias": "dense.regression_head.conv.3.0.bias",
  ]

  /// The state with former keys in place of some, and what is renamed.
  private func state(of parts: Parts) throws -> [(key: String, tensor: Tensor)] {
    let old = Dictionary(uniqueKeysWithValues: Self.former.map { ($1, $0) })
    return try parts.state().map { (old[$0.key] ?? $0.key, $0.tensor) }
  }

  @Test func `former keys are loaded as the present ones, from tensors and from a file with a prefix`() throws {
    let (source, first, second) = (Parts(), Parts(), Parts())
    let state = try state(of: source)
    let report = try first.load(Dictionary(uniqueKeysWithValues: state.map { ($0.key, $0.tensor) }))
    #expect(report.renamed == Self.former)
    #expect(report.unexpected.isEmpty && report.missing.isEmpty)
    try withTemporaryFolder { folder in
      try StateDictFile.write(state.map { ("module." + $0.key, $0.tensor) }, to: folder + "/old.safetensors")
      let report = try second.load(folder + "/old.safetensors")
      #expect(report.renamed.count == Self.former.count)
      #expect(report.renamed["module.head.conv.weight"] == "module.head.conv.0.0.weight")
    }
    for parts in [first, second] {
      for (own, given) in zip(try parts.state(), try source.state()) {
        #expect(try own.tensor.doubles() == given.tensor.doubles(), "\(own.key)")
      }
    }
  }

  @Test func `where the present key is given too, the former one is unexpected`() throws {
    let parts = Parts()
    var state = Dictionary(uniqueKeysWithValues: try parts.state().map { ($0.key, $0.tensor) })
    state["head.conv.weight"] = state["head.conv.0.0.weight"]
    let error = #expect(throws: XylemError.self) { try parts.load(state) }
    #expect(error?.id == .modelState)
    #expect("\(error.map(String.init(describing:)) ?? "")".contains("unexpected: head.conv.weight"))
  }
}
