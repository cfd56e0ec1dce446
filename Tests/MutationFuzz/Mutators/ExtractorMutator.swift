import Foundation
import XylemExtract
import XylemFiles
import XylemTensor

/// Damages saved extractors, whose checksums are made right again.
struct ExtractorMutator {
  /// What is in the file of an extractor.
  struct Contents {
    var description: Any
    var code: ZipImage?
    var codeBytes: [UInt8]
    var arrays: [(name: String, array: HostArray)]
    var metadata: [String: String]

    init(path: String) throws {
      let file = try SafetensorsFile(path)
      description = try JSONSerialization.jsonObject(with: Data(file.array(ExtractorFile.name).bytes))
      arrays = []
      codeBytes = []
      for name in file.names where name != ExtractorFile.name {
        let array = try file.array(name)
        if name == ExtractorFile.codeName { codeBytes = array.bytes } else { arrays.append((name, array)) }
      }
      let archive = path + ".pt"
      defer { try? FileManager.default.removeItem(atPath: archive) }
      try Data(codeBytes).write(to: URL(fileURLWithPath: archive))
      code = codeBytes.isEmpty ? nil : try ZipImage(path: archive)
      metadata = file.metadata
    }
  }

  let archives: ArchiveMutator

  private static nonisolated(unsafe) let values: [Any] = [
    -1, 0, 1, 2, 3, 5, 63, 64, 65, 4096, 4097, 65_536, 1 << 20, 1 << 31, 1 << 32, 1 << 53, Int.max, Int.min, 0.5, 1e300,
    -0.0, true,
    false, "", "x", "0", "output", "forward", "Tensor", "aten::add.Tensor", "aten::save", "int", "List[int]", "List[",
    "layer.0",
    "\u{1B}[2J", "../x", NSNull(), [Any](), [0], [[Any]](), [String: Any](), ["a": 1], ["node": 0], ["list": [Any]()],
  ]

  private enum Step {
    case key(String)
    case index(Int)
  }

  /// Writes a damaged extractor to a file.
  func write(_ contents: Contents, to path: String, _ numbers: inout SeededNumbers) throws {
    var contents = contents
    var isRaw = false
    for _ in 0..<(numbers.chance(75) ? 1 : 2 + numbers.below(3)) {
      switch numbers.below(100) {
      case ..<75:
        for _ in 0..<numbers.count(upTo: 5) { contents.description = change(contents.description, &numbers) }
      case ..<88:
        if let code = contents.code { contents.codeBytes = archives.mutate(code, &numbers) }
      case ..<95: try changeArrays(&contents, &numbers)
      case ..<98: changeMetadata(&contents.metadata, &numbers)
      default: isRaw = true
      }
    }
    guard
      let description = try? JSONSerialization.data(
        withJSONObject: contents.description, options: [.fragmentsAllowed, .sortedKeys])
    else { return }
    let bytes = numbers.chance(3) ? PickleMutator.flipped([UInt8](description), &numbers) : [UInt8](description)
    var arrays = contents.arrays
    if !contents.codeBytes.isEmpty {
      arrays.append(
        (
          ExtractorFile.codeName,
          try HostArray(dtype: .uint8, shape: [contents.codeBytes.count], bytes: contents.codeBytes)
        ))
    }
    arrays.append((ExtractorFile.name, try HostArray(dtype: .uint8, shape: [bytes.count], bytes: bytes)))
    contents.metadata["checksum"] = ExtractorFile.checksum(description: bytes, code: contents.codeBytes)
    try SafetensorsWriter.write(arrays, metadata: contents.metadata, to: path)
    if isRaw {
      let url = URL(fileURLWithPath: path)
      try Data(PickleMutator.flipped([UInt8](Data(contentsOf: url)), &numbers)).write(to: url)
    }
  }

  private func change(_ document: Any, _ numbers: inout SeededNumbers) -> Any {
    var places: [[Step]] = []
    Self.collect(document, [], &places)
    guard !places.isEmpty else { return document }
    let place = numbers.pick(places)
    let value = Self.value(document, at: place[...])
    switch numbers.below(9) {
    case 0: return Self.replacing(document, at: place[...], with: nil)
    case 1:
      // What stands elsewhere, preferably of the same kind.
      let others = (0..<8).map { _ in Self.value(document, at: numbers.pick(places)[...]) }
      let same = others.first { type(of: $0) == type(of: value) } ?? others[0]
      return Self.replacing(document, at: place[...], with: same)
    case 2, 3:
      if let number = value as? Int, !(value is Bool) {
        return Self.replacing(document, at: place[...], with: number &+ numbers.pick([-1, 1, 2, -2, 64]))
      }
      if let array = value as? [Any], let last = array.last {
        let changed: [Any] =
          switch numbers.below(5) {
          case 0: array + [last]
          case 1: array.reversed()
          case 2: Array(array.dropLast())
          case 3:
            Array(repeating: last, count: numbers.pick([2, 70, last is [Any] || last is [String: Any] ? 70 : 5000]))
          default: [array]
          }
        return Self.replacing(document, at: place[...], with: changed)
      }
      if let text = value as? String {
        let bytes = PickleMutator.flipped(Array(text.utf8), &numbers)
        return Self.replacing(document, at: place[...], with: String(decoding: bytes, as: UTF8.self))
      }
      return Self.replacing(document, at: place[...], with: numbers.pick(Self.values))
    case 4:
      // Itself within itself, many times.
      var nested: Any = value
      for _ in 0..<numbers.pick([1, 3, 100, 600]) {
        let isList = numbers.chance(50) || !(value is [String: Any])
        nested = isList ? [nested] as Any : ["list": [nested]] as Any
      }
      return Self.replacing(document, at: place[...], with: nested)
    default: return Self.replacing(document, at: place[...], with: numbers.pick(Self.values))
    }
  }

  private static func collect(_ value: Any, _ path: [Step], _ places: inout [[Step]]) {
    if !path.isEmpty { places.append(path) }
    if let object = value as? [String: Any] {
      for key in object.keys.sorted() { collect(object[key]!, path + [.key(key)], &places) }
    } else if let array = value as? [Any] {
      for (index, element) in array.enumerated() { collect(element, path + [.index(index)], &places) }
    }
  }

  private static func value(_ document: Any, at path: ArraySlice<Step>) -> Any {
    switch path.first {
    case nil: document
    case .key(let key)?: value((document as! [String: Any])[key]!, at: path.dropFirst())
    case .index(let index)?: value((document as! [Any])[index], at: path.dropFirst())
    }
  }

  private static func replacing(_ document: Any, at path: ArraySlice<Step>, with other: Any?) -> Any {
    guard let step = path.first else { return other ?? NSNull() }
    switch step {
    case .key(let key):
      var object = document as! [String: Any]
      object[key] = path.count == 1 ? other : replacing(object[key]!, at: path.dropFirst(), with: other)
      return object
    case .index(let index):
      var array = document as! [Any]
      if path.count == 1, other == nil {
        array.remove(at: index)
      } else {
        array[index] = replacing(array[index], at: path.dropFirst(), with: other)
      }
      return array
    }
  }

  private func changeArrays(_ contents: inout Contents, _ numbers: inout SeededNumbers) throws {
    guard !contents.arrays.isEmpty else { return }
    let at = numbers.below(contents.arrays.count)
    let (name, array) = contents.arrays[at]
    switch numbers.below(5) {
    case 0: contents.arrays.remove(at: at)
    case 1: contents.arrays[at].name = name + "x"
    case 2: contents.arrays[at].array = try HostArray(dtype: .uint8, shape: [array.bytes.count], bytes: array.bytes)
    case 3:
      contents.arrays[at].array = try HostArray(dtype: array.dtype, shape: [array.count, 1, 1], bytes: array.bytes)
    default:
      contents.arrays[at].array = try HostArray(
        dtype: array.dtype, shape: array.shape, bytes: array.bytes.map { $0 &+ 1 })
    }
    // With other contents goes another sum.
    guard numbers.chance(70), var description = contents.description as? [String: Any] else { return }
    let tensors = (description["tensors"] as? [[String: Any]] ?? []).map { tensor in
      var tensor = tensor
      if let found = contents.arrays.first(where: { $0.name == tensor["contents"] as? String }) {
        tensor["checksum"] = ExtractorFile.checksum(of: found.array.bytes)
      }
      return tensor
    }
    description["tensors"] = tensors
    contents.description = description
  }

  private func changeMetadata(_ metadata: inout [String: String], _ numbers: inout SeededNumbers) {
    guard let key = metadata.keys.sorted().randomElement(using: &numbers) else { return }
    metadata[key] = numbers.chance(30) ? nil : numbers.pick(["", "1", "2", "-1", "x", "xylem.extractor", "\u{1B}[2J"])
  }
}
