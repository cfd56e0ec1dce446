internal import Foundation
internal import Synchronization
public import XylemErrors
internal import XylemFiles
internal import XylemPlugins
internal import XylemTensor

/// The compiled operators of detectors, which the plugin `libDetectionOps.so` provides.
///
/// The functions that need them, such as ``nms(_:_:iouThreshold:file:line:)``, load the plugin when they are first
/// called. Archives that call torchvision's operators need it too: load it before such an archive.
public enum DetectionKernels {
  private static let name = "libDetectionOps.so"
  private static let isLoaded = Mutex(false)

  /// The paths that are searched for the plugin, in order: the program's folder, `../lib` and `../lib/xylem` from
  /// there, the folder of a test bundle, and the user's cache, where `xylem doctor --install` puts it.
  public static var searchPaths: [String] { RuntimeLibrary.usualPlaces(of: name) }

  /// Loads the plugin and registers its operators, once in a process. Does nothing if another plugin provides them.
  ///
  /// The plugin is part of Xylem, so it is not tried in another process first.
  ///
  /// - Throws: `detection.kernels` if there is no plugin; the errors of ``LeafPlugin/load(_:policy:)`` and
  ///   ``LeafPlugin/implementOperators(_:)``.
  public static func load() throws(XylemError) {
    let result: Result<Void, XylemError> = isLoaded.withLock { isLoaded in
      guard !isLoaded else { return .success(()) }
      do throws(XylemError) {
        try loadPlugin()
        isLoaded = true
        return .success(())
      } catch { return .failure(error) }
    }
    try result.get()
  }

  private static func loadPlugin() throws(XylemError) {
    let operators = [
      "nms", "roi_align", "roi_pool", "ps_roi_align", "ps_roi_pool", "deform_conv2d",
    ].map { "torchvision::" + $0 }
    if operators.allSatisfy({ LeafRegistry.implementer(ofOperator: $0) != nil }) { return }
    let paths = searchPaths
    guard let path = paths.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      throw DetectionErrors.kernels(searched: paths)
    }
    var policy = PluginPolicy()
    policy.scans = false
    let plugin = try LeafPlugin.load(path, policy: policy)
    try plugin.implementOperators { function in
      function.operatorName.map { LeafRegistry.implementer(ofOperator: $0) == nil } ?? true
    }
  }
}
