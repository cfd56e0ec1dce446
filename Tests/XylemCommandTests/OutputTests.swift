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

  @Test func `progress is shown at a terminal and nowhere else`() async {
    await confirmation(expectedCount: 4) { shown in
      let terminal = Terminal(isInteractive: true, output: { _ in }, error: { _ in shown() })
      Terminal.$current.withValue(terminal) { Progress.each("running", count: 3) { _ in } }
    }
    let terminal = Terminal(output: { _ in }, error: { Issue.record("shown: \($0)") })
    Terminal.$current.withValue(terminal) { Progress.each("running", count: 3) { _ in } }
  }

  @Test func `a bar fills with what is done`() {
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
}
