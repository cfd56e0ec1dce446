import Foundation
import Testing
import XylemDiff
import XylemExtract
import XylemGraph
import XylemScript
import XylemSketches
import XylemTensor
import XylemTestSupport
import XylemTrace
import XylemWitness

extension Fixtures {
  /// The diff of an archive's two modes.
  static func diff(_ name: String, policy: LeafPolicy = LeafPolicy(), makesLeaves: Bool = false) throws -> TraceDiff {
    let model = try ScriptModel(path: folder.appendingPathComponent(name).path)
    func side(_ mode: Mode) throws -> DiffSide {
      DiffSide(try model.trace(TraceOptions(mode: mode, policy: policy, makesLeaves: makesLeaves)), of: model)
    }
    return TraceDiffer.diff(try side(.train), try side(.eval), model: name, today: (2026, 7, 1))
  }
}

@Suite("Real models", .needsRuntime)
struct RealModelTests {
  private func summary(_ name: String, policy: LeafPolicy = LeafPolicy(), makesLeaves: Bool = false) throws -> [String]
  {
    try Fixtures.diff(name, policy: policy, makesLeaves: makesLeaves).findings.map { finding in
      let cause = finding.cause.map { " [\($0)]" } ?? ""
      let places = finding.members.count { !$0.isConsequence }
      return "\(finding.level.rawValue) \(finding.rule.rawValue) \(finding.node ?? finding.module)\(cause)"
        + (places > 0 ? " in \(places) places" : "")
    }
  }

  @Test func `GoogLeNet's auxiliary heads are one finding each, information, with their cause named`() throws {
    #expect(
      try summary("zoo/googlenet.pt") == [
        "info state-updated-in-one-mode conv1.bn [batch norm] in 57 places",
        "info node-only-in-train aux1.adaptive_avg_pool2d [auxiliary head]",
        "info node-only-in-train aux2.adaptive_avg_pool2d [auxiliary head]",
        "info random-in-one-mode dropout [dropout]",
      ])
  }

  @Test func `so is Inception's`() throws {
    #expect(
      try summary("zoo/inception_v3.pt") == [
        "info state-updated-in-one-mode Conv2d_1a_3x3.bn [batch norm] in 94 places",
        "info node-only-in-train AuxLogits.avg_pool2d [auxiliary head]", "info random-in-one-mode dropout [dropout]",
      ])
  }

  @Test func `batch norm is one cause, also where only one mode could be traced through it`() throws {
    #expect(
      try summary("zoo/resnet18.pt") == ["info state-updated-in-one-mode bn1 [batch norm] in 20 places"])
    #expect(
      try summary("zoo/resnet18.pt", policy: LeafPolicy(includesDefaults: false), makesLeaves: true) == [
        "info state-updated-in-one-mode bn1 [batch norm] in 20 places"
      ])
  }

  @Test
  func `EfficientNet-Lite0's batch norm is one finding; the code of its hidden convolutions does not read the mode`()
    throws
  {
    #expect(
      try summary("models/efficientnet_lite0.pt", makesLeaves: true) == [
        "info state-updated-in-one-mode bn1.batch_norm [batch norm] in 49 places"
      ])
    let hidden = try Fixtures.diff("models/efficientnet_lite0.pt", makesLeaves: true).hidden
    #expect(hidden.map(\.path) == ["conv_stem"] + [1, 2, 3, 5].map { "blocks.\($0).0.conv_dw" })
    #expect(hidden.allSatisfy { !$0.mayReadMode && $0.kind == .automaticLeaf })
  }

  @Test func `of a detector's loops and branches those are warned of that read the mode`() throws {
    let diff = try Fixtures.diff("zoo/maskrcnn_resnet50_fpn.pt", makesLeaves: true)
    #expect(diff.hidden.count { $0.kind == .region && !$0.mayReadMode } == 8)
    // pre_nms_top_n and post_nms_top_n have a number for each mode.
    #expect(
      diff.findings.filter { $0.level == .warning }.map { "\($0.rule.rawValue) \($0.node ?? "")" } == [
        "control-flow-hidden rpn.loop_6", "control-flow-hidden rpn.loop_7",
      ])
  }

  @Test func `stochastic depth is known, and layers and arguments that have nothing to drop are not named`() throws {
    #expect(
      try summary("zoo/swin_t.pt") == [
        // The first block's has a probability of 0, and so have all dropouts.
        "info random-in-one-mode features.1.1.stochastic_depth [stochastic depth] in 22 places"
      ])
  }

  @Test func `a frozen batch norm is named, and the other one updates its statistics`() throws {
    #expect(
      try summary("constructs/frozen_norm.pt") == [
        "info submodule-mode-mixed bn1 [mode of its own]", "info state-updated-in-one-mode bn2 [batch norm]",
      ])
  }

  @Test func `noise and factors that only training has are warnings with their lines`() throws {
    #expect(try summary("constructs/random_in_training.pt") == ["warning random-in-one-mode randn_like"])
    let diff = try Fixtures.diff("constructs/functional_dropout_half.pt")
    #expect(
      diff.findings.map { "\($0.level) \($0.node ?? "") \($0.location?.line ?? 0)" } == [
        "warning mul 386", "info dropout 385", "info dropout_1 386",
      ])
  }

  @Test func `writes in train mode are one finding for each attribute, with the nodes that read it`() throws {
    #expect(
      try summary("constructs/buffer_assignment.pt") == [
        "warning state-updated-in-one-mode mul", "warning state-updated-in-one-mode add_1",
      ])
  }

  @Test func `a detector's losses and boxes are one finding`() throws {
    let findings = try Fixtures.diff("zoo/keypointrcnn_resnet50_fpn.pt", makesLeaves: true).findings
    #expect(
      findings.filter { $0.rule != .controlFlowHidden }.map {
        "\($0.level) \($0.rule.rawValue) [\($0.cause.map(\.description) ?? "")]"
      }
        == [
          "info output-structure-differs [detector]", "info state-updated-in-one-mode [batch norm]",
          // The cells of the anchors, and the scales of the levels that regions are pooled from.
          "info state-updated-in-eval [a cache]", "info state-updated-in-eval [a cache]",
        ])
  }

  @Test func `comparing twice gives the same findings and rows`() throws {
    let diffs = try (0..<2).map { _ in try Fixtures.diff("zoo/googlenet.pt") }
    #expect(diffs[0].findings == diffs[1].findings)
    #expect(diffs[0].rows == diffs[1].rows)
  }
}
