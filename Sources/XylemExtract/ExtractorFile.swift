internal import XylemGraph
internal import XylemPlugins
internal import XylemScript
internal import XylemTensor
package import XylemTrace

/// What an extractor's file says besides its weights and its code.
///
/// The file is a safetensors file, so that other programs can read the weights: each tensor that the extractor needs under the
/// model's own key, and as bytes (`U8`) the model's code (``codeName``) and this description as JSON (``name``).
package struct ExtractorFile: Codable {
  /// The schema that this version writes and reads.
  static let schema = 1
  /// What the file's metadata call it.
  static let format = "xylem.extractor"
  /// The description, among the file's tensors. A state dict has no key with a slash.
  package static let name = "xylem/extractor.json"
  /// The model's code and module tree, without weights, as a TorchScript archive.
  package static let codeName = "xylem/code.pt"

  var schema = Self.schema
  /// The name of the file that the model came from, for people; of a model written in Swift the name that it is asked for by.
  package var model: String
  /// Whether the model is written in Swift: then the file has no code, and the program that loads it has to have the model.
  var isWrittenInSwift: Bool?
  /// The mode in which the extractor starts.
  package var mode: Mode
  /// By the mode's name.
  package var plans: [String: SavedPlan]
  package var tensors: [SavedTensor]
  /// The archive that holds the weights, where the file does not.
  var weights: String?
  /// The plugins whose leaves are called, exactly as they were.
  var plugins: [PluginIdentity] = []

  /// What was planned for one mode.
  package struct SavedPlan: Codable {
    /// The nodes that the plan needs.
    package var trace: Trace
    package var requests: [SavedRequest]
    /// How many nodes of the whole trace the plan does not run.
    var prunedCount: Int
    var notes: [String]
  }

  /// What one feature is.
  package struct SavedRequest: Codable {
    var node: String
    var key: String
    /// What the request means in the pruned trace, where its name alone no longer tells: a part of what a module returned
    /// stays when the rest of it is gone. Nil in files of before.
    var meaning: Meaning?

    /// A value of the graph at a moment, as in ``ResolvedRequest``.
    struct Meaning: Codable {
      var value: Argument
      var steps: [Projection]
      var moment: NodeID?
      var name: String
    }
  }

  /// One tensor of a module.
  package struct SavedTensor: Codable {
    /// The key in the model.
    package var key: String
    /// The key under which the contents are kept: another one where two are the same tensor, or share memory.
    var contents: String
    var requiresGrad: Bool
    /// Of the contents, to tell a damaged or an exchanged file.
    var checksum: String
    /// Where in the contents the tensor lies; nil where it is the whole.
    var view: View?

    /// A tensor as a view of bytes.
    struct View: Codable {
      var shape: [Int]
      /// In elements, as is the offset.
      var strides: [Int]
      var offset: Int
      var dtype: String
    }
  }
}

extension ExtractorFile {
  /// What the file's metadata say of the description and the code, to tell damage to them: every number in a graph counts.
  package static func checksum(description: [UInt8], code: [UInt8]) -> String {
    checksum(of: description) + checksum(of: code)
  }

  /// The sum of some bytes.
  package static func checksum(of bytes: [UInt8]) -> String {
    unsafe bytes.withUnsafeBytes { unsafe Checksum($0).text }
  }
}

/// A sum that changes with any byte: FNV-1a with 64 bits, taken over words of eight bytes. For damage, not for malice, and
/// faster than SHA-256, as it goes over all weights.
struct Checksum {
  private var value: UInt64 = 0xcbf2_9ce4_8422_2325

  init(_ bytes: UnsafeRawBufferPointer) {
    let prime: UInt64 = 0x100_0000_01b3
    let words = bytes.count / 8
    for index in 0..<words {
      let word = unsafe bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)
      value = (value ^ word) &* prime
      // The lowest bits depend on the lowest bits alone; turning lets every bit reach every other.
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
