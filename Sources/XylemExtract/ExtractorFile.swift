internal import XylemGraph
internal import XylemPlugins
internal import XylemScript
internal import XylemTensor
package import XylemTrace

/// The description in an extractor's file: everything except its weights and code.
///
/// The file is a safetensors file, so other programs can read the weights. It holds each tensor that the extractor
/// needs under the model's own key, and as bytes (`U8`) the model's code (``codeName``) and this description as JSON
/// (``name``).
package struct ExtractorFile: Codable {
  /// The schema that this version writes and reads.
  static let schema = 1
  /// The name of the format in the file's metadata.
  static let format = "xylem.extractor"
  /// The name of the description among the file's tensors. A state dict has no key with a slash.
  package static let name = "xylem/extractor.json"
  /// The model's code and module tree, without weights, as a TorchScript archive.
  package static let codeName = "xylem/code.pt"

  var schema = Self.schema
  /// The name of the file that the model came from, for messages. For a model written in Swift, the name that it is
  /// looked up by.
  package var model: String
  /// Whether the model is written in Swift. If so, the file has no code, and the program that loads it must have the
  /// model.
  var isWrittenInSwift: Bool?
  /// The mode in which the extractor starts.
  package var mode: Mode
  /// The plans, by the mode's name.
  package var plans: [String: SavedPlan]
  package var tensors: [SavedTensor]
  /// The archive that holds the weights, if the file does not.
  var weights: String?
  /// The plugins whose leaves are called, with their exact digests.
  var plugins: [PluginIdentity] = []

  /// What computes the features. Nil for libtorch alone.
  var engine: SavedEngine?

  /// What an extractor computes with, and what computed which part in its last call.
  struct SavedEngine: Codable {
    var engine: String
    var reducesPrecision: Bool
    var keptShapes: Int
    /// Nil if it was never called.
    var parts: [Part]?
    var note: String?

    struct Part: Codable {
      var first: String
      var last: String
      var instructions: Int
      var engine: String
      var reason: String?
    }
  }

  /// The plan of one mode.
  package struct SavedPlan: Codable {
    /// The nodes that the plan needs.
    package var trace: Trace
    package var requests: [SavedRequest]
    /// The number of nodes of the whole trace that the plan does not run.
    var prunedCount: Int
    var notes: [String]
  }

  /// A feature.
  package struct SavedRequest: Codable {
    var node: String
    var key: String
    /// The meaning of the request in the pruned trace, if its name alone no longer identifies it: a part of a module's
    /// result remains when the rest is gone. Nil in older files.
    var meaning: Meaning?

    /// A value of the graph at a position, as in ``ResolvedRequest``.
    struct Meaning: Codable {
      var value: NodeInput
      var steps: [Projection]
      var moment: NodeID?
      var name: String
    }
  }

  /// A tensor of a module.
  package struct SavedTensor: Codable {
    /// The key in the model.
    package var key: String
    /// The key under which the contents are stored. It differs from `key` if two keys are the same tensor or share
    /// memory.
    var contents: String
    var requiresGrad: Bool
    /// The checksum of the contents, to detect a damaged or replaced file.
    var checksum: String
    /// The view of the tensor in the contents. Nil if it is the whole contents.
    var view: View?

    /// A tensor as a view of bytes.
    struct View: Codable {
      var shape: [Int]
      /// The strides in elements, like the offset.
      var strides: [Int]
      var offset: Int
      var dtype: String
    }
  }
}

extension ExtractorFile {
  /// The checksum of the description and the code in the file's metadata, which detects damage: every number in a graph
  /// matters.
  package static func checksum(description: [UInt8], code: [UInt8]) -> String {
    checksum(of: description) + checksum(of: code)
  }

  /// The checksum of some bytes.
  package static func checksum(of bytes: [UInt8]) -> String {
    unsafe bytes.withUnsafeBytes { unsafe Checksum($0).text }
  }
}

/// A checksum that changes with any byte: 64-bit FNV-1a over words of eight bytes. It detects damage, not tampering, and is
/// faster than SHA-256, which matters as it covers all weights.
struct Checksum {
  private var value: UInt64 = 0xcbf2_9ce4_8422_2325

  init(_ bytes: UnsafeRawBufferPointer) {
    let prime: UInt64 = 0x100_0000_01b3
    let words = bytes.count / 8
    for index in 0..<words {
      let word = unsafe bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)
      value = (value ^ word) &* prime
      // The lowest bits depend only on the lowest bits; rotation lets every bit affect every other.
      value = value << 29 | value >> 35
    }
    for index in words * 8..<bytes.count {
      let byte = unsafe bytes[index]
      value = (value ^ UInt64(byte)) &* prime
    }
    let count = bytes.count
    value = (value ^ UInt64(count)) &* prime
  }

  var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
