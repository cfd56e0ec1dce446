import XylemGraph
import XylemTestSupport
import CXylem
import Foundation
import Testing
import XylemErrors

@testable import XylemFiles
@testable import XylemScript
@testable import XylemTensor

/// Everything that needs libtorch. In turn, since random state and threads belong to the process.
@Suite(.serialized, .enabled(if: RuntimeSupport.isAvailable, RuntimeSupport.reason))
struct RuntimeTests {}

enum RuntimeSupport {
  private static let failure: String? = {
    do throws(XylemError) {
      _ = try TensorRuntime.load()
      return nil
    } catch { return error.description }
  }()

  static var isAvailable: Bool { failure == nil }
  static var reason: Comment { "the tensor runtime can't be loaded, so what needs it is not tested: \(failure ?? "")" }

  /// The path of a file under `Fixtures`.
  static func path(_ name: String) -> String {
    FileFixtures.folder.deletingLastPathComponent().appending(path: name).path
  }

  /// The names of the files in a folder under `Fixtures` that end in `.pt`, without that ending, in order.
  static func archives(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []
    return names.filter { $0.hasSuffix(".pt") }.map { String($0.dropLast(3)) }.sorted()
  }

  static func json(_ name: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(filePath: path(name)))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  static func archive(_ name: String) throws -> ScriptArchive { try ScriptArchive(path: path(name + ".pt")) }

  /// A tensor by the formula of `Fixtures/README.md`.
  static func formula(_ shape: [Int], _ dtype: DType = .float32, shift: Int = 0) throws -> Tensor {
    let count = shape.reduce(1, *)
    func residue(_ index: Int) -> Int { (index + shift) * 7919 % 1009 }
    if dtype == .bool { return try Tensor(HostArray((0..<count).map { residue($0) % 2 == 1 }, shape: shape)) }
    if dtype == .float32 {
      return try Tensor((0..<count).map { Float(Double(residue($0)) / 1009 - 0.5) }, shape: shape)
    }
    if [.float64, .float16, .bfloat16].contains(dtype) {
      let exact = try Tensor(HostArray((0..<count).map { Double(residue($0)) / 1009 - 0.5 }, shape: shape))
      return try exact.converted(to: dtype)
    }
    if dtype.isComplex {
      let numbers = (0..<count).flatMap { index in
        let number = Double(residue(index)) / 1009 - 0.5
        return [number, -number]
      }
      let bytes = try HostArray(numbers, shape: [numbers.count]).bytes
      return try Tensor(HostArray(dtype: .complex128, shape: shape, bytes: bytes)).converted(to: dtype)
    }
    return try Tensor(HostArray((0..<count).map { Int64(residue($0) % 7) }, shape: shape)).converted(to: dtype)
  }
}

extension Tensor {
  /// A number that tensors with other elements have another of.
  var fingerprint: UInt64 {
    let hash = try? withUnsafeBytes { bytes in
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      return hash
    }
    return hash ?? 0
  }

  /// Whether two tensors lie in one storage.
  func sharesStorage(with other: Tensor) -> Bool { Value.tensor(self).sharesStorage(with: .tensor(other)) }
}

extension Value {
  /// Whether any tensor in one shares storage with any tensor in the other.
  func sharesStorage(with other: Value) -> Bool {
    guard let library = try? RuntimeLibrary.shared(), var a = try? makeRaw(library), var b = try? other.makeRaw(library)
    else { return true }
    defer {
      library.table.pointee.value_release(&a)
      library.table.pointee.value_release(&b)
    }
    return library.table.pointee.shares_storage(&a, &b) != 0
  }

  /// The tensors in a value, containers looked through.
  var tensors: [Tensor] {
    switch (try? unpacked()) ?? self {
    case .tensor(let tensor): [tensor]
    case .list(let elements), .tuple(let elements, _): elements.flatMap(\.tensors)
    case .dictionary(let entries): entries.flatMap { $0.key.tensors + $0.value.tensors }
    default: []
    }
  }

  /// The value as text, with the tensors' contents: for comparing values.
  var contents: String {
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
