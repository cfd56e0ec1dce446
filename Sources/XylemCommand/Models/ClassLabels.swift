internal import Foundation
internal import XylemErrors
internal import XylemFiles
internal import XylemReport

/// The names of a classifier's classes, in order.
struct ClassLabels {
  let names: [String]

  /// The maximum size of the file: 64 mebibytes.
  private static let mostBytes = 1 << 26

  /// Reads a JSON list of strings.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, `file.malformed`.
  init(path: String) throws(XylemError) {
    guard let data = try WholeFile.bytes(of: path, upTo: Self.mostBytes) else {
      throw CommandErrors.labels(path, "is larger than \(Self.mostBytes) bytes")
    }
    do {
      names = try BoundedJSON.decode([String].self, from: data)
    } catch {
      throw CommandErrors.labels(path, "is not a JSON list of strings")
    }
    guard !names.isEmpty else { throw CommandErrors.labels(path, "is empty") }
  }

  /// The five most likely classes of each item of each feature that has as many values as there are names.
  func likeliest(in entries: [FeatureEntry]) throws -> [ClassRanking] {
    var rankings: [ClassRanking] = []
    for entry in entries {
      guard let array = entry.array, (1...2).contains(array.shape.count), array.shape.last == names.count,
        !array.dtype.isComplex
      else { continue }
      let values = try array.doubles()
      for item in 0..<(values.count / names.count) {
        let logits = Array(values[(item * names.count)..<((item + 1) * names.count)])
        rankings.append(ClassRanking(key: entry.key, item: item, logits: logits, names: names))
      }
    }
    return rankings
  }
}

/// The most likely classes of one item.
struct ClassRanking {
  let key: String
  let item: Int
  /// At most five classes, best first; ties keep their order. Empty if a value is not a finite number.
  let classes: [(index: Int, name: String, probability: Double)]

  init(key: String, item: Int, logits: [Double], names: [String]) {
    self.key = key
    self.item = item
    guard logits.allSatisfy(\.isFinite), let highest = logits.max() else {
      classes = []
      return
    }
    let total = logits.reduce(0) { $0 + exp($1 - highest) }
    let order = logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }
    classes = order.prefix(5).map { ($0, names[$0], exp(logits[$0] - highest) / total) }
  }

  /// A heading, and a line for each class, without a trailing line break.
  var text: String {
    let heading = "\(key), input \(item + 1):"
    guard !classes.isEmpty else { return heading + " no classes: some values are not finite numbers" }
    var table = TextTable([.right, .right, .left])
    for entry in classes {
      table.append([String(format: "%.2f%%", entry.probability * 100), "\(entry.index)", entry.name])
    }
    return heading + "\n" + table.text
  }

  var json: JSONValue {
    .object([
      "key": .string(key), "item": .int(item),
      "classes": .array(
        classes.map {
          .object(["index": .int($0.index), "name": .string($0.name), "probability": .double($0.probability)])
        }),
    ])
  }
}
