internal import XylemDiff
internal import XylemErrors
internal import XylemFiles
internal import XylemTrace

/// The options that a YAML file gives, in the command line's terms:
///
///     leaf: [Conv2dSame, "path:encoder.*"]
///     auto-leaf: true
///     concrete: { return_features: false }
///     plugins:
///       - path: plugins/libsame-padding.so
///         sha256: 7d1a54127b222502f5b79b5fb0803061152a44f92b37e23c6527baf665d4da9a
///
/// Paths are relative to the file's folder. Reading is strict: a key that is unknown, duplicated or of the wrong type
/// is an error.
struct Configuration: Sendable, Equatable {
  /// A plugin to load, and the expected digest of its file.
  struct Plugin: Sendable, Equatable {
    /// The resolved path, no longer relative to the configuration's folder.
    let path: String
    /// The SHA-256 digest of the file's content: 64 lowercase hexadecimal digits.
    let sha256: String
    /// Names of leaves for which this plugin is preferred if several plugins provide them.
    let prefer: [String]
  }

  /// The file that the configuration was read from.
  let file: String
  /// `leaf`: module types, or paths after `path:`.
  var leaves: [String] = []
  /// `wrap`: leaf functions.
  var wrapped: [String] = []
  /// `no-default-leaves`.
  var noDefaultLeaves: Bool?
  /// `auto-leaf`.
  var autoLeaf: Bool?
  /// `naming`.
  var naming: Naming?
  /// `concrete`: arguments of forward, in the file's order.
  var concrete: [ConcreteValue] = []
  /// `shape`: the shapes of inputs, as in `x=1,3,224,224`.
  var shapes: [ShapeOption] = []
  /// `symbolic`: arguments of forward that are inputs although they have a default.
  var symbolic: [String] = []
  /// `plugins`.
  var plugins: [Plugin] = []
  /// `wrap-symbol`: as in `libm.so.6:erf(f64) -> f64`.
  var wrapSymbols: [String] = []
  /// `allow-asserted`.
  var allowAsserted: Bool?
  /// `expectations`: differences between the modes that are accepted.
  var expectations: [DiffExpectation] = []
  /// `weights`: a file.
  var weights: String?

  init(file: String) { self.file = file }

  /// Reads a file of at most one mebibyte.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, `config.malformed`, `config.unknown-key`.
  static func load(_ path: String) throws(XylemError) -> Configuration {
    try ConfigurationReader(file: path).read(text(of: path))
  }

  /// The content of a file.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, `config.malformed`.
  static func text(of path: String) throws(XylemError) -> String {
    guard let bytes = try WholeFile.bytes(of: path, upTo: ConfigurationErrors.mostBytes) else {
      throw ConfigurationErrors.tooLarge(path)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw ConfigurationErrors.encoding(path) }
    return text
  }
}

// MARK: - Together with the command line

extension Configuration {
  /// The file's arguments, overridden by the command line's arguments of the same name.
  static func overriding(_ configured: [ConcreteValue]?, with given: [ConcreteValue]) -> [ConcreteValue] {
    (configured ?? []).filter { value in !given.contains { $0.name == value.name } } + given
  }
}
