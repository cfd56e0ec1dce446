import Foundation
import XylemErrors
import XylemFiles

/// Reads a damaged file of Arrow's, as a stream and as a file. What can be read must be equal after it was written again.
enum ArrowTrial {
  static func outcome(of path: String) throws -> Outcome {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    do {
      if bytes.starts(with: Array("ARROW1".utf8)) {
        let file = try ArrowFileReader(path)
        for index in 0..<file.count {
          if let words = try difference(file.schema, [file.recordBatch(index)]) { return .wrong(words) }
        }
      } else {
        let (schema, batches) = try ArrowStreamReader.read(bytes, path: path)
        if let words = try difference(schema, batches) { return .wrong(words) }
      }
      return .succeeded
    } catch let error as XylemError {
      let isOurs = error.id == .fileMalformed || error.id == .fileUnsupported
      return isOurs ? .refused(error.id.rawValue) : .wrong("\(error)")
    }
  }

  /// How batches differ after they were written and read again; nil if they do not. Every value is looked at.
  private static func difference(_ schema: ArrowSchema, _ batches: [ArrowRecordBatch]) throws -> String? {
    var bytes: [UInt8] = []
    let writer = try ArrowStreamWriter(schema) { bytes += $0 }
    for batch in batches {
      try writer.write(batch)
      for index in batch.columns.indices {
        guard let values = batch.bytes(at: index) else { continue }
        for row in 0..<min(batch.count, 1000) { _ = values[row] }
      }
    }
    try writer.finish()
    let again = try ArrowStreamReader.read(bytes)
    return again.schema == schema && again.batches == batches ? nil : "a stream that was written again differs"
  }
}
