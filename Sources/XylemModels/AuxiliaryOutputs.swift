public import XylemErrors
internal import XylemGraph
public import XylemNN
public import XylemTensor

/// The result of a classifier with auxiliary heads, which exist only in train mode.
public struct AuxiliaryOutputs: ModuleValue {
  /// `[N, numClasses]`.
  public var logits: Tensor
  /// `[N, numClasses]` of each head, the head nearest to the end first. Empty in eval mode.
  public var auxiliary: [Tensor]

  init(_ logits: Tensor, _ auxiliary: [Tensor] = []) {
    self.logits = logits
    self.auxiliary = auxiliary
  }

  /// `Dict[str, Tensor]`.
  public static var typeDescription: String { "Dict[str, Tensor]" }

  /// The logits as `logits`, those of the heads as `aux_logits`, or for two heads as `aux_logits2` and `aux_logits1`.
  public var moduleValue: Value {
    var entries: [(key: Value, value: Value)] = [(.string("logits"), .tensor(logits))]
    for (index, head) in auxiliary.enumerated() {
      let number = auxiliary.count == 1 ? "" : String(auxiliary.count - index)
      entries.append((.string("aux_logits" + number), .tensor(head)))
    }
    return .dictionary(entries)
  }

  /// Creates outputs from a dictionary.
  ///
  /// - Throws: `model.argument` if it has no logits.
  public init(moduleValue: Value) throws(XylemError) {
    logits = try Tensor(moduleValue: moduleValue.part("logits", as: "Tensor"))
    auxiliary = []
    guard case .dictionary(let entries) = try moduleValue.unpacked() else { return }
    for entry in entries {
      if entry.key.literal == .string("logits") { continue }
      auxiliary.append(try Tensor(moduleValue: entry.value))
    }
  }
}

extension Layer where Self == Linear {
  /// A linear layer with weights from a truncated normal distribution.
  static func truncated(_ inFeatures: Int, _ outFeatures: Int, std: Double) -> Linear {
    let layer = Linear(inFeatures, outFeatures)
    layer.weight.initialize(.truncatedNormal(std: std))
    return layer
  }
}

/// Converts images normalised with the means and deviations of ImageNet's channels to a mean and deviation of 0.5.
func renormalized(_ x: Tensor) throws -> Tensor {
  let statistics: [(mean: Double, std: Double)] = [(0.485, 0.229), (0.456, 0.224), (0.406, 0.225)]
  var channels: [Tensor] = []
  for (channel, image) in statistics.enumerated() {
    let plane = try x[.all, .at(Size(channel))].unsqueeze(dim: 1)
    channels.append(try plane * Scalar(image.std / 0.5) + Scalar((image.mean - 0.5) / 0.5))
  }
  return try Tensor.cat(channels, dim: 1)
}
