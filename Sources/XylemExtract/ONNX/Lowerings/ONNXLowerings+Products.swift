internal import XylemErrors
internal import XylemFiles
internal import XylemGraph

extension ONNXLowerings {
  static var products: [String: ONNXLowering] {
    [
      "aten::linear": linear, "aten::addmm": addmm, "aten::matmul": matmul, "aten::mm": matmul, "aten::bmm": matmul,
      "aten::baddbmm": addmm, "aten::einsum": einsum,
    ]
  }

  private static func linear(_ call: ONNXCall) throws -> ONNXValue {
    let (input, weight) = (try call.tensor("input"), try call.tensor("weight"))
    let bias = try call.optionalTensor("bias")
    guard weight.rank == 2 else { throw ExtractErrors.onnx("the weight of a linear layer is not a matrix") }
    let features = weight.shape?[0] ?? .unknown
    let shape = input.shape.map { Array($0.dropLast()) + [features] }
    if input.rank == 2 {
      return call.result(
        "Gemm", [input.name, weight.name] + (bias.map { [$0.name] } ?? []), ["transB": .int(1)], input.dtype, shape)
    }
    let turned = call.emit("Transpose", [weight.name], ["perm": .ints([1, 0])])
    let product = call.result("MatMul", [input.name, turned], input.dtype, shape, like: input)
    guard let bias, case .tensor(let reference) = product else { return product }
    return call.result("Add", [try reference.read().name, bias.name], input.dtype, shape, like: input)
  }

  /// `beta * self + alpha * (a @ b)`, of matrices or of batches of matrices.
  private static func addmm(_ call: ONNXCall) throws -> ONNXValue {
    let isBatch = call.has("batch1")
    let first = try call.tensor(isBatch ? "batch1" : "mat1")
    let second = try call.tensor(isBatch ? "batch2" : "mat2")
    var added = try call.tensor("self").name
    let dtype = first.dtype
    var product = call.emit("MatMul", [first.name, second.name])
    for (argument, isProduct) in [("alpha", true), ("beta", false)] {
      let factor = try call.double(argument)
      guard factor != 1 else { continue }
      let constant = try call.builder.constant([factor], dtype)
      if isProduct {
        product = call.emit("Mul", [product, constant])
      } else {
        added = call.emit("Mul", [added, constant])
      }
    }
    return call.result("Add", [product, added], dtype, productShape(first.shape, second.shape))
  }

  private static func productShape(_ a: [ONNXDimension]?, _ b: [ONNXDimension]?) -> [ONNXDimension]? {
    guard let a, let b, a.count >= 2, b.count >= 2 else { return nil }
    let batch = ONNXTypes.broadcast(Array(a.dropLast(2)), Array(b.dropLast(2)))
    return batch.map { $0 + [a[a.count - 2], b[b.count - 1]] }
  }

  private static func matmul(_ call: ONNXCall) throws -> ONNXValue {
    let (first, second) = (try call.tensor("self"), try call.tensor(call.has("mat2") ? "mat2" : "other"))
    return call.result(
      "MatMul", [first.name, second.name], try ONNXTypes.promoted([first, second], in: call),
      productShape(first.shape, second.shape))
  }

  private static func einsum(_ call: ONNXCall) throws -> ONNXValue {
    call.ignore("path")
    guard let equation = try call.optionalString("equation"), !equation.contains(".") else {
      throw ExtractErrors.onnx("einsum with '...' is not supported")
    }
    let tensors = try call.tensors("tensors")
    let text = try lowercased(equation.filter { $0 != " " })
    let sides = text.split(separator: ">", omittingEmptySubsequences: false)
    guard sides.count == 2 else { throw ExtractErrors.onnx("an einsum without a result is not supported") }
    var known: [Character: ONNXDimension] = [:]
    for (term, tensor) in zip(sides[0].dropLast().split(separator: ","), tensors) {
      for (letter, size) in zip(term, tensor.shape ?? []) where known[letter] == nil || known[letter] == .unknown {
        known[letter] = size
      }
    }
    return call.result(
      "Einsum", tensors.map(\.name), ["equation": .string(text)], try ONNXTypes.promoted(tensors, in: call),
      sides[1].map { known[$0] ?? .unknown })
  }

  /// An equation with small letters alone, which are the ones that ONNX has.
  private static func lowercased(_ equation: String) throws -> String {
    var letters: [Character: Character] = [:]
    var free = "abcdefghijklmnopqrstuvwxyz"[...]
    return String(
      try equation.map { character in
        guard character.isLetter else { return character }
        if let known = letters[character] { return known }
        guard let next = free.popFirst() else { throw ExtractErrors.onnx("an einsum with more than 26 letters") }
        letters[character] = next
        return next
      })
  }
}
