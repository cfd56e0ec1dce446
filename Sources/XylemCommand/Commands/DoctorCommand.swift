internal import ArgumentParser
internal import Foundation
internal import XylemErrors
internal import XylemPlugins
internal import XylemReport
internal import XylemTensor

/// `xylem doctor`: reports whether the tensor runtime works, and how to fix it if it does not.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check that the tensor runtime is found and works, and say how to fix it if not.",
    discussion: """
      xylem doctor
      xylem doctor --install

      The exit code is 0 if the runtime can be used, and 2 if it can't.

      --install downloads libtorch with pip, once per user (200 to 530 MB), and places the runtime next to it in the user's \
      cache, where every program of that user that links Xylem finds it. A runtime that is already built is copied; otherwise \
      it is compiled, which takes minutes. The engine OpenVINO (59 MB) is installed in the same way.
      """)

  @OptionGroup var colors: ColorOptions
  @Flag(help: "Install libtorch and the runtime into the user's cache first.") var install = false
  @Option(help: "The output format.") var format: TextOrJSON = .text

  func run() throws {
    if install { try RuntimeInstaller().install() }
    let report = DoctorReport()
    try Terminal.output(format == .json ? report.json.text : report.text)
    if let failure = report.failure { throw failure }
  }
}

/// The result of `xylem doctor`.
struct DoctorReport {
  private let searched: [(path: String, exists: Bool)]
  private let runtime: TensorRuntime.Description?
  private let device: String?
  /// The engine, or why there is none.
  private let engine: Result<EngineLibrary, XylemError>
  /// Why the runtime can't be used.
  let failure: XylemError?

  /// Looks for the runtime, and computes one sum with it.
  init() {
    searched = TensorRuntime.searchPaths.map { ($0, FileManager.default.fileExists(atPath: $0)) }
    var (runtime, device, failure): (TensorRuntime.Description?, String?, XylemError?)
    do throws(XylemError) {
      runtime = try TensorRuntime.load()
      let one = try Tensor([1], shape: [1])
      device = try TensorOperator.call("aten::add", overload: "Tensor", [.tensor(one), .tensor(one), .int(1)]).device
    } catch {
      failure = error
    }
    (self.runtime, self.device, self.failure) = (runtime, device, failure)
    do throws(XylemError) { engine = .success(try EngineLibrary.shared()) } catch { engine = .failure(error) }
  }

  /// The result as JSON.
  var json: JSONValue {
    .object([
      "schema": .int(1), "usable": .bool(failure == nil), "version": .string(XylemCommandLine.configuration.version),
      "runtime": runtime.map {
        .object([
          "name": .string($0.name), "path": .string($0.path), "threads": .int($0.threads), "device": .optional(device),
        ])
      } ?? .null,
      "engine": (try? engine.get()).map {
        .object(["name": .string($0.name), "version": .string($0.version), "path": .string($0.path)])
      } ?? .null,
      "searched": .array(searched.map { .object(["path": .string($0.path), "exists": .bool($0.exists)]) }),
      "error": .optional(failure?.id.rawValue), "remedies": .strings(failure?.filledRemedies ?? []),
    ])
  }

  /// The result as a table, without a trailing line break.
  var text: String {
    var table = TextTable([.left, .left])
    table.append(["xylem", XylemCommandLine.configuration.version])
    table.append(["runtime", runtime.map(\.name) ?? (searched.contains { $0.exists } ? "not usable" : "not found")])
    if let runtime {
      table.append(["library", runtime.path])
      table.append(["device", device ?? "-"])
      table.append(["threads", "\(runtime.threads)"])
    } else {
      for place in searched { table.append(["looked in", "\(place.path) (\(place.exists ? "there" : "not there"))"]) }
    }
    switch engine {
    case .success(let engine): table.append(["engine", "\(engine.name) \(engine.version)"])
    case .failure(let error):
      table.append(["engine", "none, libtorch computes everything: \(error.message)"])
      if let remedy = error.filledRemedies.first { table.append(["", "to install it: \(remedy)"]) }
    }
    table.append(["plugins", PluginPolicy.scannerPath.map { "tried by \($0)" } ?? "can't be tried: no xylem-scan"])
    return table.text
  }
}
