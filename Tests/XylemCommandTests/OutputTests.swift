import XylemExtract
import Foundation
import Testing
import XylemErrors

@testable import XylemCommand

@Suite struct OutputTests {
  @Test func `a reader that goes away ends the run quietly`() async {
    let terminal = Terminal(output: { _ in throw OutputClosed() }, error: { Issue.record("an error: \($0)") })
    #expect(await XylemCommandLine.run(["--help"], on: terminal) == 0)
  }

  @Test func `an output that can't be written ends with 2`() async {
    let terminal = Terminal(output: { _ in throw CommandErrors.output("no space") }, error: { _ in })
    #expect(await XylemCommandLine.run(["--version"], on: terminal) == 2)
  }

  @Test func `a model's error message can't control the terminal`() async {
    await confirmation { shown in
      let terminal = Terminal(
        output: { _ in },
        error: {
          #expect($0 == "error: a\\x1b[31mb\\x9bc\\r\\u202ed (trace.raised)\n  module: größe\\x07\n")
          shown()
        })
      let error = XylemError(.traceRaised, "a\u{1B}[31mb\u{9B}c\r\u{202E}d", at: .init(modulePath: "größe\u{07}"))
      Terminal.$current.withValue(terminal) { Terminal.error("error: \(error)") }
    }
  }

  @Test func `progress is shown at a terminal and nowhere else`() async {
    await confirmation(expectedCount: 4) { shown in
      let terminal = Terminal(isInteractive: true, output: { _ in }, error: { _ in shown() })
      Terminal.$current.withValue(terminal) { Progress.each("running", count: 3) { _ in } }
    }
    let terminal = Terminal(output: { _ in }, error: { Issue.record("shown: \($0)") })
    Terminal.$current.withValue(terminal) { Progress.each("running", count: 3) { _ in } }
  }

  @Test func `a run of a model shows how many of its operations have run`() async {
    await confirmation(expectedCount: 3) { shown in
      let terminal = Terminal(
        isInteractive: true, output: { _ in },
        error: { text in
          shown()
          #expect(
            text == "\r\u{1B}[K" || text.hasPrefix("\r\u{1B}[Krunning ██████████░░░░░░░░░░ 1/2")
              || text.hasSuffix(" 2/2"))
        })
      Terminal.$current.withValue(terminal) {
        Progress.running("running") {
          for done in 1...2 {
            Thread.sleep(forTimeInterval: 0.15)
            RunProgress.report?(done, 2)
          }
        }
      }
    }
    Progress.running("running") { #expect(RunProgress.report == nil) }
  }

  @Test func `a bar fills with progress`() {
    #expect(Progress.bar("x", done: 0, of: 4) == "x ░░░░░░░░░░░░░░░░░░░░ 0/4")
    #expect(Progress.bar("x", done: 2, of: 4) == "x ██████████░░░░░░░░░░ 2/4")
    #expect(Progress.bar("x", done: 0, of: 0) == "x ████████████████████ 0/0")
  }

  @Test func `a table aligns wide characters and escapes line breaks`() {
    var table = TextTable([.left, .right], headings: ["a", "b"])
    table.append(["層1", "10"])
    table.append(["x\ny", "2"])
    #expect(table.text == "a      b\n層1   10\nx\\ny   2")
  }

  @Test func `a table that is too wide for a terminal shortens the middle of its strings, names last`() {
    var table = TextTable([.left, .left, .right], headings: ["name", "operation", "bytes"])
    table.append(["layer4.1.bn2", "leafModule torch.nn.modules.batchnorm.BatchNorm2d", "1234567"])
    func text(_ columns: Int) -> String { table.text(OutputStyle(columns: columns, hasColors: false)) }
    #expect(text(80) == table.text)
    #expect(
      text(50).split(separator: "\n") == [
        "name          operation                      bytes",
        "layer4.1.bn2  leafModule to…m.BatchNorm2d  1234567",
      ])
    for columns in 30...90 {
      #expect(text(columns).split(separator: "\n").allSatisfy { $0.count <= columns }, "\(columns)")
    }
    #expect(text(5).split(separator: "\n").allSatisfy { $0.hasSuffix("bytes") || $0.hasSuffix("1234567") })
  }

  @Test func `columns that can be spared are left out before names are shortened`() {
    var table = TextTable(
      [.left, .left, .left, .right], headings: ["name", "operation", "rule", "bytes"], dispensable: [2])
    table.append(["layer4.1.bn2", "leafModule BatchNorm2d", "BatchNorm2d, by default", "1234567"])
    #expect(
      table.text(OutputStyle(columns: 40, hasColors: false)).split(separator: "\n") == [
        "name          operation            bytes", "layer4.1.bn2  leafModu…chNorm2d  1234567",
      ])
    #expect(table.text(OutputStyle(columns: 60, hasColors: false)).hasPrefix("name          operation"))
    #expect(table.text(OutputStyle(columns: 60, hasColors: false)).contains("rule"))
  }

  @Test func `headings and rows are coloured if colours are on`() {
    var table = TextTable([.left], headings: ["name"])
    table.append(["relu"], .removed)
    table.append(["add"])
    #expect(
      table.text(OutputStyle(columns: nil, hasColors: true)) == "\u{1B}[1mname\u{1B}[0m\n\u{1B}[31mrelu\u{1B}[0m\nadd")
  }

  @Test(
    arguments: [
      (true, [:], true), (false, [:], false), (true, ["NO_COLOR": "1"], false), (true, ["NO_COLOR": ""], true),
      (false, ["CLICOLOR_FORCE": "1"], true), (false, ["CLICOLOR_FORCE": "0"], false),
      (true, ["TERM": "dumb"], false), (true, ["TERM": "xterm"], true),
      (true, ["NO_COLOR": "1", "CLICOLOR_FORCE": "1"], false),
    ] as [(Bool, [String: String], Bool)])
  func `the environment decides on colours`(isTerminal: Bool, environment: [String: String], expected: Bool) {
    #expect(ColorChoice.hasColors(isTerminal: isTerminal) { environment[$0] } == expected)
  }

  @Test func `the option about colours counts for errors too, also for those about options`() async {
    let red = "\u{1B}[1;31merror:\u{1B}[0m "
    #expect(await xylem(["nodes", "--color", "always"]).errors.hasPrefix(red))
    #expect(await xylem(["nodes", "no.pt", "--color=always"]).errors.hasPrefix(red + "'no.pt'"))
    #expect(await xylem(["nodes", "no.pt", "--color=never"], colorsErrors: true).errors.hasPrefix("error: "))
    #expect(await xylem(["nodes", "no.pt"], colorsErrors: true).errors.hasPrefix(red))
    let wrong = await xylem(["nodes", "no.pt", "--color", "blue"])
    #expect(wrong.errors.hasPrefix("error: '--color' must be auto, always or never, not 'blue' (usage)\n"))
    #expect(Paint.messages("note: a\n  try: b\nc") == "\u{1B}[1;36mnote:\u{1B}[0m a\n\u{1B}[32m  try:\u{1B}[0m b\nc")
  }

  @Test func `notes with the same sentence are grouped`() {
    #expect(
      MergedNotes.commonReason(["max(…) of it: the value is a", "max(…) of it: the value is b"]) == "max(…) of it")
    #expect(MergedNotes.commonReason(["one", "one"]) == "one")
    #expect(MergedNotes.commonReason(["one", "other"]) == "one")
  }
}
