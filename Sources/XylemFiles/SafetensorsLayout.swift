package import XylemErrors

/// Where each tensor of a safetensors file lies, known before any of its elements: for files that are written in pieces.
package struct SafetensorsLayout: Sendable {
  /// A tensor without its elements.
  package struct Tensor: Sendable {
    let name: String
    let dtype: DType
    let shape: [Int]

    /// Describes a tensor.
    package init(name: String, dtype: DType, shape: [Int]) {
      (self.name, self.dtype, self.shape) = (name, dtype, shape)
    }
  }

  /// The bytes before the first element: the header with its length.
  package let start: [UInt8]
  /// For each tensor, in the order in which they were given, the position of its first byte in the file.
  package let offsets: [Int]
  /// The size of the whole file in bytes.
  package let byteCount: Int
  /// The positions of the tensors in the given list, in the file's order.
  let order: [Int]

  /// Lays tensors out as the reference implementation does; see ``SafetensorsWriter``.
  ///
  /// - Parameter path: the file that errors name.
  /// - Throws: `file.unsupported` if two tensors have the same name, if one is named `__metadata__`, is complex128 or has
  ///   an impossible shape, or if the header would exceed 100 MB.
  package init(_ tensors: [Tensor], metadata: [String: String] = [:], path: String) throws(XylemError) {
    order = try Self.order(tensors, path: path)
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.map { (ExactText($0.key), $0) }.sorted { $0.0 < $1.0 }
        .map { "\(JSONText.quoted($0.1.key)):\(JSONText.quoted($0.1.value))" }
      members.append("\"\(SafetensorsHeader.metadataKey)\":{\(pairs.joined(separator: ","))}")
    }
    var offsets = [Int](repeating: 0, count: tensors.count)
    var offset = 0
    for index in order {
      let tensor = tensors[index]
      guard let byteCount = HostArray.byteCount(of: tensor.dtype, shape: tensor.shape) else {
        throw XylemError.impossibleShape(tensor.shape, tensor.dtype)
      }
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(JSONText.quoted(tensor.name)):{\"dtype\":\"\(tensor.dtype.safetensorsName ?? "")\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(offset + byteCount)]}")
      offsets[index] = offset
      offset += byteCount
    }
    var header = Array("{\(members.joined(separator: ","))}".utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    guard header.count <= SafetensorsHeader.byteLimit else {
      throw XylemError.unsupported(path, .headerTooLarge(bytes: header.count, limit: SafetensorsHeader.byteLimit))
    }
    let length = header.count
    start = (0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } + header
    self.offsets = offsets.map { [start] in start.count + $0 }
    byteCount = start.count + offset
  }

  private static func order(_ tensors: [Tensor], path: String) throws(XylemError) -> [Int] {
    var seen: Set<ExactText> = []
    var keyed: [(rank: Int, name: ExactText, index: Int)] = []
    for (index, tensor) in tensors.enumerated() {
      let exact = ExactText(tensor.name)
      guard tensor.name != SafetensorsHeader.metadataKey else {
        throw XylemError.unsupported(path, .reservedName(tensor.name))
      }
      guard seen.insert(exact).inserted else { throw XylemError.unsupported(path, .duplicateName(tensor.name)) }
      guard let rank = DType.safetensorsOrder.firstIndex(of: tensor.dtype) else {
        throw XylemError.unsupported(path, .safetensorsHolds(tensor.dtype, of: tensor.name))
      }
      keyed.append((rank, exact, index))
    }
    keyed.sort { ($0.rank, $0.name) < ($1.rank, $1.name) }
    return keyed.map(\.index)
  }
}
