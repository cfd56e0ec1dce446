internal import Foundation
internal import XylemErrors
internal import XylemPlugins
internal import XylemTensor

/// Plugins that lie beside the executable, for errors about operators that nothing implements.
enum OperatorPlugins {
  /// The error with the option that loads what is missing, where a plugin beside the executable has it. Files are read and nothing of
  /// them is run.
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
  /// The error and what it was caused by, outermost first.
  fileprivate var chain: [XylemError] { [self] + ((cause as? XylemError)?.chain ?? []) }
}
