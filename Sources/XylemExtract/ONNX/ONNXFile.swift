internal import XylemErrors
internal import XylemFiles

/// Writes an ONNX graph as a model file, with its constants inside or in a second file beside it.
///
/// Messages of protocol buffers are limited to 2 GiB, and so is a file with its constants inside.
struct ONNXFile {
  /// The version of ONNX's operators.
  static let operatorSet = 20
  /// The version of the file format.
  static let formatVersion = 10

  let graph: ONNXGraph
  /// The versions of further operator domains.
  var domains: [String: Int] = [:]
  /// Facts about the model, by name.
  var metadata: [(key: String, value: String)] = []
  /// The largest file that has its constants inside, in bytes.
  var largestFile = 2_000_000_000

  /// The offset of each constant in the second file is a multiple of this, so that readers may map it.
  private static let alignment = 4096

  /// Writes the model, completely or not at all.
  ///
  /// - Throws: `file.unwritable`; the errors of reading tensors.
  func write(to path: String) throws {
    let total = graph.initializers.reduce(0) { $0 + $1.byteCount }
    let rest = graphFields().bytes.count
    guard total + rest + 256 * graph.initializers.count > largestFile else {
      return try write(to: path, externally: nil)
    }
    let data = path + ".data"
    let name = data.split(separator: "/").last.map(String.init) ?? data
    // The constants come first: a model file never refers to a file that is missing.
    let pending = try PendingFile(data)
    var offset = 0
    var places: [(offset: Int, count: Int)] = []
    for initializer in graph.initializers {
      offset = (offset + Self.alignment - 1) / Self.alignment * Self.alignment
      let bytes = try initializer.array().bytes
      try pending.write(bytes, at: offset)
      places.append((offset, bytes.count))
      offset += bytes.count
    }
    _ = try pending.finish()
    try pending.commit()
    try write(to: path, externally: (name, places))
  }

  private func write(to path: String, externally: (name: String, places: [(offset: Int, count: Int)])?) throws {
    var fields = graphFields()
    var headers: [ProtobufMessage] = []
    var length = 0
    for (index, initializer) in graph.initializers.enumerated() {
      var header = description(of: initializer)
      if let externally {
        let place = externally.places[index]
        for (key, value) in [
          ("location", externally.name), ("offset", String(place.offset)), ("length", String(place.count)),
        ] {
          var entry = ProtobufMessage()
          entry.add(1, key)
          entry.add(2, value)
          header.add(13, entry)
        }
        header.add(14, 1)
        fields.add(5, header)
      } else {
        header.addLength(9, initializer.byteCount)
        var tag = ProtobufMessage()
        tag.addLength(5, header.bytes.count + initializer.byteCount)
        length += tag.bytes.count + header.bytes.count + initializer.byteCount
        headers.append(header)
      }
    }
    var model = modelFields()
    model.addLength(7, fields.bytes.count + length)
    let (start, tensors) = (model.bytes + fields.bytes, headers)
    var arrays: [HostArray] = []
    if externally == nil { arrays = try graph.initializers.map { try $0.array() } }
    try AtomicFile.write(path) { (file) throws(XylemError) in
      try file.append(start)
      for (header, array) in zip(tensors, arrays) {
        var tag = ProtobufMessage()
        tag.addLength(5, header.bytes.count + array.byteCount)
        try file.append(tag.bytes + header.bytes)
        try file.append(array.bytes)
      }
    }
  }

  private func modelFields() -> ProtobufMessage {
    var model = ProtobufMessage()
    model.add(1, Self.formatVersion)
    model.add(2, "xylem")
    for (domain, version) in [("", Self.operatorSet)] + domains.sorted(by: { $0.key < $1.key }) {
      var entry = ProtobufMessage()
      entry.add(1, domain)
      entry.add(2, version)
      model.add(8, entry)
    }
    for (key, value) in metadata {
      var entry = ProtobufMessage()
      entry.add(1, key)
      entry.add(2, value)
      model.add(14, entry)
    }
    return model
  }

  /// The graph without its constants.
  private func graphFields() -> ProtobufMessage {
    var message = ProtobufMessage()
    message.add(2, "xylem")
    for node in graph.nodes { message.add(1, Self.message(of: node)) }
    for input in graph.inputs { message.add(11, Self.message(of: input)) }
    for output in graph.outputs { message.add(12, Self.message(of: output)) }
    return message
  }

  /// A tensor without its elements.
  private func description(of initializer: ONNXInitializer) -> ProtobufMessage {
    var message = ProtobufMessage()
    for size in initializer.shape { message.add(1, size) }
    message.add(2, initializer.dtype.onnxCode ?? 0)
    message.add(8, initializer.name)
    return message
  }

  private static func message(of node: ONNXNode) -> ProtobufMessage {
    var message = ProtobufMessage()
    for input in node.inputs { message.add(1, input) }
    for output in node.outputs { message.add(2, output) }
    message.add(3, node.name)
    message.add(4, node.operation)
    for (name, value) in node.attributes.sorted(by: { $0.key < $1.key }) {
      message.add(5, Self.message(of: value, named: name))
    }
    if !node.domain.isEmpty { message.add(7, node.domain) }
    return message
  }

  private static func message(of attribute: ONNXAttribute, named name: String) -> ProtobufMessage {
    var message = ProtobufMessage()
    message.add(1, name)
    switch attribute {
    case .float(let value):
      message.add(2, value)
      message.add(20, 1)
    case .int(let value):
      message.add(3, value)
      message.add(20, 2)
    case .string(let value):
      message.add(4, value)
      message.add(20, 3)
    case .floats(let values):
      for value in values { message.add(7, value) }
      message.add(20, 6)
    case .ints(let values):
      for value in values { message.add(8, value) }
      message.add(20, 7)
    case .strings(let values):
      for value in values { message.add(9, value) }
      message.add(20, 8)
    }
    return message
  }

  private static func message(of info: ONNXValueInfo) -> ProtobufMessage {
    var tensor = ProtobufMessage()
    tensor.add(1, info.dtype.onnxCode ?? 0)
    if let shape = info.shape {
      var sizes = ProtobufMessage()
      for size in shape {
        var dimension = ProtobufMessage()
        switch size {
        case .fixed(let value): dimension.add(1, value)
        case .symbol(let name): dimension.add(2, name)
        case .unknown: break
        }
        sizes.add(1, dimension)
      }
      tensor.add(2, sizes)
    }
    var type = ProtobufMessage()
    type.add(1, tensor)
    var message = ProtobufMessage()
    message.add(1, info.name)
    message.add(2, type)
    return message
  }
}
