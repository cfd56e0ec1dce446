import Foundation
import Testing
import XylemErrors
import XylemFiles
import XylemImage
import XylemTestSupport

@testable import XylemCommand

/// `xylem run`, in process and as the real binary.
@Suite(.needsRuntime, .serialized) struct RunCommandTests {
  private static let model = Fixtures.path("constructs/root_sequential.pt")
  private static let options = [
    "--return", "0=maps", "2", "--reduce", "maps=gap", "--resize", "16", "--crop", "16", "--batch-size", "8",
    "--threads",
    "1", "--engine", "torch", "--format", "npy",
  ]

  private func makeImages(_ count: Int, in folder: TemporaryFolder) throws -> String {
    let path = folder("photos")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for index in 0..<count {
      let pixels = (0..<16 * 16 * 3).map { UInt8(truncatingIfNeeded: $0 * (index + 3) % 251 + index) }
      let image = try PixelImage(width: 16, height: 16, pixels: pixels).encodePNG()
      try Data(image).write(to: URL(filePath: path + "/\(1000 + index).png"))
    }
    return path
  }

  private func files(in folder: String) throws -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: folder + "/" + path, isDirectory: &isFolder), !isFolder.boolValue {
        found[path] = try XylemTestSupport.contents(folder + "/" + path)
      }
    }
    return found
  }

  private func start(_ arguments: [String], environment: [String: String] = [:]) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Fixtures.executable))
    process.arguments = arguments
    // In one process, so that the signal meets the one that works.
    process.environment = ProcessInfo.processInfo.environment
      .merging(["XYLEM_SUPERVISOR": "0", "OMP_NUM_THREADS": "1"]) { $1 }.merging(environment) { $1 }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  @Test func `the rows are the features of extract for the same batch`() async throws {
    let folder = try TemporaryFolder()
    let photos = try makeImages(8, in: folder)
    let run = await xylem(["run", Self.model, photos, "-o", folder("out")] + Self.options)
    #expect(run.status == 0, "\(run.errors)")
    let summary = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    #expect(summary["schema"] as? Int == 1 && summary["rows"] as? Int == 8 && summary["failed"] as? Int == 0)
    let images = (0..<8).map { photos + "/\(1000 + $0).png" }
    let extract = await xylem(
      ["extract", Self.model, "--return", "2", "--resize", "16", "--crop", "16", "-o", folder("x.npy"), "--input"]
        + images)
    #expect(extract.status == 0, "\(extract.errors)")
    #expect(try NpyFile.read(folder("out/2/00000.npy")) == NpyFile.read(folder("x.npy")))
  }

  @Test(.needsExecutable) func `runs that are killed at any moment end with the bytes of one that was not`()
    async throws
  {
    let folder = try TemporaryFolder()
    let photos = try makeImages(400, in: folder)
    let arguments = ["run", Self.model, photos, "--rows", "16"] + Self.options
    let clock = ContinuousClock()
    let whole = try start(arguments + ["-o", folder("whole")])
    let began = clock.now
    whole.waitUntilExit()
    let duration = clock.now - began
    #expect(whole.terminationStatus == 0)
    let wanted = try files(in: folder("whole"))
    #expect(wanted.count == 3 * 25 + 2)
    var random = SplitMix64(seed: 1)
    var killed = 0
    for round in 0..<(runsAllTests ? 50 : 5) {
      let process = try start(arguments + ["-o", folder("out")])
      // Anywhere between the start and a bit before the end.
      try await Task.sleep(for: duration * (Double(random.next() % 1000) / 1100))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      if process.terminationReason == .uncaughtSignal { killed += 1 }
      // Once complete, it begins anew.
      if process.terminationReason == .exit || round % 5 == 4 {
        let last = try start(arguments + ["-o", folder("out")])
        last.waitUntilExit()
        #expect(last.terminationStatus == 0)
        #expect(try files(in: folder("out")) == wanted)
        try FileManager.default.removeItem(atPath: folder("out"))
      }
    }
    #expect(killed > 0)
  }

  @Test(.needsExecutable, arguments: [2, 4])
  func `several processes on one folder give the bytes of one, also if one is killed`(count: Int) throws {
    let folder = try TemporaryFolder()
    let photos = try makeImages(200, in: folder)
    let arguments = ["run", Self.model, photos, "--rows", "16"] + Self.options
    let whole = try start(arguments + ["-o", folder("whole")])
    whole.waitUntilExit()
    let processes = try (0..<count).map { _ in try start(arguments + ["-o", folder("out")]) }
    // The first one dies as soon as there is something to take over.
    while !FileManager.default.fileExists(atPath: folder("out/manifest.jsonl")), processes[0].isRunning { usleep(1000) }
    kill(processes[0].processIdentifier, SIGKILL)
    for process in processes { process.waitUntilExit() }
    #expect(processes.dropFirst().map(\.terminationStatus) == Array(repeating: 0, count: count - 1))
    #expect(try files(in: folder("out")) == files(in: folder("whole")))
  }

  @Test func `three broken images of many are a warning, and too many an error`() async throws {
    let folder = try TemporaryFolder()
    let photos = try makeImages(60, in: folder)
    for index in [1003, 1030, 1055] { try Data("x".utf8).write(to: URL(filePath: photos + "/\(index).png")) }
    let run = await xylem(["run", Self.model, photos, "-o", folder("out"), "--max-errors", "5%"] + Self.options)
    #expect(run.status == 0)
    #expect(
      run.errors.contains(
        "warning: 3 of 60 inputs have no features, such as '\(photos)/1003.png': this file is not in a known image format"
      ))
    let strict = await xylem(["run", Self.model, photos, "-o", folder("strict"), "--max-errors", "2"] + Self.options)
    #expect(strict.status == 2)
    #expect(strict.errors.contains("3 of 60 inputs failed, which is more than allowed (dataset.too-many-errors)"))
  }

  @Test func `mistakes of the command line are errors with remedies`() async throws {
    let folder = try TemporaryFolder()
    let photos = try makeImages(1, in: folder)
    func errors(_ arguments: [String], status: Int32 = 64) async -> String {
      let run = await xylem(["run"] + arguments)
      #expect(run.status == status, "\(arguments)")
      return run.errors
    }
    let start = [Self.model, photos, "--return", "2"]
    #expect(await errors(start).contains("the option '-o <folder>' is missing"))
    #expect(await errors([Self.model, "-o", "x", "--return", "2"]).contains("there is no input"))
    #expect(
      await errors([Self.model, photos, "-o", "x"]).contains("the option '--return <node[=key]> ...' is missing"))
    #expect(
      await errors(start + ["-o", "x", "--format", "parquet"]).contains("'--format parquet' can't be written yet"))
    #expect(
      await errors(start + ["-o", "x", "--dtype", "f64"]).contains("'--dtype' of stored features is f32, f16 or bf16"))
    #expect(await errors(start + ["-o", "x", "--reduce", "mean"]).contains("'--reduce"))
    #expect(await errors(start + ["-o", "x", "--max-errors", "-1"]).contains("--max-errors"))
    #expect(await errors(["resnet18", photos, "--return", "fc", "-o", folder("x")]).contains("random weights"))
    #expect(
      await errors(start + ["-o", folder("x"), "--reduce", "3=gap"], status: 2)
        .contains("a reduction is given for '3', which is not a feature (dataset.feature)"))
  }
}
