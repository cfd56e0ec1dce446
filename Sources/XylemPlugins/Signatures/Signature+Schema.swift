extension Signature {
  /// The arguments and the result in the syntax of PyTorch's dispatcher: `(Tensor a0, float a1, int a2) -> Tensor`.
  ///
  /// Every integer and every address is an `int`. A written tensor has its own alias set. It is not expressed that a
  /// result is one of the arguments.
  public var operatorSchema: String {
    var written = 0
    var arguments: [String] = []
    for (index, type) in parameters.enumerated() {
      var text = type.content.schemaType
      if type.content == .writtenTensor {
        text += "(\(Self.aliasSet(written))!)"
        written += 1
      }
      arguments.append("\(text)\(type.isOptional ? "?" : "") a\(index)")
    }
    let given = result.map { $0.content.schemaType + ($0.isOptional ? "?" : "") }
    return "(" + arguments.joined(separator: ", ") + ") -> " + (given ?? "()")
  }

  /// `a` to `z`, then `a26` and so on.
  private static func aliasSet(_ index: Int) -> String {
    index < 26 ? String(UnicodeScalar(UInt8(ascii: "a") + UInt8(index))) : "a\(index)"
  }
}

extension Signature.Plain {
  fileprivate var schemaType: String {
    switch self {
    case .number(.bool): "bool"
    case .number(.f32), .number(.f64): "float"
    case .number, .pointer: "int"
    case .text: "str"
    case .tensor, .writtenTensor: "Tensor"
    case .list(.i64): "int[]"
    case .list(.f64): "float[]"
    case .list(.bool): "bool[]"
    case .list(.tensor): "Tensor[]"
    case .tensors(let count): "(" + Array(repeating: "Tensor", count: count).joined(separator: ", ") + ")"
    }
  }
}
