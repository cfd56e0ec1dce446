import Foundation
import XylemFiles
import XylemScript
import XylemTensor
import XylemTrace

/// Compares a feature that a command wrote with what the runtime's own interpreter gives of the whole model.
struct WholeModel {
  /// How a model's output in a file differs from what the model gives; nil where it does not, or where nothing can be said: the model
  /// fails as a whole, gives something else in every run, or gives more than one plain tensor.
  static func difference(model: String, input: String, feature: String) -> String? {
    // What lies in memory that nobody wrote is the same in no two runs.
    guard let file = try? SafetensorsFile(feature), file.names.count == 1, let found = try? file.array(file.names[0]),
      let first = try? run(model, input, seed: 1), let second = try? run(model, input, seed: 2), first == second
    else { return nil }
    if found == first || areClose(found, first) { return nil }
    return "the feature is not what the whole model gives"
  }

  private static let unclear = [
    "empty", "resize", "uninitialized", "set_", "as_strided", "_cudnn", "mkldnn", "_efficientzerotensor",
  ]

  /// The only tensor that a model gives in eval mode.
  private static func run(_ path: String, _ input: String, seed: UInt64) throws -> HostArray? {
    let image = try ZipImage(path: path)
    let code = image.records.filter { $0.ends(with: ".py") }.map { String(decoding: $0.contents, as: UTF8.self) }
    guard !code.contains(where: { text in unclear.contains { text.contains($0) } }) else { return nil }
    let model = try ScriptModel(path: path)
    guard let forward = model.root.object.method("forward") else { return nil }
    let flag = model.root.isTraining
    for module in model.modules where flag == nil || module.isTraining == flag {
      if module.isTraining != nil { try module.object.setAttribute("training", to: .bool(false)) }
    }
    var arguments: [Value] = [.object(model.root.object.object)]
    for (position, argument) in try forward.schema().arguments.enumerated().dropFirst() {
      if position == 1 {
        arguments.append(.tensor(try Tensor(SafetensorsFile(input).array("x"))))
      } else if let value = argument.defaultValue {
        arguments.append(value)
      } else {
        return nil
      }
    }
    let callable = try Callable(forward, known: [ScriptObject?](repeating: nil, count: arguments.count), modes: [])
    try TensorRuntime.setSeed(seed)
    let results = try TensorRuntime.withGradients(false) { try callable(arguments) }
    guard results.count == 1, case .tensor(let tensor) = try results[0].unpacked() else { return nil }
    return try tensor.hostArray()
  }

  /// Whether numbers agree to rounding: some kernels' last bits depend on where in memory their input lies.
  private static func areClose(_ a: HostArray, _ b: HostArray) -> Bool {
    guard a.dtype == b.dtype, a.shape == b.shape, let left = numbers(a), let right = numbers(b) else { return false }
    return zip(left, right).allSatisfy { x, y in
      x == y || x.isNaN && y.isNaN || abs(x - y) <= 1e-4 * max(1, abs(y))
    }
  }

  private static func numbers(_ array: HostArray) -> [Double]? {
    array.bytes.withUnsafeBytes { bytes in
      switch array.dtype {
      case .float32: (0..<array.count).map { Double(bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)) }
      case .float64: (0..<array.count).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) }
      default: nil
      }
    }
  }
}
