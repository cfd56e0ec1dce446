internal import XylemScript
internal import XylemTensor
package import XylemTrace

/// Everything of a model that a run could change, for comparing.
package struct TouchedState: Equatable {
  private let tensors: [String: [UInt8]]
  private let flags: [String]
  private let randomState: [UInt8]

  package init(_ model: ScriptModel) throws {
    var tensors: [String: [UInt8]] = [:]
    for entry in model.tensors { tensors[entry.key] = try entry.tensor.bytes() }
    self.tensors = tensors
    flags = model.plainAttributes.map { "\($0.name) \((try? $0.value.unpacked()) ?? .none)" }
    randomState = try TensorRuntime.randomState().bytes()
  }
}

extension Tensor {
  fileprivate func bytes() throws -> [UInt8] { try withUnsafeBytes { [UInt8]($0) } }
}
