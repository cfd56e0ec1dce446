public import XylemErrors

/// Writes safetensors files, byte for byte as the reference implementation does (safetensors 0.8).
///
/// Tensors are ordered by their type's alignment, descending, then by the UTF-8 bytes of their names; the header is
/// padded with spaces to a multiple of 8 bytes. Metadata are ordered by key, where the reference has no fixed order.
/// The same content gives the same bytes.
public enum SafetensorsWriter {
  /// Writes the tensors to `path`, completely or not at all; see ``AtomicFile``. Holds no copy of the data.
  ///
  ///     try SafetensorsWriter.write([("layer4", features)], metadata: ["model": "resnet50"], to: "out.safetensors")
  ///
  /// - Throws: `file.unsupported` if two tensors have the same name, if one is named `__metadata__`, is complex128, or
  ///   if the header would exceed 100 MB; `file.unwritable`. Nothing is written in these cases.
  public static func write(
    _ tensors: [(name: String, array: HostArray)], metadata: [String: String] = [:], to path: String
  ) throws(XylemError) {
    let ordered = try order(tensors, path: path)
    let header = makeHeader(ordered, metadata: metadata)
    guard header.count <= SafetensorsHeader.byteLimit else {
      throw XylemError.unsupported(path, .headerTooLarge(bytes: header.count, limit: SafetensorsHeader.byteLimit))
    }
    try AtomicFile.write(path) { (file) throws(XylemError) in
      try file.append((0..<8).map { UInt8(truncatingIfNeeded: header.count >> ($0 * 8)) })
      try file.append(header)
      for (_, array) in ordered { try file.append(array.bytes) }
    }
  }

  private static func order(
    _ tensors: [(name: String, array: HostArray)], path: String
  ) throws(XylemError) -> [(name: String, array: HostArray)] {
    var seen: Set<ExactText> = []
    var keyed: [(rank: Int, name: ExactText, index: Int)] = []
    for (index, (name, array)) in tensors.enumerated() {
      let exact = ExactText(name)
      guard name != SafetensorsHeader.metadataKey else { throw XylemError.unsupported(path, .reservedName(name)) }
      guard seen.insert(exact).inserted else { throw XylemError.unsupported(path, .duplicateName(name)) }
      guard let rank = DType.safetensorsOrder.firstIndex(of: array.dtype) else {
        throw XylemError.unsupported(path, .safetensorsHolds(array.dtype, of: name))
      }
      keyed.append((rank, exact, index))
    }
    keyed.sort { ($0.rank, $0.name) < ($1.rank, $1.name) }
    return keyed.map { tensors[$0.index] }
  }

  private static func makeHeader(
    _ tensors: [(name: String, array: HostArray)], metadata: [String: String]
  ) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.map { (ExactText($0.key), $0) }.sorted { $0.0 < $1.0 }
        .map { "\(JSONText.quoted($0.1.key)):\(JSONText.quoted($0.1.value))" }
      members.append("\"\(SafetensorsHeader.metadataKey)\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for (name, array) in tensors {
      let end = offset + array.byteCount
      let shape = array.shape.map(String.init).joined(separator: ",")
      let dtype = array.dtype.safetensorsName ?? ""
      members.append(
        "\(JSONText.quoted(name)):{\"dtype\":\"\(dtype)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = Array("{\(members.joined(separator: ","))}".utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    return header
  }
}
