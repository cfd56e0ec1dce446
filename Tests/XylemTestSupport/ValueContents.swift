internal import CXylem
internal import XylemFiles
internal import XylemGraph
package import XylemTensor

extension Tensor {
  /// A number that tensors with other elements have another of.
  package var fingerprint: UInt64 {
    let hash = try? withUnsafeBytes { bytes in
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      return hash
    }
    return hash ?? 0
  }
}

extension Value {
  /// Whether any tensor in one shares storage with any tensor in the other.
  package func sharesStorage(with other: Value) -> Bool {
    guard let library = try? RuntimeLibrary.shared(), var a = try? makeRaw(library), var b = try? other.makeRaw(library)
    else { return true }
    defer {
      library.table.pointee.value_release(&a)
      library.table.pointee.value_release(&b)
    }
    return library.table.pointee.shares_storage(&a, &b) != 0
  }

  /// The tensors within the value and its containers, in order.
  package var tensors: [Tensor] {
    switch (try? unpacked()) ?? self {
    case .tensor(let tensor): [tensor]
    case .list(let elements), .tuple(let elements, _): elements.flatMap(\.tensors)
    case .dictionary(let entries): entries.flatMap { $0.key.tensors + $0.value.tensors }
    default: []
    }
  }

  /// The value as text, with the tensors' contents: for comparing values.
  package var contents: String {
    switch (try? unpacked()) ?? self {
    case .literal(.float(let number)): "float \(number)"
    case .literal(let literal): literal.description
    case .standIn(let standIn): "stand-in of \(standIn.type)"
    case .tensor(let tensor): "\(tensor.dtype?.rawValue ?? "?")\(tensor.knownSizes ?? [])\(tensor.fingerprint)"
    case .list(let elements): "[" + elements.map(\.contents).joined(separator: ", ") + "]"
    case .tuple(let elements, _): "(" + elements.map(\.contents).joined(separator: ", ") + ")"
    case .dictionary(let entries):
      "{" + entries.map { $0.key.contents + ": " + $0.value.contents }.joined(separator: ", ") + "}"
    case .object(let object): "<\(object.kind) \(object.identity)>"
    }
  }
}
