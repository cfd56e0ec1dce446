import XylemErrors

/// A Python literal, as used in headers of npy files.
enum PythonLiteral: Equatable {
  case none
  case bool(Bool)
  /// An integer. Nil if it overflows.
  case integer(Int?)
  case string(String)
  case tuple([PythonLiteral])
  case list([PythonLiteral])
  /// Keys are strings, in the order of the source.
  case dictionary([(key: String, value: PythonLiteral)])

  static func == (a: PythonLiteral, b: PythonLiteral) -> Bool {
    switch (a, b) {
    case (.none, .none): true
    case (.bool(let x), .bool(let y)): x == y
    case (.integer(let x), .integer(let y)): x == y
    case (.string(let x), .string(let y)): x == y
    case (.tuple(let x), .tuple(let y)), (.list(let x), .list(let y)): x == y
    case (.dictionary(let x), .dictionary(let y)): x.elementsEqual(y) { $0.key == $1.key && $0.value == $1.value }
    default: false
    }
  }
}
