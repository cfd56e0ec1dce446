internal import ArgumentParser
internal import XylemErrors
internal import XylemExtract
internal import XylemFiles
internal import XylemPlugins
internal import XylemTensor
internal import XylemTrace

/// Options that start in the middle of a model or change values on their way.
struct EditOptions: ParsableArguments {
  @Option(
    name: .customLong("from"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Start from a value in a .safetensors, .npz or .npy file instead of the model's input: what computes the value does not run. Without a file only with --save. Repeatable.",
      valueName: "node=file"),
    completion: .file())
  var starts: [StartOption] = []
  @Option(
    name: .customLong("set"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Replace a value by zeros, by its mean, by a tensor of the same shape in a file, or by what a plugin's leaf function computes from it. What runs after the node uses it. Repeatable.",
      valueName: "node=zero|mean|file|plugin:leaf"),
    completion: .file())
  var replacements: [SetOption] = []

  /// Whether a run has the values to start from.
  var hasValues: Bool { !starts.isEmpty && starts.allSatisfy { $0.file != nil } }

  /// The files that the options read.
  var files: [String] { starts.compactMap(\.file) + replacements.compactMap(\.file) }

  /// The images among the values to start from.
  var images: [String] { starts.compactMap(\.file).filter { !StoredTensor.isFile($0) } }

  /// Refuses options that contradict each other.
  ///
  /// - Throws: a validation error that names the option.
  func check(inputs: [String], saves: Bool) throws {
    if !starts.isEmpty, !inputs.isEmpty {
      throw ValidationError(
        "'--from' takes the place of '--input'",
        remedies: ["--from \(shellWord("x=\(inputs[0])"))  # for an argument 'x' of forward that is needed besides"])
    }
    for (option, names) in [("--from", starts.map(\.node)), ("--set", replacements.map(\.node))] {
      if let twice = names.enumerated().first(where: { names[..<$0.offset].contains($0.element) })?.element {
        throw ValidationError("'\(option)' names '\(twice)' twice", remedies: ["leave out one of them"])
      }
    }
    if let open = starts.first(where: { $0.file == nil }), !saves || hasSomeValues {
      throw ValidationError(
        "'--from \(open.node)' has no file",
        remedies: ["--from \(shellWord("\(open.node)=\(open.node).safetensors"))"])
    }
    for replacement in replacements {
      guard let file = replacement.file else { continue }
      guard StoredTensor.isFile(file) else {
        throw ValidationError(
          "'--set \(replacement.node)=\(file)' is none of zero, mean, plugin:LEAF and a .safetensors, .npz or .npy file",
          remedies: ["--set \(shellWord("\(replacement.node)=zero"))"])
      }
    }
  }

  private var hasSomeValues: Bool { starts.contains { $0.file != nil } }

  /// The changes of the model's traces.
  ///
  /// - Throws: `usage` for a leaf that no plugin has; the errors of reading files.
  func edits(of model: LoadedModel) throws -> ExtractorEdits {
    ExtractorEdits(
      starts: starts.map(\.node),
      replacements: try replacements.map { ($0.node, try $0.replacement(model.leaves)) })
  }

  /// The values to start from, by name.
  ///
  /// - Parameters:
  ///   - arguments: the arguments of the extractor.
  ///   - inputs: the names of forward's own arguments, which may be images.
  ///   - images: how images are prepared.
  /// - Throws: `extract.input`, and the errors of reading files.
  func values(
    _ arguments: [ForwardArgument], inputs: [String], _ images: ImagePreparation?
  ) throws -> [String: Value] {
    var values: [String: Value] = [:]
    for start in starts {
      guard let file = start.file else { continue }
      if StoredTensor.isFile(file) {
        values[start.node] = .tensor(try StoredTensor.read(file, named: start.node))
      } else {
        guard inputs.contains(start.node) else {
          throw CommandErrors.input(
            "'\(start.node)' is a value of the model, which a .safetensors, .npz or .npy file holds, and not an image",
            file: file)
        }
        let own = arguments.filter { $0.name == start.node }
        values.merge(try InputReader(arguments: own, images: images).arguments(from: [file])) { _, new in new }
      }
    }
    return values
  }
}

/// How the extractor of a command differs from the model.
struct ExtractorEdits {
  /// The values that it starts from. Empty for the inputs of `forward`.
  var starts: [String] = []
  /// The values that it replaces.
  var replacements: [(node: String, with: ValueReplacement)] = []

  /// The extractor with the replacements.
  ///
  /// - Throws: as ``FeatureExtractor/replacing(_:with:in:)``.
  func applied(to extractor: FeatureExtractor) throws -> FeatureExtractor {
    var extractor = extractor
    for (node, replacement) in replacements { extractor = try extractor.replacing(node, with: replacement) }
    return extractor
  }
}

/// The value of `--from NODE[=FILE]`.
struct StartOption: ExpressibleByArgument {
  let node: String
  let file: String?

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard !parts[0].isEmpty, parts.count == 1 || !parts[1].isEmpty else { return nil }
    node = parts[0]
    file = parts.count == 2 ? parts[1] : nil
  }

  static var allValueStrings: [String] { ["NODE=FILE, as in layer3=stored.safetensors"] }
  static var defaultCompletionKind: CompletionKind { .default }
}

/// The value of `--set NODE=zero|mean|FILE|plugin:LEAF`.
struct SetOption: ExpressibleByArgument {
  private enum Source {
    case zero
    case mean
    case leaf(String)
    case file(String)
  }

  let node: String
  private let source: Source
  /// What replaces the value, as it was written.
  let text: String

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
    node = parts[0]
    text = parts[1]
    switch text {
    case "zero": source = .zero
    case "mean": source = .mean
    case _ where text.hasPrefix("plugin:"):
      let leaf = String(text.dropFirst("plugin:".count))
      guard !leaf.isEmpty else { return nil }
      source = .leaf(leaf)
    default: source = .file(text)
    }
  }

  static var allValueStrings: [String] { ["NODE=zero, NODE=mean, NODE=FILE or NODE=plugin:LEAF"] }
  static var defaultCompletionKind: CompletionKind { .default }

  /// The file that it names.
  var file: String? {
    if case .file(let path) = source { return path }
    return nil
  }

  /// What replaces the value.
  ///
  /// - Parameter leaves: the leaves of the loaded plugins.
  /// - Throws: `usage` for a leaf that no plugin has; the errors of reading the file.
  func replacement(_ leaves: [PluginLeaf]) throws -> ValueReplacement {
    switch source {
    case .zero: return .zero
    case .mean: return .mean
    case .leaf(let name):
      let functions = leaves.filter { $0.kind == .function }
      guard let leaf = functions.first(where: { $0.name == name }) else {
        throw CommandErrors.unknownSetLeaf(name, node: node, functions.map(\.name))
      }
      return .leaf(leaf)
    case .file(let path):
      let tensor = try StoredTensor.read(path, named: node)
      let (sizes, dtype, node) = (try tensor.sizes, tensor.dtype, node)
      return .computed { value in
        guard try value.sizes == sizes, value.dtype == dtype else {
          throw CommandErrors.otherStoredShape(
            node, file: path, stored: "\(sizes) of \(dtype?.rawValue ?? "another type")",
            value: "\(try value.sizes) of \(value.dtype?.rawValue ?? "another type")")
        }
        return tensor
      }
    }
  }
}
