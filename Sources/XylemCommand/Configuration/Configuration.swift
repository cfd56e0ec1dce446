internal import XylemDiff
internal import XylemErrors
internal import XylemFiles
internal import XylemTrace

/// The options that a YAML file gives, as the command line has them:
///
///     leaf: [Conv2dSame, "path:encoder.*"]
///     auto-leaf: true
///     concrete: { return_features: false }
///     plugins:
///       - path: plugins/libsame-padding.so
///         sha256: 7d1a54127b222502f5b79b5fb0803061152a44f92b37e23c6527baf665d4da9a
///
/// Paths in it are relative to the file's folder. Reading is strict: a key that is not known, given twice or of another type is an error.
struct Configuration: Sendable, Equatable {
  /// A plugin to load, and the content that its file must have.
  struct Plugin: Sendable, Equatable {
    /// Relative to the folder of the configuration no more.
    let path: String
    /// Of the file's content; 64 digits in lower case.
    let sha256: String
    /// Names of leaves for which this plugin is meant where several bring them.
    let prefer: [String]
  }

  /// The file that it was read from.
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

  /// Reads a file, which is small: up to a mebibyte.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, `config.malformed`, `config.unknown-key`.
  static func load(_ path: String) throws(XylemError) -> Configuration {
    try ConfigurationReader(file: path).read(text(of: path))
  }

  /// A file's text.
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
  /// The file's arguments with the command line's in place of those of the same name.
  static func overriding(_ configured: [ConcreteValue]?, with given: [ConcreteValue]) -> [ConcreteValue] {
    (configured ?? []).filter { value in !given.contains { $0.name == value.name } } + given
  }
}
