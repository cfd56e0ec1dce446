import Testing
import XylemGraph

@testable import XylemCommand

@Suite struct ReportLayoutTests {
  private let report = """
    model.pt: train against eval

    verdict: 1 difference to review

    warning [new]: mul runs in train mode only, where nothing says why (node-only-in-train)
      at: mul, constructs_modules.py:386
      train: mul = aten::mul.Scalar(dropout_1, 2)
      why: The model is trained with it, but used without it.
      accept it with:
        expectations:
          - rule: node-only-in-train and a very long line that is pasted as it is

    """

  @Test func `nothing changes in files and pipes`() {
    #expect(ReportLayout(style: .plain).apply(to: report) == report)
  }

  @Test func `lines are broken between words, but not within options to paste`() {
    let text = ReportLayout(style: OutputStyle(columns: 40, hasColors: false)).apply(to: report)
    #expect(
      text == """
        model.pt: train against eval

        verdict: 1 difference to review

        warning [new]: mul runs in train mode
            only, where nothing says why
            (node-only-in-train)
          at: mul, constructs_modules.py:386
          train: mul =
              aten::mul.Scalar(dropout_1, 2)
          why: The model is trained with it, but
              used without it.
          accept it with:
            expectations:
              - rule: node-only-in-train and a very long line that is pasted as it is

        """)
  }

  @Test func `the label of a line is coloured`() {
    let text = ReportLayout(style: OutputStyle(columns: nil, hasColors: true)).apply(to: report)
    for painted in [
      "\u{1B}[1mverdict:\u{1B}[0m 1 difference", "\u{1B}[1;33mwarning\u{1B}[0m [new]: mul",
      "  \u{1B}[31mtrain:\u{1B}[0m mul = ",
    ] { #expect(text.contains(painted)) }
    #expect(text.ranges(of: "\u{1B}[0m").count == 3)
  }

  @Test func `a diff at a terminal fits it, and says the same`() async {
    let plain = await xylem("diff", "googlenet")
    let fitted = await xylem(["diff", "googlenet"], style: OutputStyle(columns: 80, hasColors: true))
    var text = fitted.output.replacing(/\u{1B}\[[0-9;]*m/, with: "")
    #expect(text.split(separator: "\n").allSatisfy { displayWidth(String($0)) <= 80 })
    text = text.replacing(/\s+/, with: " ")
    #expect(text == plain.output.replacing(/\s+/, with: " "))
    #expect(fitted.output.contains("\u{1B}[1;36minfo\u{1B}[0m: "))
  }
}
