import Foundation
import XylemFiles

@testable import XylemExtract

extension ExtractorFile {
  /// Writes a saved extractor with another description, and its checksum made right.
  static func write(_ document: Any, like contents: SafetensorsFile, to path: String) throws {
    let description = [UInt8](try JSONSerialization.data(withJSONObject: document, options: .fragmentsAllowed))
    var arrays: [(name: String, array: HostArray)] = []
    for key in contents.names where key != name { arrays.append((key, try contents.array(key))) }
    let code = arrays.first { $0.name == codeName }?.array.bytes ?? []
    arrays.append((name, try HostArray(dtype: .uint8, shape: [description.count], bytes: description)))
    var metadata = contents.metadata
    metadata["checksum"] = checksum(description: description, code: code)
    try SafetensorsWriter.write(arrays, metadata: metadata, to: path)
  }
}
