internal import ArgumentParser
internal import Foundation
internal import XylemErrors
internal import XylemPlugins

/// `xylem plugin new`: creates a plugin to start from.
struct PluginNewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Create a folder with a plugin to start from.",
    discussion: """
      xylem plugin new --language c SamePadding
      make -C SamePadding check

      The plugin builds and passes 'xylem plugin check' unchanged. A C plugin includes the SDK's headers; a Swift plugin depends on Xylem's \
      package.
      """)

  @Argument(help: "The plugin's name: ASCII letters, digits and underscores.") var name: String
  @Option(help: ArgumentHelp("The plugin's language: c or swift.", valueName: "language")) var language: String
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("The folder to create. It must not exist yet. (default: ./NAME)", valueName: "folder"),
    completion: .directory)
  var output: String?
  @Option(
    help: ArgumentHelp(
      "For Swift: Xylem's package, as a folder or repository URL. (default: the package that built this executable)",
      valueName: "package"), completion: .directory)
  var xylem: String?
  @OptionGroup var colors: ColorOptions

  func run() throws {
    let names = PluginTemplate.Language.allCases.map(\.rawValue)
    guard let language = PluginTemplate.Language(rawValue: language) else {
      throw CommandErrors.usage(
        "there is no template for '\(language)'; templates exist for \(names.joined(separator: " and "))",
        remedies: nearMisses(of: language, among: names).map { "--language \($0)" })
    }
    if xylem != nil, language != .swift {
      throw CommandErrors.usage(
        "'--xylem' is for plugins in Swift; a plugin in \(language.rawValue) includes the headers that it needs",
        remedies: ["--language swift"])
    }
    let template = try PluginTemplate(language, name: name, package: language == .swift ? package() : "")
    let folder = output ?? name
    try write(template.files, to: folder)
    let library = language == .c ? "./lib\(name).so" : ".build/debug/lib\(name).so"
    let build = language == .c ? "make" : "swift build"
    try Terminal.output(
      (template.files.map { "\(folder)/\($0.path)" } + [
        "", "next:", "  cd '\(folder)' && \(build)", "  xylem plugin check \(library)",
      ]).joined(separator: "\n"))
  }

  /// The folder appears completely or not at all.
  private func write(_ files: [(path: String, text: String)], to folder: String) throws {
    guard !folder.isEmpty else { throw CommandErrors.usage("'--output' needs the name of a folder") }
    guard !FileManager.default.fileExists(atPath: folder) else { throw CommandErrors.exists(folder) }
    try OutputFile.checkFolder(folder)
    let target = URL(fileURLWithPath: folder)
    let draft = target.deletingLastPathComponent().appendingPathComponent(".\(name)-\(UUID().uuidString)")
    do {
      for (path, text) in files {
        let file = draft.appendingPathComponent(path)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
      }
      try FileManager.default.moveItem(at: draft, to: target)
    } catch {
      try? FileManager.default.removeItem(at: draft)
      throw CommandErrors.folderNotMade(folder, CommandErrors.reason(error), written: [])
    }
  }

  /// Where Xylem's package is.
  private func package() throws(XylemError) -> String {
    if let xylem {
      if xylem.contains("://") { return xylem }
      let folder = URL(fileURLWithPath: xylem).standardized.path
      guard Self.isXylem(folder) else {
        throw CommandErrors.usage("Xylem's package is not in '\(xylem)': there is no Sources/XylemLeaf")
      }
      return folder
    }
    var folder = (Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])).resolvingSymlinksInPath()
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      if Self.isXylem(folder.path) { return folder.path }
    }
    throw CommandErrors.usage(
      "Xylem's package is not found: the checkout that this executable was built in no longer exists",
      remedies: ["--xylem FOLDER", "--xylem https://HOST/OWNER/xylem"])
  }

  private static func isXylem(_ folder: String) -> Bool {
    ["Package.swift", "Sources/XylemLeaf"].allSatisfy { FileManager.default.fileExists(atPath: "\(folder)/\($0)") }
  }
}
