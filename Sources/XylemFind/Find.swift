import ArgumentParser
import Foundation
import Xylem

/// Finds similar images, and altered copies of an image, by the descriptors that a model computes:
/// `xylem-find efficientnet_lite0.pt photos --node global_pool --copies -o found.html`.
@main
struct Find: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "xylem-find",
    abstract: "Find the nearest neighbours of each image in a folder, by the cosine of a model's features.")

  @Argument(help: "A TorchScript archive.") var model: String
  @Argument(help: "A folder with PNG and JPEG files.") var folder: String
  @Option(help: "The node that describes an image. The mean over its places is taken if it has maps.") var node: String
  @Option(help: "The number of neighbours to show.") var neighbours = 3
  @Flag(help: "Look for altered copies of each image: cropped, flipped, blurred, and with JPEG's artefacts.")
  var copies = false
  @Option(name: .shortAndLong, help: "The page with the pictures.") var output = "found.html"

  func run() throws {
    let photos = try Photo.all(in: folder)
    let describe = try Descriptor(model: ScriptModel(path: model), node: node)
    let index = try Tensor.cat(photos.map { try describe($0.image) }, dim: 0)

    var queries = photos.enumerated().map { Query(photo: $1, original: $0, isCopy: false) }
    if copies {
      queries = try photos.enumerated().flatMap { original, photo in
        try photo.altered().map { Query(photo: $0, original: original, isCopy: true) }
      }
    }
    var found: [(query: Query, matches: [Match])] = []
    for query in queries {
      // Both sides have a length of one, so that their products are cosines.
      let cosines = try index.matmul(describe(query.photo.image).t()).doubles()
      let matches = cosines.enumerated().map { Match(photo: photos[$0], cosine: $1) }
        .filter { query.isCopy || $0.photo.name != query.photo.name }
        .sorted { $0.cosine > $1.cosine }.prefix(neighbours)
      found.append((query, Array(matches)))
      print("\(query.photo.name): " + matches.map { "\($0.photo.name) \($0.text)" }.joined(separator: ", "))
    }
    var summary = "The number is the cosine of two descriptors: 1 is the same."
    if copies {
      let right = found.count { $0.matches.first?.photo.name == photos[$0.query.original].name }
      summary = "\(right) of \(found.count) copies have their original as nearest neighbour. " + summary
      print(summary)
    }
    try Data(Page(title: "\(node) of \(model)", summary: summary, rows: found).html().utf8)
      .write(to: URL(fileURLWithPath: output), options: .atomic)
    print("wrote \(output)")
  }
}

/// An image that is looked for.
struct Query {
  let photo: Photo
  /// The position of the image that it was made from.
  let original: Int
  let isCopy: Bool
}

/// An image that was found.
struct Match {
  let photo: Photo
  let cosine: Double
  var text: String { String(format: "%.3f", cosine) }
}
