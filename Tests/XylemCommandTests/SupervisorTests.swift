import Foundation
import Glibc
import Testing
import XylemErrors
import XylemTestSupport

@testable import XylemCommand

@Suite struct SupervisorTests {
  @Test func `only commands that read or write a file or compute run in a child process`() {
    let file = Fixtures.path("zoo/resnet18.pt")
    let supervised = [
      ["nodes", file], ["nodes", "resnet18", "--config=\(file)"], ["graph", "resnet18", "-o", "x.html"],
      ["extract", "resnet18"], ["bench", "resnet18"], ["diff", "resnet18", "--witness"], ["plugin", "check", file],
      ["nodes", "resnet18", "--weights", file],
    ]
    let plain = [
      [], ["--help"], ["--version"], ["help", "nodes"], ["nodes", "resnet18"], ["diff", "resnet18"], ["models"],
      ["doctor"], ["nodes", "no/such/file.pt"],
    ]
    for arguments in supervised { #expect(Supervisor.isNeeded(for: arguments), "\(arguments)") }
    for arguments in plain { #expect(!Supervisor.isNeeded(for: arguments), "\(arguments)") }
  }

  @Test func `reports come in pieces`() {
    var reports = ChildReports()
    #expect(reports.stage == "" && reports.loaded.isEmpty && !reports.isLoading)
    let bytes: [UInt8] = [
      ChildReport.stage("loading a/b.pt"), .made("/t/.xylem-1.tmp"), .made("/t/é\n"), .gone("/t/.xylem-1.tmp"),
      .stage("tracing"),
    ].flatMap(\.bytes)
    for byte in bytes.dropLast() { reports.add([byte]) }
    #expect(reports.isLoading)
    reports.add(bytes.suffix(1))
    #expect(reports.stage == "tracing" && reports.loaded == ["a/b.pt"] && reports.temporaries == ["/t/é\n"])
    reports.add([0, 1, 0])
    #expect(reports.stage == "tracing")
  }

  @Test func `a crash is reported with the step and a remedy`() {
    var reports = ChildReports()
    #expect(
      CommandErrors.crashed(signal: SIGKILL, reports).description == """
        the tensor runtime crashed while starting (runtime.crashed)
          cause: it was ended by SIGKILL (Killed): by another process, or because memory ran out
          try: XYLEM_SUPERVISOR=0 xylem …  # runs in one process, for a debugger
        """)
    reports.add(ChildReport.stage("loading m.pt").bytes)
    #expect(
      CommandErrors.crashed(signal: SIGSEGV, reports).description == """
        the tensor runtime crashed while loading m.pt (runtime.crashed)
          cause: it was ended by SIGSEGV (Segmentation fault)
          try: copy or download the file again
          try: XYLEM_SUPERVISOR=0 xylem …  # runs in one process, for a debugger
        """)
    reports.add(ChildReport.stage("running the model").bytes)
    #expect(
      CommandErrors.overloaded(.memory(bytes: 1 << 30), reports).description == """
        the tensor runtime took too much memory while running the model (runtime.overloaded)
          file: m.pt
          cause: it had 1024 MB for a file of this size
          try: XYLEM_SUPERVISOR=0 xylem …  # runs in one process, for a debugger
        """)
  }
}

/// Commands that are interrupted, crash or are killed, as processes of their own.
@Suite(.needsExecutable, .needsRuntime) struct SupervisedCommandTests {
  /// Threads that tests run on block signals, and a process that they start would never see one.
  private func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
    var (none, before) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try body()
  }

  private func shell(_ line: String) throws -> (status: Int32, output: String, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", line, try #require(Fixtures.executable)]
    let (output, errors) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (output, errors)
    try withoutBlockedSignals { try process.run() }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text, complaint)
  }

  @Test func `an archive that crashes the runtime is an error, and nothing is printed twice`() throws {
    let run = try shell("cd '\(Fixtures.path("hostile"))'; \"$0\" nodes crash.pt")
    #expect(run.status == 2 && run.output == "")
    #expect(
      run.errors == """
        error: the tensor runtime crashed while loading crash.pt (runtime.crashed)
          cause: it was ended by SIGSEGV (Segmentation fault)
          try: copy or download the file again
          try: XYLEM_SUPERVISOR=0 xylem …  # runs in one process, for a debugger

        """)
  }

  @Test func `an archive that takes too much time or memory to load is an error`() throws {
    for (name, what) in [("endless", "took too long"), ("memory", "took too much memory")] {
      let run = try shell("cd '\(Fixtures.path("hostile"))'; \"$0\" nodes \(name).pt")
      #expect(run.status == 2 && run.output == "")
      #expect(run.errors.hasPrefix("error: the tensor runtime \(what) while loading \(name).pt (runtime.overloaded)\n"))
    }
  }

  @Test func `an archive that takes too much to save is an error, and nothing is left of the file`() throws {
    let run = try shell(
      """
      folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"; cp '\(Fixtures.path("hostile/state_grows.pt"))' .
      "$0" extract state_grows.pt --return add --save saved.xylem; echo $?; ls -A
      """)
    #expect(run.output == "2\nstate_grows.pt\n")
    #expect(run.errors.hasPrefix("error: the tensor runtime took too "))
    #expect(run.errors.contains(" while saving saved.xylem (runtime.overloaded)\n  file: state_grows.pt\n"))
  }

  @Test func `signals end the command with their code and leave nothing`() throws {
    let model = Fixtures.path("zoo/resnet18.pt")
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
      // `set -m` lets the command be interrupted as one in the foreground is.
      let run = try shell(
        """
        set -m; folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
        "$0" bench '\(model)' --return fc --input-shape 1,3,64,64 --runs 1000000 & child=$!
        for i in $(seq 100); do pgrep -P $child >/dev/null && break; sleep 0.05; done
        worker=$(pgrep -P $child); sleep 0.3; kill -\(signal) $child; wait $child; echo $?
        for i in $(seq 100); do kill -0 $worker 2>/dev/null || break; sleep 0.05; done
        kill -0 $worker 2>/dev/null && echo still there; ls -A
        """)
      #expect(run.output == "\(code)\n", "\(signal): \(run.errors)")
    }
  }

  @Test func `a kill while a file is saved leaves nothing`() throws {
    let model = Fixtures.path("models/efficientnet_lite0.pt")
    let run = try shell(
      """
      folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
      for signal in TERM KILL INT SEGV; do
        "$0" extract '\(model)' --auto-leaf --return classifier --save f.xylem >/dev/null 2>&1 & child=$!
        until ls -A | grep -q . || ! kill -0 $child 2>/dev/null; do :; done
        kill -$signal $(pgrep -P $child) 2>/dev/null; wait $child 2>/dev/null
        ls -A | grep -v '^f.xylem$'; rm -f f.xylem
      done
      """)
    #expect(run.output == "", "\(run.errors)")
  }

  @Test func `a child reads the same input and fails with the same code`() throws {
    let model = Fixtures.path("zoo/resnet18.pt")
    let run = try shell(
      "cat '\(model)' >/dev/null; \"$0\" nodes '\(model)' --mode nonsense 2>/dev/null; echo $?; "
        + "XYLEM_SUPERVISOR=0 \"$0\" nodes '\(model)' | tail -1; \"$0\" nodes '\(model)' | tail -1; "
        + "\"$0\" nodes '\(model)' | head -1 >/dev/null; echo ${PIPESTATUS[0]}")
    #expect(run.output == "64\nfc\nfc\n0\n", "\(run.errors)")
  }
}
