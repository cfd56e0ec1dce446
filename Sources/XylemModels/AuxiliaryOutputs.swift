public import XylemErrors
public import XylemNN
public import XylemRuntime

/// What a classifier with auxiliary heads returns; they are there in train mode alone.
public struct AuxiliaryOutputs: ModuleValue {
  /// `[N, numClasses]`.
  public var logits: Tensor
  /// `[N, numClasses]` of each head, the one nearest to the end first; empty in eval mode.
  public var auxiliary: [Tensor]

  init(_ logits: Tensor, _ auxiliary: [Tensor] = []) {
    self.logits = logits
    self.auxiliary = auxiliary
  }

  /// `Dict[str, Tensor]`.
  public static var typeDescription: String { "Dict[str, Tensor]" }

  /// The logits as `logits`, the heads' as `aux_logits`, or where there are two as `aux_logits2` and `aux_logits1`.
  public var moduleValue: Value {
    var entries: [(key: Value, value: Value)] = [(.string("logits"), .tensor(logits))]
    for (index, head) in auxiliary.enumerated() {
      let number = auxiliary.count == 1 ? "" : String(auxiliary.count - index)
      entries.append((.string("aux_logits" + number), .tensor(head)))
    }
    return .dictionary(entries)
  }

  /// The outputs of a dictionary.
  ///
  /// - Throws: `model.argument` where it has no logits.
  public init(moduleValue: Value) throws(XylemError) {
    logits = try Tensor(moduleValue: moduleValue.part("logits", as: "Tensor"))
    auxiliary = []
    guard case .dictionary(let entries) = try moduleValue.unpacked() else { return }
    for entry in entries.dropFirst() { auxiliary.append(try Tensor(moduleValue: entry.value)) }
  }
}

extension Module {
  /// Has every convolution and linear layer below drawn from a narrow truncated normal distribution.
  func initializeTruncated(std: (Module, String) -> Double) {
    guard let modules = try? namedModules() else { return }
    for (path, module) in modules {
      let initializer = Initializer.truncatedNormal(std: std(module, path))
      if let convolution = module as? Conv2d { convolution.weight.initialize(initializer) }
      if let linear = module as? Linear { linear.weight.initialize(initializer) }
    }
  }
}
