internal import XylemErrors
internal import XylemGraph
internal import XylemImage
internal import XylemRuntime

/// Reads a model's arguments from files.
struct InputReader {
  let graph: Graph
  let images: ImageOptions

  /// What a file holds, by its name; everything that is no tensor file is taken for an image and recognised by content.
  private enum Kind { case safetensors, npy, npz, image }

  /// The arguments of forward by their names.
  ///
  /// - Throws: `extract.input`, `usage`, and as reading the files does.
  func arguments(from paths: [String]) throws -> [String: Value] {
    let kinds = paths.map(Self.kind)
    guard kinds.allSatisfy({ $0 == .image }) else {
      guard paths.count == 1 else {
        throw CommandErrors.usage(
          "several inputs have to be images; tensors come in one file",
          remedies: [
            "put them into one .safetensors or .npz file, under the names of forward's arguments"
          ])
      }
      switch kinds[0] {
      case .npy: return try only(NpyFile.read(paths[0]), file: paths[0])
      case .npz: return try named(in: NpzFile(paths[0]))
      default: return try named(in: SafetensorsFile(paths[0]))
      }
    }
    return try batch(of: paths)
  }

  /// Whether files are images, by their names.
  static func areImages(_ paths: [String]) -> Bool { paths.allSatisfy { kind($0) == .image } }

  /// Whether a file is taken for an image: whether its name does not say that it holds tensors.
  static func isImage(_ path: String) -> Bool { kind(path) == .image }

  private static func kind(_ path: String) -> Kind {
    let name = path.lowercased()
    let tensorFiles: [(String, Kind)] = [(".safetensors", .safetensors), (".npy", .npy), (".npz", .npz)]
    return tensorFiles.first { name.hasSuffix($0.0) }?.1 ?? .image
  }

  // MARK: - Images

  private func batch(of paths: [String]) throws -> [String: Value] {
    let transform = try images.transform()
    var planes: [PlanarImage] = []
    var losses = ImageLosses()
    try Progress.each("reading images", count: paths.count) { index in
      let image = try transform.apply(to: images.decode(paths[index], &losses))
      if let first = planes.first, first.shape != image.shape {
        throw CommandErrors.input(
          "the images have different sizes: \(first.shape[2]) x \(first.shape[1]) and \(image.shape[2]) x \(image.shape[1])",
          file: paths[index], remedies: ["--resize 256 --crop 224"])
      }
      planes.append(image)
    }
    losses.warn()
    let argument = try firstArgument(file: paths[0])
    if InputType(argument.node.type) == .listOfTensors {
      return [argument.placeholder.name: .list(try planes.map { .tensor(try Tensor($0.values, shape: $0.shape)) })]
    }
    let values = planes.count == 1 ? planes[0].values : planes.flatMap(\.values)
    return [argument.placeholder.name: .tensor(try Tensor(values, shape: [planes.count] + planes[0].shape))]
  }

  // MARK: - Tensors

  private func firstArgument(file: String) throws -> (node: Node, placeholder: Placeholder) {
    guard let argument = graph.placeholders.first else {
      throw CommandErrors.input("forward takes no input", file: file)
    }
    return argument
  }

  private func only(_ array: HostArray, file: String) throws -> [String: Value] {
    let argument = try firstArgument(file: file)
    let value: Value
    switch InputType(argument.node.type) {
    case .listOfTensors: value = .list([.tensor(try Tensor(array))])
    case .int, .float, .bool: value = try scalar(array, argument, file: file)
    default: value = .tensor(try Tensor(array))
    }
    return [argument.placeholder.name: value]
  }

  private func named(in file: any NamedArrayFile) throws -> [String: Value] {
    guard !file.names.isEmpty else { throw CommandErrors.input("the file has no tensors", file: file.path) }
    var left = Set(file.names)
    var values: [String: Value] = [:]
    for argument in graph.placeholders {
      let name = argument.placeholder.name
      if left.remove(name) != nil {
        values[name] = try value(of: argument, file.array(name), file: file.path)
      } else if let parts = try parts(of: argument, in: file, taking: &left) {
        values[name] = parts
      }
    }
    if values.isEmpty, file.names.count == 1 { return try only(file.array(file.names[0]), file: file.path) }
    guard left.isEmpty else {
      let names = graph.placeholders.map(\.placeholder.name)
      throw CommandErrors.input(
        "the file has tensors that are no arguments of forward: \(left.sorted().prefix(5).joined(separator: ", "))",
        file: file.path, remedies: ["its arguments are " + names.joined(separator: ", ")])
    }
    return values
  }

  /// A whole argument under its own name; a lone tensor serves as a list of one.
  private func value(
    of argument: (node: Node, placeholder: Placeholder), _ array: HostArray, file: String
  ) throws -> Value {
    switch InputType(argument.node.type) {
    case .int, .float, .bool: return try scalar(array, argument, file: file)
    case .listOfTensors: return .list([.tensor(try Tensor(array))])
    default: return .tensor(try Tensor(array))
    }
  }

  /// `NAME.0`, `NAME.1`… of a list or tuple, `NAME.key` of a dictionary; nil where there are none.
  private func parts(
    of argument: (node: Node, placeholder: Placeholder), in file: any NamedArrayFile, taking left: inout Set<String>
  ) throws -> Value? {
    let name = argument.placeholder.name
    let type = InputType(argument.node.type)
    if type == .dictionaryOfTensors {
      let keys = left.filter { $0.hasPrefix(name + ".") }.sorted()
      guard !keys.isEmpty else { return nil }
      left.subtract(keys)
      return .dictionary(
        try keys.map { (.string(String($0.dropFirst(name.count + 1))), .tensor(try Tensor(file.array($0)))) })
    }
    guard type == .listOfTensors || type == .tupleOfTensors else { return nil }
    var elements: [Value] = []
    while left.remove("\(name).\(elements.count)") != nil {
      elements.append(.tensor(try Tensor(file.array("\(name).\(elements.count)"))))
    }
    guard !elements.isEmpty else { return nil }
    return type == .listOfTensors ? .list(elements) : .tuple(elements, names: [])
  }

  private func scalar(
    _ array: HostArray, _ argument: (node: Node, placeholder: Placeholder), file: String
  ) throws -> Value {
    let numbers = try array.doubles()
    let type = InputType(argument.node.type)
    guard numbers.count == 1, let number = numbers.first else {
      throw CommandErrors.input("'\(argument.placeholder.name)' takes one number, not \(array)", file: file)
    }
    switch type {
    case .bool: return .bool(number != 0)
    case .float: return .float(number)
    default:
      guard let whole = Int(exactly: number) else {
        throw CommandErrors.input("'\(argument.placeholder.name)' takes a whole number, not \(number)", file: file)
      }
      return .int(whole)
    }
  }
}
