import Foundation
import Testing
import XylemFiles
import XylemTestSupport

/// Pipes, devices and what does not exist, in the place of every file that is read.
@Suite(.serialized) struct PipeTests {
  /// `FILE` stands for the pipe; its ending is what the option expects.
  private static let readers: [(ending: String, arguments: [String])] = [
    (".yaml", ["nodes", "resnet18", "--config", "FILE"]), (".json", ["diff", "resnet18", "--base", "FILE"]),
    (".pt", ["diff", "resnet18", "--base", "FILE"]), (".pt", ["nodes", "FILE"]), (".xylem", ["nodes", "FILE"]),
    (".so", ["plugin", "describe", "FILE"]), (".so", ["nodes", "resnet18", "--plugin", "FILE"]),
  ]

  private static let runtimeReaders: [(ending: String, arguments: [String])] = [
    (".json", ["extract", "resnet18", "--return", "fc", "--input", "x.npy", "--labels", "FILE"]),
    (".pth", ["extract", "resnet18", "--return", "fc", "--input", "x.npy", "--weights", "FILE"]),
    (".png", ["extract", "resnet18", "--return", "fc", "--input", "FILE"]),
    ("", ["extract", "resnet18", "--return", "fc", "--input", "FILE"]),
    (".npy", ["extract", "resnet18", "--return", "fc", "--input", "FILE"]),
    (".npz", ["extract", "resnet18", "--return", "fc", "--input", "FILE"]),
    (".safetensors", ["extract", "resnet18", "--return", "fc", "--input", "FILE"]),
  ]

  private func expectRefusal(_ readers: [(ending: String, arguments: [String])]) async throws {
    for (ending, arguments) in readers {
      try await withTemporaryFolder { folder in
        let pipe = folder + "/pipe" + ending
        #expect(mkfifo(pipe, 0o600) == 0)
        let run = await xylem(arguments.map { $0 == "FILE" ? pipe : $0 })
        #expect(run.status == 2, "\(arguments)")
        #expect(run.output.isEmpty)
        #expect(run.errors.contains("a pipe"), "\(arguments): \(run.errors)")
      }
    }
  }

  @Test(.timeLimit(.minutes(1))) func `a named pipe is refused without waiting for it`() async throws {
    try await expectRefusal(Self.readers)
  }

  @Test(.needsRuntime, .timeLimit(.minutes(2)))
  func `a pipe that has a name is refused among the inputs`() async throws {
    try await expectRefusal(Self.runtimeReaders)
  }

  /// Calls `body` with the path of a pipe that a shell would hand over, through which a text comes.
  private func withPipe<Result>(_ text: String, _ body: (String) async throws -> Result) async throws -> Result {
    let pipe = Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    try pipe.fileHandleForWriting.close()
    return try await body("/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)")
  }

  @Test func `a pipe that the shell hands over is read as a configuration`() async throws {
    let run = try await withPipe("naming: torchvision\n") { await xylem("nodes", "resnet18", "--config", $0) }
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == (await xylem("nodes", "resnet18", "--naming", "torchvision")).output)
  }

  @Test func `a pipe that the shell hands over is read as a report`() async throws {
    let report = await xylem("diff", "resnet18", "--format", "json")
    let run = try await withPipe(report.output) { await xylem("diff", "resnet18", "--base", $0) }
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("base: "))
  }

  @Test func `a missing file comes with similar names`() async throws {
    try await withTemporaryFolder { folder in
      try "{}".write(toFile: folder + "/xylem.yaml", atomically: true, encoding: .utf8)
      let near = await xylem("nodes", "resnet18", "--config", folder + "/xylen.yaml")
      #expect(
        near.errors
          == "error: there is no such file (file.not-found)\n  file: \(folder)/xylen.yaml\n  try: use \(folder)/xylem.yaml\n"
      )
      let nowhere = await xylem("nodes", "resnet18", "--config", folder + "/no/xylem.yaml")
      #expect(
        nowhere.errors.contains("there is no such file: the folder '\(folder)/no' does not exist (file.not-found)"))
      let link = folder + "/link.pt"
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "nothing.pt")
      let dangling = await xylem("nodes", link)
      #expect(
        dangling.errors.hasPrefix("error: this is a broken symbolic link (file.not-found)\n  file: \(link)\n"))
    }
  }

  @Test func `a configuration that never ends is refused`() async {
    let run = await xylem("nodes", "resnet18", "--config", "/dev/zero")
    #expect(run.status == 2)
    #expect(run.errors.contains("the configuration is larger than 1048576 bytes (config.malformed)"))
  }

  @Test(.needsRuntime) func `an input file is not replaced, whatever option names it`() async throws {
    try await withTemporaryFolder { folder in
      let (input, plugin) = (folder + "/x.npy", folder + "/leaf.so")
      try NpyFile.write(HostArray([Float](repeating: 1, count: 8), shape: [2, 4]), to: input)
      try Data("x".utf8).write(to: URL(fileURLWithPath: plugin))
      let model = Fixtures.path("forms/parts.pt")
      for (arguments, option) in [
        (["extract", model, "--return", "first", "--input", input, "-o", input], "-o \(folder)/x-2.npy"),
        (["nodes", model, "--plugin", plugin, "-o", plugin], "-o \(folder)/leaf-2.so"),
      ] {
        let run = await xylem(arguments)
        #expect(run.status == 64)
        #expect(run.errors.contains(" would overwrite '") && run.errors.contains("  try: \(option)\n"), "\(run.errors)")
      }
    }
  }
}
