internal import XylemErrors
internal import XylemExtract
internal import XylemFiles
internal import XylemImage
internal import XylemReport
internal import XylemTrace

/// The origin of features, for the metadata of their file. It contains no time: the same run gives the same bytes.
struct Provenance {
  /// The model's file or its name.
  let model: String
  /// The weights file of a built-in model.
  let weights: String?
  let mode: Mode
  let naming: Naming
  /// The keys and their nodes.
  let nodes: [(key: String, node: String)]
  /// The transform from images to inputs. Nil if tensors were given.
  let transform: ImageTransform?
  /// The value of `--dtype`.
  let type: ElementType?
  /// What the extractor started from and replaced.
  var changes = EditOptions()

  /// The metadata, by name.
  ///
  /// - Throws: `file.unreadable`.
  func metadata() throws(XylemError) -> [String: String] {
    var found = [
      "xylem": XylemCommandLine.version, "mode": mode.rawValue, "naming": naming.rawValue,
      "nodes": JSONValue.object(
        Dictionary(nodes.map { ($0.key, JSONValue.string($0.node)) }, uniquingKeysWith: { first, _ in first })
      ).text,
      "model": Self.name(model),
    ]
    if ModelCatalog.current[model] == nil { found["model_sha256"] = try ContentDigest.ofFile(model) }
    if let weights {
      found["weights"] = Self.name(weights)
      found["weights_sha256"] = try ContentDigest.ofFile(weights)
    }
    if let type { found["dtype"] = type.rawValue }
    if !changes.starts.isEmpty { found["from"] = changes.starts.map(\.node).joined(separator: " ") }
    if !changes.replacements.isEmpty {
      found["set"] = changes.replacements.map { "\($0.node)=\(Self.name($0.text))" }.joined(separator: " ")
    }
    if let transform { found["preprocessing"] = Self.json(transform).text }
    return found
  }

  /// A path's last component: folders differ between machines.
  private static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  private static func json(_ transform: ImageTransform) -> JSONValue {
    .object([
      "resize": transform.resize.map { .int($0) } ?? .null, "crop": transform.crop.map { .int($0) } ?? .null,
      "interpolation": .string(transform.interpolation.rawValue), "channels": .int(transform.channels),
      "mean": .array(transform.mean.map { .double($0) }),
      "std": .array(transform.standardDeviation.map { .double($0) }),
    ])
  }
}
