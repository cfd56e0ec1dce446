internal import XylemErrors
public import XylemTensor
internal import XylemTrace

extension FeatureExtractor {
  /// Where features are computed: the processor unless the extractor was moved.
  public var device: Device { part.device }

  /// Moves the tensors that the extractor needs to a device, as `Module.to(device)` of PyTorch does.
  ///
  ///     try extractor.move(to: .cuda(0))
  ///     let feature = try extractor(image)["layer4"]  // on the GPU; .to(device: "cpu") brings it back
  ///
  /// Weights move once, and remain the same objects: the model, which has them too, computes there from now on. Inputs
  /// are copied to the device with each call, and features stay on it. Code that names a device, as in
  /// `torch.zeros(2, device="cpu")`, still uses that one, and no engine computes on a device other than the processor.
  ///
  /// - Throws: `runtime.device` if the device can't be used; `runtime.operator` if its memory does not suffice, in which
  ///   case some tensors have moved. A second try goes on with the others.
  public func move(to device: Device) throws {
    try device.check()
    let assign = try TensorOperator("aten::set_data")
    try TensorRuntime.withGradients(false) {
      for entry in neededTensors {
        let moved = try entry.tensor.detach().to(device: device.description)
        _ = try assign([.tensor(entry.tensor), .tensor(moved)])
      }
      for plan in plans.values { try plan.program.moveConstants(to: device, assign) }
    }
    part.device = device
  }
}
