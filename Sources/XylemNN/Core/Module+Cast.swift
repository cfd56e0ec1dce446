internal import XylemErrors
public import XylemFiles
internal import XylemTensor
internal import XylemTrace

extension Module {
  /// Converts every floating-point parameter and buffer to another type, as `Module.to(dtype)` of PyTorch does.
  /// Integers and Booleans are unchanged. The tensors remain the same objects.
  ///
  /// - Parameter dtype: a floating-point type.
  /// - Throws: `model.argument` for another type; `runtime.operator`; as ``Module/namedModules()``.
  public final func cast(to dtype: DType) throws {
    guard !dtype.isIntegral, !dtype.isComplex else {
      throw XylemError(.modelArgument, "a model can't be cast to \(dtype.rawValue), which is not a floating-point type")
    }
    let assign = try TensorOperator("aten::set_data")
    for entry in try state() {
      guard let own = entry.tensor.dtype, own != dtype, !own.isIntegral, !own.isComplex else { continue }
      let converted = try TensorOperator.call("aten::detach", [.tensor(entry.tensor)]).converted(to: dtype)
      _ = try assign([.tensor(entry.tensor), .tensor(converted)])
    }
  }
}
