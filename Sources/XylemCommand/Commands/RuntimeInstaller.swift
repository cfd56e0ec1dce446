internal import Foundation
internal import XylemDetection
internal import XylemErrors
internal import XylemTensor

/// Installs libtorch, the tensor runtime, the operators of detectors and the engine into the user's cache, with the same scripts as `make` in a checkout.
struct RuntimeInstaller {
  /// The argument that makes `fetch-libtorch.sh` leave checkouts alone.
  private static let forUser = ["--cache"]

  /// The folder of the scripts: next to an installed program, or in the checkout that this program was built from.
  private let scripts: String

  /// Finds the scripts.
  ///
  /// - Throws: `runtime.not-installed`.
  init() throws(XylemError) {
    let places = Self.places
    guard let found = places.first(where: { FileManager.default.fileExists(atPath: $0 + "/install-library.sh") }) else {
      throw XylemError(
        .runtimeNotInstalled, "the scripts that install the tensor runtime were not found",
        cause: Reason("looked in " + places.joined(separator: ", ")),
        remedies: ["run 'swift run xylem doctor --install' in a checkout of Xylem, or in a package that depends on it"])
    }
    scripts = found
  }

  private static var places: [String] {
    // From Sources/XylemCommand/Commands up to the package.
    let package = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
    let folder = OwnProcess.folder.map { URL(fileURLWithPath: $0) }
    let installed = folder.map { $0.deletingLastPathComponent().path + "/share/xylem" }
    // For a moved checkout: .build/CONFIGURATION is a link to .build/TRIPLE/CONFIGURATION.
    let moved = folder.map { (0..<3).reduce($0) { url, _ in url.deletingLastPathComponent() }.path + "/.ci" }
    return [installed, package.path + "/.ci", moved].compactMap(\.self)
  }

  /// Downloads libtorch and OpenVINO if the cache lacks them; then copies the libraries that this program uses, or
  /// compiles those that are not there.
  ///
  /// - Throws: `runtime.not-installed`; the scripts print to standard error.
  func install() throws(XylemError) {
    guard let target = UserCache.runtime else {
      throw XylemError(
        .runtimeNotInstalled, "the user's cache folder is not known", remedies: ["export HOME=/absolute/path"])
    }
    try run("fetch-libtorch.sh", Self.forUser)
    let present = try? TensorRuntime.load().path
    if present != target { try place("torch", present) }
    let folder = URL(fileURLWithPath: target).deletingLastPathComponent().path
    try place("detection-ops", DetectionKernels.searchPaths, unlessIn: folder)
    // The engine is optional, and for one kind of processor.
    guard Self.hasEngine else { return }
    do throws(XylemError) {
      try run("fetch-openvino.sh", Self.forUser)
      try place("openvino", EngineLibrary.searchPaths, unlessIn: folder)
    } catch {
      Terminal.warn("the engine OpenVINO was not installed: libtorch computes everything")
    }
  }

  /// Whether there is an engine for this processor.
  private static var hasEngine: Bool {
    #if arch(x86_64)
      true
    #else
      false
    #endif
  }

  private func place(_ library: String, _ searchPaths: [String], unlessIn folder: String) throws(XylemError) {
    let present = searchPaths.first { FileManager.default.fileExists(atPath: $0) }
    if present.map({ $0.hasPrefix(folder + "/") }) == true { return }
    try place(library, present)
  }

  /// Copies a library to the cache, or compiles it if there is none.
  private func place(_ library: String, _ present: String?) throws(XylemError) {
    try run("install-library.sh", [library, UserCache.version] + [present].compactMap(\.self))
  }

  /// Runs a script, which prints to standard error.
  private func run(_ script: String, _ arguments: [String]) throws(XylemError) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["\(scripts)/\(script)"] + arguments
    process.standardOutput = FileHandle.standardError
    do { try process.run() } catch {
      throw XylemError(.runtimeNotInstalled, "bash can't be started", cause: error)
    }
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw XylemError(
        .runtimeNotInstalled, "the tensor runtime was not installed completely",
        cause: Reason("see the output of \(script) above"))
    }
  }
}
