internal import ArgumentParser
internal import XylemErrors
internal import XylemFiles
internal import XylemTrace

/// The value of `--shape [NAME=]1,3,224,224` or `--shape [NAME=]like:FILE`.
struct ShapeOption: ExpressibleByArgument, Equatable {
  private enum Source: Equatable {
    case sizes([Int], DType?)
    case file(String)
  }

  /// The argument of `forward`, or the place in it. Empty for the only tensor.
  let name: String
  private let source: Source
  /// The option's text.
  let text: String

  init?(argument: String) {
    text = argument
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let isNamed = parts.count == 2 && !parts[0].hasPrefix("like:")
    name = isNamed ? String(parts[0]) : ""
    if isNamed, name.isEmpty { return nil }
    let value = isNamed ? parts[1] : Substring(argument)
    if value.hasPrefix("like:") {
      let file = String(value.dropFirst(5))
      guard !file.isEmpty else { return nil }
      source = .file(file)
      return
    }
    let halves = value.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let shape = InputShape(argument: String(halves[0])) else { return nil }
    var dtype: DType?
    if halves.count == 2 {
      guard let named = DType(rawValue: String(halves[1])) ?? ElementType(rawValue: String(halves[1]))?.dtype else {
        return nil
      }
      dtype = named
    }
    source = .sizes(shape.sizes, dtype)
  }

  static var allValueStrings: [String] {
    [
      "[NAME=]SIZES, as in 1,3,224,224 or tokens=1,128:int64, with at most \(InputShape.maximumCount) elements; or [NAME=]like:FILE"
    ]
  }

  static var defaultCompletionKind: CompletionKind { .default }

  /// The file that it names.
  var file: String? {
    if case .file(let path) = source { return path }
    return nil
  }

  /// The shapes by argument. A file of several tensors gives several.
  ///
  /// - Parameter dtype: the type of floating-point tensors whose type is not given.
  /// - Throws: `usage` for a file that is not a tensor file or lacks the tensor; the errors of reading the file.
  func shapes(_ dtype: ElementType?) throws(XylemError) -> [String: KnownShape] {
    switch source {
    case .sizes(let sizes, let own): return [name: KnownShape(sizes, dtype: own ?? dtype?.dtype ?? .float32)]
    case .file(let path):
      var found = try Self.arrays(path, only: name).mapValues { KnownShape($0.shape, dtype: $0.dtype) }
      if let dtype {
        for (name, shape) in found where !shape.dtype.isIntegral && !shape.dtype.isComplex {
          found[name]?.dtype = dtype.dtype
        }
      }
      return found
    }
  }

  private static func arrays(_ path: String, only name: String) throws(XylemError) -> [String: HostArray] {
    guard StoredTensor.isFile(path) else {
      throw CommandErrors.usage(
        "'--shape like:' takes a .safetensors, .npy or .npz file, and '\(path)' is none",
        remedies: ["--shape \(name.isEmpty ? "" : name + "=")1,3,224,224  # an image's shape after --resize and --crop"]
      )
    }
    guard let file = try StoredTensor.namedTensors(path) else { return [name: try NpyFile.read(path)] }
    let names = file.names
    if names.count == 1, !names.contains(name) { return [name: try file.array(names[0])] }
    let wanted = name.isEmpty ? names : names.filter { $0 == name || $0.hasPrefix(name + ".") }
    guard !wanted.isEmpty else {
      throw CommandErrors.usage(
        names.isEmpty ? "the file '\(path)' has no tensors" : "the file '\(path)' has no tensor '\(name)'",
        remedies: nearMisses(of: name, among: names).map { "use the name '\($0)'" })
    }
    var found: [String: HostArray] = [:]
    for name in wanted { found[name] = try file.array(name) }
    return found
  }
}
