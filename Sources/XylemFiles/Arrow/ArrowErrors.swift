package import XylemErrors

// The messages of errors about Arrow files and streams.

/// A fault in Arrow data, with the data for its message.
package enum ArrowFault {
  case noMessage
  case metadataSize(Int)
  case metadataOffset
  case noSchema
  case secondSchema
  case header(UInt8)
  case missing(String)
  case tooDeep(limit: Int)
  case text(String)
  case children(String, count: Int)
  case byteWidth(String)
  case bodySize(Int)
  case rows(Int)
  case columns
  case buffer(String)
  case nulls(String)
  case length(String)
  case offsets(String)
  case fileStart
  case fileEnd
  case footer(Int)
  case block(Int)
  case utf8(String, row: Int)

  var sentence: String {
    switch self {
    case .noMessage: "the data is not in Arrow's IPC format: no message starts here"
    case .metadataSize(let size): "a message claims \(size) bytes of metadata"
    case .metadataOffset: "the metadata of a message is damaged: an offset leads out of it"
    case .noSchema: "the data does not begin with a schema"
    case .secondSchema: "the data has a second schema"
    case .header(let code): "a message is of the unknown kind \(code)"
    case .missing(let what): "the metadata of a message has no \(what)"
    case .tooDeep(let limit): "the schema is nested deeper than \(limit)"
    case .text(let what): "\(what) in the schema is not valid UTF-8"
    case .children(let name, let count): "the column '\(name.printable)' has \(count) children, which its type does not"
    case .byteWidth(let name): "the type of the column '\(name.printable)' has a width that does not exist"
    case .bodySize(let size): "a message claims a body of \(size) bytes"
    case .rows(let count): "a record batch claims \(count) rows"
    case .columns: "a record batch does not have the columns of the schema"
    case .buffer(let name): "the data of the column '\(name.printable)' is outside of its record batch"
    case .nulls(let name): "the number of nulls of the column '\(name.printable)' is impossible"
    case .length(let name): "the data of the column '\(name.printable)' is shorter than its rows need"
    case .offsets(let name): "the offsets of the column '\(name.printable)' are not in order"
    case .fileStart: "the file does not begin like an Arrow file"
    case .fileEnd: "the file does not end like an Arrow file: it is truncated, or was not finished"
    case .footer(let size): "the footer claims \(size) bytes"
    case .block(let index): "record batch \(index) is not where the footer says"
    case .utf8(let name, let row): "row \(row) of the column '\(name.printable)' is not valid UTF-8"
    }
  }
}

/// Arrow data that this reader does not support, although nothing is damaged.
package enum ArrowLimit {
  case version(Int)
  case bigEndian
  case compressed
  case dictionary(String)
  case type(String, of: String)
  case message(String)
  case tooLong(String)

  fileprivate var sentence: String {
    switch self {
    case .version(let version): "Arrow's format V\(version) is not supported"
    case .bigEndian: "the Arrow data is big-endian, which is not supported"
    case .compressed: "the Arrow data is compressed, which is not supported"
    case .dictionary(let name): "the column '\(name.printable)' is encoded with a dictionary, which is not supported"
    case .type(let type, let name): "the column '\(name.printable)' has the type \(type), which is not supported"
    case .message(let kind): "the Arrow data has a \(kind), which is not supported"
    case .tooLong(let name): "the column '\(name.printable)' has more than 2 GiB of data in one record batch"
    }
  }

  fileprivate var remedies: [String] {
    switch self {
    case .compressed: ["write the data uncompressed"]
    case .dictionary: ["write the column's own values: decode the dictionary first"]
    case .tooLong: ["write smaller record batches"]
    case .version, .bigEndian, .type, .message: []
    }
  }
}

extension XylemError {
  package static func malformedArrow(_ path: String?, _ fault: ArrowFault) -> XylemError {
    XylemError(
      .fileMalformed, fault.sentence, at: Place(file: path), remedies: ["copy or write the data again"])
  }

  package static func unsupportedArrow(_ path: String?, _ limit: ArrowLimit) -> XylemError {
    XylemError(.fileUnsupported, limit.sentence, at: Place(file: path), remedies: limit.remedies)
  }

  static func arrowColumns(_ reason: String) -> XylemError {
    XylemError(.runtimeTensor, "the columns do not fit the schema: \(reason)")
  }
}
