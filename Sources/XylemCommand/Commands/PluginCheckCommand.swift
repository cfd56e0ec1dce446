internal import ArgumentParser
internal import XylemErrors
internal import XylemPlugins

/// `xylem plugin check`: checks that plugins do what they declare.
struct PluginCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Test what plugins declare, each test in a separate process.",
    discussion: """
      xylem plugin check ./libsame-padding.so --sample 'Conv2dSame: {"tensors": {"weight": "f32[8,3,3,3]"}, "inputs": ["f32[1,3,8,8]"]}'

      A leaf module without a sample is created without attributes and tensors, and called with one tensor; a leaf function is called with default \
      values of the types in its signature. Input that a leaf refuses is reported as 'not tried'. In samples, 'attributes' are a module's plain attributes, 'tensors' its \
      tensors by name, and 'inputs' the arguments of a call; strings like "f32[1,3,8,8]" stand for tensors, and so does \
      {"tensor": "f32[1,2]", "values": [0, 4]} if the elements matter.

      The exit code is 1 if a test fails, and 2 if a file can't be read.
      """)

  @OptionGroup var options: PluginFiles
  @OptionGroup var verdicts: VerdictFolder
  @Option(
    help: ArgumentHelp("Test a leaf with these attributes, tensors and inputs. Repeatable.", valueName: "name: {…}"))
  var sample: [String] = []
  @Option(help: ArgumentHelp("The time limit of each test, in seconds.", valueName: "seconds")) var timeLimit = 10.0

  func validate() throws {
    guard timeLimit.isFinite, timeLimit > 0, timeLimit <= 3600 else {
      throw ValidationError("'--time-limit' must be more than 0 seconds and at most 3600, not \(timeLimit)")
    }
  }

  func run() throws {
    var samples: [String: LeafSample] = [:]
    for text in sample {
      let (leaf, sample) = try LeafSample.parse(text)
      samples[leaf] = sample
    }
    var policy = verdicts.policy
    policy.timeLimit = .milliseconds(Int(timeLimit * 1000))
    let checks = Progress.during("checking") {
      options.files.map { PluginCheck.run($0, policy: policy, samples: samples) }
    }
    try checkSamples(samples, checks)
    if options.format == .json {
      let texts = try checks.map { try $0.jsonText() }
      try Terminal.output("{\"plugins\":[\(texts.joined(separator: ","))],\"schema\":1}")
    } else {
      try Terminal.output(checks.map(\.description).joined(separator: "\n\n"))
    }
    // A file that can't be read is not a finding about a plugin.
    let untried: Set<ErrorID> = [.fileNotFound, .fileUnreadable, .pluginScannerNotFound]
    if let error = checks.compactMap(\.report.failure).first(where: { untried.contains($0.id) }) { throw error }
    if checks.contains(where: { !$0.isPassing }) { throw FindingsFound() }
  }

  /// A sample for a leaf that no plugin has is a typing error.
  private func checkSamples(_ samples: [String: LeafSample], _ checks: [PluginCheck]) throws(XylemError) {
    let manifests = checks.compactMap(\.report.manifest)
    let names = manifests.flatMap { $0.modules.map(\.type) + $0.functions.map(\.name) }
    for name in samples.keys.sorted() where !names.contains(name) && !names.isEmpty {
      throw CommandErrors.usage(
        "none of the plugins has the leaf '\(name)', which a sample is for",
        remedies: nearMisses(of: name, among: names).map { "--sample '\($0): {…}'" })
    }
  }
}
