import Foundation
import Testing
import XylemTestSupport

/// The real binary, a few times.
@Suite(.needsExecutable) struct ExecutableTests {
  /// Runs a shell's line with the executable as `$0`; pipes are drained before waiting.
  private func shell(_ line: String, environment: [String: String] = [:]) throws -> (
    status: Int32, output: String, errors: String
  ) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", line, try #require(Fixtures.executable)]
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let (output, errors) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (output, errors)
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text, complaint)
  }

  @Test func `the help needs no runtime`() throws {
    let run = try shell("\"$0\" --help", environment: ["XYLEM_RUNTIME": "/nowhere.so"])
    #expect(run.status == 0 && run.output.contains("SUBCOMMANDS") && run.errors.isEmpty)
  }

  @Test func `a missing runtime ends with 2 and a remedy, in both formats of the doctor`() throws {
    let text = try shell("\"$0\" doctor", environment: ["XYLEM_RUNTIME": "/nowhere.so"])
    #expect(text.status == 2)
    #expect(text.output.contains("/nowhere.so (not there)") && text.errors.contains("try: unset XYLEM_RUNTIME"))
    let json = try shell("\"$0\" doctor --format json", environment: ["XYLEM_RUNTIME": "/nowhere.so"])
    #expect(json.status == 2 && json.output.contains("\"error\":\"runtime.not-found\""))
  }

  @Test func `a library that is not a runtime ends with 2`() throws {
    let run = try shell("\"$0\" doctor", environment: ["XYLEM_RUNTIME": "/etc/passwd"])
    #expect(run.status == 2 && run.errors.contains("runtime.unloadable"))
  }

  @Test(.needsRuntime) func `a program without a runtime says how to get one, which then is there for every program`()
    throws
  {
    // The program alone, with a cache that has libtorch: what it advises is followed as it stands.
    let run = try shell(
      """
      set -eu; folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; program=$(realpath "$0")
      mkdir -p "$folder/bin" "$folder/cache/xylem"; export XDG_CACHE_HOME=$folder/cache; unset XYLEM_RUNTIME
      ln -s "$(realpath '\(Fixtures.package.path)/.libtorch')" "$folder/cache/xylem/libtorch-2.13.0"
      cp "$program" "$folder/bin/xylem"
      "$folder/bin/xylem" doctor 2>&1 >/dev/null | sed -n 's/^  try: //p; s/.*(\\(runtime[a-z.-]*\\))$/\\1/p' || true
      "$program" doctor --install 2>/dev/null | grep -c libtorch
      "$folder/bin/xylem" doctor | grep -c "$folder/cache/xylem/runtime-"
      "$folder/bin/xylem" nodes '\(Fixtures.path("constructs/root_relu.pt"))'
      """)
    #expect(
      run.output == """
        runtime.not-found
        xylem doctor --install  # installs libtorch and the runtime into the user's cache
        1
        1
        input
        ReLU

        """, "\(run.errors)")
  }

  @Test func `a shell completes names of models, files that can be models and folders`() throws {
    let run = try shell(
      """
      cd '\(Fixtures.package.path)/Fixtures'
      for start in resnet1 zoo/resnet1 mod nothing; do
        echo "$start:" $("$0" ---completion nodes -- positional@0 1 "${#start}" xylem "$start")
      done
      """)
    #expect(
      run.output == """
        resnet1: resnet101 resnet101d resnet152 resnet152d resnet18 resnet18d
        zoo/resnet1: zoo/resnet18.pt
        mod: models/ modes/
        nothing:

        """)
    #expect(run.errors.isEmpty)
  }

  @Test func `a wrong use ends with 64`() throws {
    #expect(try shell("\"$0\" nodes").status == 64)
  }

  @Test(.needsRuntime) func `a reader that goes away ends the run quietly`() throws {
    let model = Fixtures.path("zoo/densenet121.pt")
    let run = try shell("\"$0\" graph '\(model)' --format json | head -c 1; echo \" ${PIPESTATUS[0]}\"")
    #expect(run.output == "{ 0\n")
    #expect(run.errors.isEmpty)
  }

  @Test(.needsRuntime) func `reports are the same bytes in processes with different hash seeds`() throws {
    // Every format, a page of one trace too, two processes each: a digest for each, so that one line is left of the two.
    let run = try shell(
      """
      set -u; unset SWIFT_DETERMINISTIC_HASHING; model='\(Fixtures.path("zoo/googlenet.pt"))'
      for format in text json markdown junit sarif html; do
        for number in 1 2; do "$0" diff "$model" --format $format --base '\(Fixtures.path("zoo/resnet18.pt"))' | sha256sum; done | sort -u
      done
      for number in 1 2; do "$0" graph "$model" --format html --return inception4a | sha256sum; done | sort -u
      """)
    #expect(run.errors == "")
    #expect(run.output.split(separator: "\n").count == 7, "\(run.output)")
    #expect(
      !run.output.contains("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), "nothing was printed")
  }

  @Test(.needsRuntime) func `a full disk is an error`() throws {
    let run = try shell("\"$0\" nodes '\(Fixtures.path("zoo/resnet18.pt"))' > /dev/full")
    #expect(run.status == 2 && run.errors.contains("file.unwritable"))
  }

  @Test(.needsRuntime) func `unregistered operators give a warning, and the nodes are listed`() throws {
    let run = try shell("\"$0\" nodes '\(Fixtures.path("bad/unknown_operator.pt"))'")
    #expect(run.status == 0 && run.output == "input\n0\n1\n")
    #expect(run.errors.hasPrefix("warning: ") && run.errors.contains("aten::linoleum"))
  }

  @Test(.needsRuntime) func `a saved extractor wants its plugin, the very file, unless another is allowed`() throws {
    let model = Fixtures.path("models/efficientnet_lite0.pt")
    let input = "--input '\(Fixtures.path("images/chelsea.png"))'"
    let run = try shell(
      """
      set -u; folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"; export XDG_CACHE_HOME=$folder
      plugin=$(dirname "$(realpath "$0")")/libSamePadding.so; cp "$plugin" other.so; echo >>other.so
      "$0" extract '\(model)' --plugin "$plugin" --return blocks.2 --save f.xylem >/dev/null 2>&1; echo $?
      "$0" extract f.xylem \(input) -o f.npy 2>&1 >/dev/null | grep -o '(plugin[a-z.-]*)'
      "$0" extract f.xylem --plugin ./other.so \(input) -o f.npy 2>&1 >/dev/null | grep -o '(plugin[a-z.-]*)'
      "$0" extract f.xylem --plugin ./other.so --allow-changed-plugins \(input) -o other.npy 2>&1 >/dev/null | grep -c ^warning
      "$0" extract f.xylem --plugin "$plugin" \(input) -o f.npy >/dev/null 2>&1; echo $?
      cmp f.npy other.npy && echo same
      """)
    #expect(run.output == "0\n(plugin.not-loaded)\n(plugin.changed)\n1\n0\nsame\n", "\(run.errors)")
  }
}
