internal import XylemErrors
internal import XylemFiles
internal import XylemTensor
internal import XylemTrace

/// The contents of a model's tensors as stored in a file: each once, with tensors that share memory as views of it.
struct SavedContents {
  private(set) var tensors: [ExtractorFile.SavedTensor] = []
  private(set) var arrays: [(name: String, array: HostArray)] = []

  /// A tensor with the addresses of its elements' bytes, from the lowest to the end of the highest.
  private struct Placed {
    let entry: StateEntry
    let range: Range<UInt>

    /// Whether elements overlap, as in the result of `expand`.
    var overlapsItself: Bool {
      get throws { try range.count < entry.tensor.count * (entry.tensor.dtype?.byteCount ?? 1) }
    }

    func isSame(as other: Placed) throws -> Bool {
      let (a, b) = (entry.tensor, other.entry.tensor)
      return try range == other.range && a.knownSizes == b.knownSizes && a.strides == b.strides && a.dtype == b.dtype
    }
  }

  /// - Parameter keepsArrays: whether to keep the contents, or only their checksums.
  init(_ entries: [StateEntry], keepsArrays: Bool) throws {
    guard keepsArrays else {
      for entry in entries {
        tensors.append(try addWhole(entry))
        arrays = []
      }
      return
    }
    var placed: [(position: Int, tensor: Placed)] = []
    var saved = [ExtractorFile.SavedTensor?](repeating: nil, count: entries.count)
    for (position, entry) in entries.enumerated() {
      if let range = entry.tensor.addressRange, try entry.tensor.device == "cpu" {
        placed.append((position, Placed(entry: entry, range: range)))
      } else {
        saved[position] = try addWhole(entry)
      }
    }
    placed.sort { ($0.tensor.range.lowerBound, $0.position) < ($1.tensor.range.lowerBound, $1.position) }
    var start = 0
    while start < placed.count {
      var end = start + 1
      var upper = placed[start].tensor.range.upperBound
      while end < placed.count, placed[end].tensor.range.lowerBound < upper {
        upper = max(upper, placed[end].tensor.range.upperBound)
        end += 1
      }
      let group = placed[start..<end].sorted { $0.position < $1.position }
      let first = group[0].tensor
      if try !first.overlapsItself, try group.allSatisfy({ try $0.tensor.isSame(as: first) }) {
        let whole = try addWhole(first.entry)
        for (position, tensor) in group {
          var one = whole
          one.key = tensor.entry.key
          one.requiresGrad = tensor.entry.tensor.requiresGrad
          saved[position] = one
        }
      } else {
        for (position, one) in try addShared(group.map { ($0.position, $0.tensor) }, upTo: upper) {
          saved[position] = one
        }
      }
      start = end
    }
    tensors = saved.compactMap { $0 }
    // The order of addresses differs between runs.
    arrays.sort { $0.name < $1.name }
  }

  private mutating func addWhole(_ entry: StateEntry) throws -> ExtractorFile.SavedTensor {
    let array = try entry.tensor.hostArray()
    arrays.append((entry.key, array))
    let checksum = unsafe array.bytes.withUnsafeBytes { unsafe Checksum($0).text }
    return .init(
      key: entry.key, contents: entry.key, requiresGrad: entry.tensor.requiresGrad, checksum: checksum)
  }

  /// Stores the memory of several tensors as bytes, and each tensor as a view.
  private mutating func addShared(
    _ group: [(position: Int, tensor: Placed)], upTo upper: UInt
  ) throws -> [(Int, ExtractorFile.SavedTensor)] {
    let lower = group.map(\.tensor.range.lowerBound).min() ?? upper
    // Memory is aligned to 64 bytes. Elements keep their position within that: the last bits of some kernels depend on
    // it.
    let padding = lower % 64
    let count = Int((padding + upper - lower + 63) / 64 * 64)
    var bytes = [UInt8](repeating: 0, count: count)
    guard let address = unsafe UnsafeRawPointer(bitPattern: lower) else { return [] }
    unsafe bytes.withUnsafeMutableBytes { target in
      unsafe UnsafeMutableRawBufferPointer(rebasing: target[Int(padding)...])
        .copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(upper - lower)))
    }
    let name = "xylem/storage/" + group[0].tensor.entry.key
    let array = try HostArray(dtype: .uint8, shape: [count], bytes: bytes)
    arrays.append((name, array))
    let checksum = unsafe bytes.withUnsafeBytes { unsafe Checksum($0).text }
    return try group.map { position, placed in
      let tensor = placed.entry.tensor
      guard let dtype = tensor.dtype else {
        throw ExtractErrors.unsavable("the tensor '\(placed.entry.key)' is of a type that can't be saved")
      }
      let offset = Int(padding + placed.range.lowerBound - lower) / dtype.byteCount
      return (
        position,
        .init(
          key: placed.entry.key, contents: name, requiresGrad: tensor.requiresGrad, checksum: checksum,
          view: .init(shape: try tensor.sizes, strides: try tensor.strides, offset: offset, dtype: dtype.rawValue))
      )
    }
  }
}

extension ExtractorFile.SavedTensor.View {
  /// The view of bytes in memory.
  ///
  /// - Throws: `extract.unreadable` if it would exceed them, `runtime.operator`.
  package func tensor(of bytes: Tensor, path: String) throws -> Tensor {
    guard let dtype = DType(rawValue: dtype), shape.count == strides.count, offset >= 0,
      (shape + strides).allSatisfy({ $0 >= 0 && $0 < 1 << 40 })
    else { throw ExtractErrors.unreadable(path, "a tensor's position in its memory is invalid") }
    let last = zip(shape, strides).reduce(Double(offset)) { $0 + Double($1.0 - 1) * Double($1.1) }
    guard try shape.contains(0) || (last + 1) * Double(dtype.byteCount) <= Double(bytes.count) else {
      throw ExtractErrors.unreadable(path, "a tensor exceeds the saved memory")
    }
    return try TensorRuntime.withGradients(false) {
      let typed = try TensorOperator.call("aten::view", overload: "dtype", [.tensor(bytes), .dtype(dtype)])
      return try TensorOperator.call(
        "aten::as_strided",
        [.tensor(typed), .list(shape.map { .int($0) }), .list(strides.map { .int($0) }), .int(offset)])
    }
  }
}

extension Value {
  /// The element type as an argument of operators.
  fileprivate static func dtype(_ dtype: DType) -> Value { .int(Int(dtype.runtimeCode)) }
}
