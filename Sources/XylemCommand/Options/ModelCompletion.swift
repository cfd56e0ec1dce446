internal import Foundation
internal import XylemNN

/// The completions for a model: known names, files that can be models, and folders.
enum ModelCompletion {
  /// The candidates, sorted.
  ///
  /// - Parameter start: the part of the word that was typed.
  static func candidates(for start: String) -> [String] {
    let names = ModelCatalog.current.models.map(\.name)
    return (names + files(startingWith: start)).filter { $0.hasPrefix(start) }.sorted()
  }

  private static let endings = [".pt", ".pth", ".pt2", ".xylem"]

  private static func files(startingWith start: String) -> [String] {
    let folder = start.lastIndex(of: "/").map { String(start[...$0]) } ?? ""
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    return names.compactMap { name in
      guard !name.hasPrefix(".") else { return nil }
      var isFolder: ObjCBool = false
      let path = folder + name
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return nil }
      if isFolder.boolValue { return path + "/" }
      return endings.contains(where: name.hasSuffix) ? path : nil
    }
  }
}
