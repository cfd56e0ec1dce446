internal import Foundation
internal import XylemErrors
internal import XylemPlugins
internal import XylemTensor

/// Plugins in the executable's folder, for errors about operators without an implementation.
enum OperatorPlugins {
  /// The error with the option that loads the missing operators, if a plugin in the executable's folder has them. The
  /// files are only read; their code does not run.
  static func offered(for error: XylemError) -> XylemError {
    guard error.chain.contains(where: { $0.id == .runtimeMissingKernel }) else { return error }
    let folder = Bundle.main.bundleURL.path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names.sorted() where name.hasPrefix("lib") && name.hasSuffix(".so") {
      guard let file = try? PluginFile(folder + "/" + name) else { continue }
      let operators = file.manifest.functions.compactMap(\.operatorName)
      guard operators.contains(where: error.isMissingKernel) else { continue }
      var error = error
      error.remedies = ["--plugin \(folder)/\(name)  # implements \(operators.joined(separator: ", "))"]
      return error
    }
    return error
  }
}

extension XylemError {
  /// The error and its causes, outermost first.
  fileprivate var chain: [XylemError] { [self] + ((cause as? XylemError)?.chain ?? []) }
}
