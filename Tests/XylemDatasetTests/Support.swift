import Foundation
import Synchronization
import XylemErrors
import XylemExtract
import XylemFiles
import XylemImage
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTrace

@testable import XylemDataset

/// A small network of images, with the same weights in every process.
final class SmallNet: Module, Layer {
  let stem = Conv2d(3, 8, kernelSize: 3, stride: 2, padding: 1)
  let body = Conv2d(8, 12, kernelSize: 3, padding: 1)

  init(seed: Int = 0) throws {
    super.init()
    for (shift, parameter) in try parameters().enumerated() {
      try withoutGradients {
        _ = try parameter.tensor.copy_(Goldens.formula(parameter.tensor.sizes, shift: 100 * shift + seed))
      }
    }
  }

  func forward(_ x: Tensor) throws -> Tensor { try body(stem(x).relu()).relu() }
}

/// Files and options of a run in a fresh folder.
struct RunSetting: Sendable {
  static let transform = try? ImageTransform(resize: 16, crop: 16)

  let folder: TemporaryFolder
  var options = RunOptions(format: NpyFormat(), rows: 7, batchSize: 4, workers: 2, reductions: ["body": .gap])

  init() throws { folder = try TemporaryFolder() }

  /// Makes image files `photos/000.png` and so on, each of its own colours.
  func makeImages(_ count: Int, in name: String = "photos") throws {
    try FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: true)
    for index in 0..<count { try Self.image(index).write(to: URL(filePath: folder(name) + Self.name(index))) }
  }

  static func name(_ index: Int) -> String {
    "/" + String(repeating: "0", count: 3 - "\(index)".count) + "\(index).png"
  }

  /// The bytes of a small image.
  static func image(_ index: Int) throws -> Data {
    var random = SplitMix64(seed: UInt64(index))
    let pixels = (0..<18 * 17 * 3).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    return Data(try PixelImage(width: 18, height: 17, pixels: pixels).encodePNG())
  }

  static func extractor(seed: Int = 0) throws -> FeatureExtractor {
    try FeatureExtractor(of: SmallNet(seed: seed), returning: ["stem": "stem", "body": "body"], modes: [.eval])
  }

  /// Runs on the images.
  @discardableResult
  func run(
    _ inputs: [String] = ["photos"], into output: String = "out", extractor: FeatureExtractor? = nil,
    lists: [String] = [], transform: ImageTransform? = transform, change: (inout RunOptions) -> Void = { _ in }
  ) throws -> RunSummary {
    var options = options
    change(&options)
    let source = try DatasetInputs(inputs.map { folder($0) }, lists: lists.map { folder($0) }).source
    return try DatasetRun(
      of: extractor ?? Self.extractor(), from: source, transform: transform, into: folder(output), options: options
    ).run()
  }

  /// All files of a folder with their bytes, by path.
  func files(_ name: String = "out") throws -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    let root = folder(name)
    for path in try FileManager.default.subpathsOfDirectory(atPath: root) {
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: root + "/" + path, isDirectory: &isFolder), !isFolder.boolValue {
        found[path] = try contents(root + "/" + path)
      }
    }
    return found
  }

  /// The rows of a feature in all shards.
  func rows(_ key: String, in output: String = "out") throws -> [[Float]] {
    var found: [[Float]] = []
    let folder = folder(output) + "/" + key
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      let array = try NpyFile.read(folder + "/" + name)
      let numbers = try array.floats()
      let size = array.shape.dropFirst().reduce(1, *)
      found += (0..<array.shape[0]).map { Array(numbers[$0 * size..<($0 + 1) * size]) }
    }
    return found
  }

  /// The labels of all shards.
  func labels(in output: String = "out") throws -> [[String: String]] {
    let folder = folder(output) + "/ids"
    return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().flatMap { name in
      try LineJournal.lines(of: folder + "/" + name).map {
        try JSONDecoder().decode([String: String].self, from: Data($0))
      }
    }
  }
}
