import Foundation
import Testing
import XylemErrors
import XylemFiles
import XylemTensor
import XylemTestSupport
import XylemTrace

@testable import XylemExtract

/// An extractor's file whose description says something else, with the right checksum: it is refused, or it runs; it never ends the
/// process, nor takes memory by a number in it.
@Suite("Hostile extractors", .needsRuntime)
struct HostileExtractorTests {
  private static nonisolated(unsafe) let numbers: [Any] = [
    -1, 0, 1, 2, 63, 64, 65, 4096, 4097, 65_536, 1 << 20, 1 << 31, 1 << 32, Int.max, Int.min, 1.5, 1e300, "", [Int](),
  ]
  private static nonisolated(unsafe) let texts: [Any] = [
    "", "x", "forward", "aten::add.Tensor", "\u{1B}[2J", -1, NSNull(),
  ]

  private enum Step {
    case key(String)
    case index(Int)
  }

  /// The place of every value of a document, the deepest last.
  private func places(_ value: Any, _ path: [Step] = [], _ visit: ([Step], Any) -> Void) {
    visit(path, value)
    if let object = value as? [String: Any] {
      for key in object.keys.sorted() { places(object[key]!, path + [.key(key)], visit) }
    } else if let array = value as? [Any] {
      for (index, element) in array.enumerated() { places(element, path + [.index(index)], visit) }
    }
  }

  private func replacing(_ value: Any, at path: ArraySlice<Step>, with other: Any?) -> Any {
    guard let step = path.first else { return other ?? NSNull() }
    switch step {
    case .key(let key):
      var object = value as! [String: Any]
      object[key] = path.count == 1 ? other : replacing(object[key]!, at: path.dropFirst(), with: other)
      return object
    case .index(let index):
      var array = value as! [Any]
      if path.count == 1, other == nil {
        array.remove(at: index)
      } else {
        array[index] = replacing(array[index], at: path.dropFirst(), with: other)
      }
      return array
    }
  }

  @Test(arguments: ["if_on_data", "return_in_loop", "nested_lists", "any_value"])
  func aChangedDescriptionIsRefusedOrRuns(_ name: String) throws {
    let folder = NSTemporaryDirectory() + "xylem-hostile-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let original = folder + "/original.xylem"
    let model = try ScriptModel(path: Fixtures.path("constructs/\(name).pt"))
    let extractor = try FeatureExtractor(
      of: model, returning: ["output"], options: TraceOptions(makesLeaves: true), modes: [.eval])
    try extractor.save(to: original)
    let contents = try SafetensorsFile(original)
    let document = try JSONSerialization.jsonObject(with: Data(contents.array(ExtractorFile.name).bytes))
    var changed: [Any] = []
    places(document) { path, value in
      guard !path.isEmpty else { return }
      changed.append(replacing(document, at: path[...], with: nil))
      if value is NSNumber {
        for number in Self.numbers { changed.append(replacing(document, at: path[...], with: number)) }
      } else if value is String {
        for text in Self.texts { changed.append(replacing(document, at: path[...], with: text)) }
      } else if let array = value as? [Any], let last = array.last {
        changed.append(replacing(document, at: path[...], with: array + [last]))
        changed.append(replacing(document, at: path[...], with: array.reversed() as [Any]))
      }
    }
    // Every one takes hundredths of a second; a part of them, the same in every run, is enough for each run of the tests.
    let step = max(1, changed.count / 400)
    var (refused, loaded) = (0, 0)
    for index in stride(from: 0, to: changed.count, by: step) {
      let path = folder + "/changed.xylem"
      try ExtractorFile.write(changed[index], like: contents, to: path)
      do {
        let other = try FeatureExtractor(path: path)
        _ = try? other([.tensor(Goldens.formula([2, 4]))])
        try? other.save(to: folder + "/again.xylem")
        loaded += 1
      } catch let error as XylemError {
        #expect(error.description.utf8.count < 20_000)
        #expect(!error.description.contains("DecodingError"), "\(error)")
        refused += 1
      }
    }
    #expect(refused > 50 && loaded > 5, "\(refused) refused, \(loaded) loaded")
  }
}
