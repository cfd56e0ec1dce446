@testable import XylemFiles
import XylemTestSupport

/// What `make_files.py` puts into its safetensors files.
enum GoldenTensors {
  static let numpyMetadata = ["made \"by\"": "größe\t\u{1F}\u{7F}/ 🌳"]

  static var numpy: [(name: String, array: HostArray)] {
    get throws {
      let types: [DType] = [
        .float32, .float64, .float16, .int8, .uint8, .int16, .int32, .int64, .bool, .complex64, .uint16, .uint32,
        .uint64,
      ]
      return try types.map { (String($0.rawValue.reversed()) + ".weight", try counted($0, [2, 3])) } + [
        ("scalar", try counted(.float32, [])),
        ("empty", try counted(.float32, [0, 3])),
        ("a name with spaces, \"quotes\" and \\", try counted(.int64, [2])),
        ("größe/λ 木 🌳\n\u{1}", try counted(.uint8, [5])),
        ("e\u{301}", try counted(.int16, [1])),
        ("\u{E9}", try counted(.int16, [2])),
      ]
    }
  }

  static var torch: [(name: String, array: HostArray)] {
    get throws {
      let types: [(String, DType)] = [
        ("bf16", .bfloat16), ("e4m3", .float8e4m3fn), ("e5m2", .float8e5m2), ("f32", .float32), ("c64", .complex64),
        ("u16", .uint16),
      ]
      return try types.map { ($0, try counted($1, [2, 3])) }
    }
  }
}
