import XylemErrors
import XylemNN
import XylemTensor

/// A few operators by themselves, so that tests of the tracer depend on little else.
enum Op {
  private static let reluOperator = OperatorReference("aten::relu")
  private static let reluInPlace = OperatorReference("aten::relu_")
  private static let addOperator = OperatorReference("aten::add", "Scalar")
  private static let sumOperator = OperatorReference("aten::add", "Tensor")
  private static let mulInPlace = OperatorReference("aten::mul_", "Scalar")
  private static let reshapeOperator = OperatorReference("aten::reshape")
  private static let dropoutOperator = OperatorReference("aten::dropout")
  private static let splitOperator = OperatorReference("aten::topk", resultTypes: ["Tensor", "Tensor"])

  static func relu(_ x: Tensor, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try reluOperator.tensor([.tensor(x)], at: CallSite(file, line))
  }
  static func relu_(_ x: Tensor) throws -> Tensor { try reluInPlace.tensor([.tensor(x)]) }
  static func add(_ x: Tensor, _ number: Double) throws -> Tensor {
    try addOperator.tensor([.tensor(x), .float(number)])
  }
  static func sum(_ a: Tensor, _ b: Tensor) throws -> Tensor { try sumOperator.tensor([.tensor(a), .tensor(b)]) }
  @discardableResult static func mul_(_ x: Tensor, _ number: Double) throws -> Tensor {
    try mulInPlace.tensor([.tensor(x), .float(number)])
  }
  private static let addInPlaceOperator = OperatorReference("aten::add_", "Scalar")
  private static let totalOperator = OperatorReference("aten::sum")
  private static let zeroInPlace = OperatorReference("aten::zero_")

  static func addInPlace(_ x: Tensor, _ number: Double) throws -> Tensor {
    try addInPlaceOperator.tensor([.tensor(x), .float(number)])
  }
  static func total(_ x: Tensor) throws -> Tensor { try totalOperator.tensor([.tensor(x)]) }
  static func zeroGradient(_ x: Tensor) throws {
    if let gradient = try x.gradient() { _ = try zeroInPlace.tensor([.tensor(gradient)]) }
  }
  static func reshape(_ x: Tensor, _ shape: Shape) throws -> Tensor {
    try reshapeOperator.tensor([.tensor(x), shape.value])
  }
  static func dropout(_ x: Tensor, training: Bool) throws -> Tensor {
    try dropoutOperator.tensor([.tensor(x), .float(0.5), .bool(training)])
  }
  static func topk(_ x: Tensor, _ count: Int) throws -> (Tensor, Tensor) {
    let found = try splitOperator.tensors([.tensor(x), .int(count)])
    return (found[0], found[1])
  }
}

/// A layer of the tests' own that is no leaf unless a rule says so.
final class Relu: Module, Layer {
  let isInPlace: Bool
  init(inPlace: Bool = false) { isInPlace = inPlace }
  func forward(_ x: Tensor) throws -> Tensor { isInPlace ? try Op.relu_(x) : try Op.relu(x) }
}
