internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemImage
internal import XylemScript
internal import XylemTensor
internal import XylemTrace

/// Reads a model's arguments from files.
struct InputReader {
  /// The arguments of `forward`, in order.
  let arguments: [ForwardArgument]
  /// How images are prepared. Nil if no input is an image.
  let images: ImagePreparation?

  /// The kind of a file, by its name. A file without the name of a tensor file is treated as an image, whose format is
  /// detected from its content.
  private enum Kind { case safetensors, npy, npz, image }

  /// The arguments of `forward`, by name.
  ///
  /// - Throws: `extract.input`, `usage`, and the errors of reading the files.
  func arguments(from paths: [String]) throws -> [String: Value] {
    switch try kind(of: paths) {
    case .image: return try batch(of: paths)
    case .npy: return try only(NpyFile.read(paths[0]), file: paths[0])
    case .npz: return try named(in: NpzFile(paths[0]))
    case .safetensors: return try named(in: SafetensorsFile(paths[0]))
    }
  }

  /// The names of the arguments that files give, without reading their contents: which arguments are inputs must be
  /// known before the model is traced.
  ///
  /// - Throws: as ``arguments(from:)``.
  func names(in paths: [String]) throws -> Set<String> {
    guard !paths.isEmpty else { return [] }
    let names: [String]
    switch try kind(of: paths) {
    case .safetensors: names = try SafetensorsFile(paths[0]).names
    case .npz: names = try NpzFile(paths[0]).names
    case .npy, .image: return Set(target.map { [$0.name] } ?? [])
    }
    let found = arguments.map(\.name).filter { argument in
      names.contains { $0 == argument || $0.hasPrefix(argument + ".") }
    }
    return found.isEmpty && names.count == 1 ? Set(target.map { [$0.name] } ?? []) : Set(found)
  }

  private func kind(of paths: [String]) throws(XylemError) -> Kind {
    let kinds = paths.map(Self.kind)
    guard kinds.contains(where: { $0 != .image }) else { return .image }
    guard paths.count == 1 else {
      throw CommandErrors.usage(
        "several inputs must be images; tensors must be in one file",
        remedies: ["put the tensors into one .safetensors or .npz file, under the names of forward's arguments"])
    }
    return kinds[0]
  }

  /// Whether files are images, judged by their names.
  static func areImages(_ paths: [String]) -> Bool { paths.allSatisfy { kind($0) == .image } }

  /// Whether a file is treated as an image: its name does not have the ending of a tensor file.
  static func isImage(_ path: String) -> Bool { kind(path) == .image }

  private static func kind(_ path: String) -> Kind {
    let name = path.lowercased()
    let tensorFiles: [(String, Kind)] = [(".safetensors", .safetensors), (".npy", .npy), (".npz", .npz)]
    return tensorFiles.first { name.hasSuffix($0.0) }?.1 ?? .image
  }

  // MARK: - Images

  private func batch(of paths: [String]) throws -> [String: Value] {
    guard let images else { throw CommandErrors.input("an image is not expected", file: paths[0]) }
    var planes: [PlanarImage] = []
    var losses = ImageLosses()
    try Progress.each("reading images", count: paths.count) { index in
      let image = try images.transform.apply(to: images.decode(paths[index], &losses))
      if let first = planes.first, first.shape != image.shape {
        throw CommandErrors.input(
          "the images have different sizes: \(first.shape[2]) x \(first.shape[1]) and \(image.shape[2]) x \(image.shape[1])",
          file: paths[index], remedies: ["--resize 256 --crop 224"])
      }
      planes.append(image)
    }
    losses.warn()
    let argument = try onlyArgument(file: paths[0])
    if argument.type.unwrapped == .list(.tensor) {
      return [argument.name: .list(try planes.map { .tensor(try Tensor($0.values, shape: $0.shape)) })]
    }
    let values = planes.count == 1 ? planes[0].values : planes.flatMap(\.values)
    return [argument.name: .tensor(try Tensor(values, shape: [planes.count] + planes[0].shape))]
  }

  // MARK: - Tensors

  /// The argument that a single input is for: the first required argument, or else the first.
  private var target: ForwardArgument? {
    let open = arguments.filter { if case .fixed = $0.role { false } else { true } }
    return open.first { $0.defaultValue == nil } ?? open.first { $0.role == .input } ?? open.first
  }

  private func onlyArgument(file: String) throws -> ForwardArgument {
    guard let target else { throw CommandErrors.input("forward takes no input", file: file) }
    return target
  }

  private func only(_ array: HostArray, file: String) throws -> [String: Value] {
    let argument = try onlyArgument(file: file)
    return [argument.name: try StructuredInput.whole(argument.type, array, name: argument.name, file: file)]
  }

  private func named(in file: any NamedArrayFile) throws -> [String: Value] {
    guard !file.names.isEmpty else { throw CommandErrors.input("the file has no tensors", file: file.path) }
    var input = StructuredInput(file)
    var values: [String: Value] = [:]
    for argument in arguments { values[argument.name] = try input.value(of: argument.type, at: argument.name) }
    if values.isEmpty, file.names.count == 1 { return try only(file.array(file.names[0]), file: file.path) }
    guard input.unused.isEmpty else {
      throw CommandErrors.unusedInputs(input.unused.sorted(), of: arguments, file: file.path)
    }
    return values
  }
}
