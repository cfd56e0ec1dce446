import Testing
import XylemDiff
import XylemGraph
import XylemSketches

@Suite("Requested return nodes")
struct ReturnNodeTests {
  private func net(_ training: Bool) -> Graph {
    sketch { s in
      var y = s.leaf("conv", "torch.nn.modules.conv.Conv2d", s.value("x"))
      if training { y = s.op("add.Scalar", y, .int(100), line: 3) }
      let z = s.op("add.Scalar", y, .int(1), line: 4)
      s.output(s.op("relu", z, in: "head"))
    }
  }

  private func requests(_ train: [String], _ eval: [String]) -> [String] {
    let options = DiffOptions(requests: ["train": train, "eval": eval])
    return diff(net(true), net(false), options: options).findings.filter { $0.level == .error }
      .map { "\($0.rule.rawValue): \($0.message) | \($0.remedy)" }
  }

  @Test func `a node that one mode calls otherwise is an error with the options to paste`() {
    #expect(
      requests(["add_1"], ["add_1"]) == [
        "return-node-renamed: add_1 of train mode is add in eval mode | --train-return add_1=add_1 --eval-return add=add_1"
      ])
  }

  @Test func `a name that means another node in each mode is an error`() {
    #expect(
      requests(["add=sum"], ["add=sum"]) == [
        "return-node-missing-in-mode: add=sum does not exist in eval mode | --train-return add=sum  # and a different node with --eval-return"
      ])
  }

  @Test func `a node of one mode is fine if only that mode is requested`() {
    #expect(requests(["add_1"], ["add"]) == [])
    #expect(requests(["conv", "head", "head.relu"], ["conv", "head", "head.relu"]) == [])
  }

  @Test func `a node that neither mode has is missing`() {
    #expect(
      requests(["nowhere"], ["nowhere"]) == [
        "return-node-missing-in-mode: nowhere does not exist in train mode | xylem nodes MODEL --mode both"
      ])
  }

  private func impacts(_ train: [String], _ eval: [String]) -> (impacts: [String], options: String?) {
    let found = diff(net(true), net(false), options: DiffOptions(requests: ["train": train, "eval": eval]))
    return (
      found.returns.map { "\($0.request): \($0.train ?? "nothing"), \($0.eval ?? "nothing")" }, found.returnOptions
    )
  }

  @Test func `each request's value in both modes is shown, with the options to paste`() {
    let all = impacts(
      ["conv", "add_1=sum", "head", "output", "nowhere"], ["conv", "add_1=sum", "head", "output", "nowhere"])
    #expect(
      all.impacts == [
        "conv: conv, conv", "add_1=sum: add_1, add", "head: head.relu, head.relu", "output: output, output",
        "nowhere: nothing, nothing",
      ])
    #expect(all.options == "--train-return conv add_1=sum head output --eval-return conv add=sum head output")
    #expect(impacts(["conv", "head"], ["conv", "head"]).options == "--return conv head")
    #expect(impacts(["nowhere"], ["nowhere"]).options == nil)
    // The train trace's 'add' is the addition that eval mode lacks, and not what eval mode calls so.
    let other = impacts(["add"], ["add"])
    #expect(other.impacts == ["add: add, nothing"] && other.options == "--train-return add")
    let own = impacts(["add_1"], ["add"])
    #expect(own.impacts == ["add_1: add_1, nothing", "add: nothing, add"])
    #expect(own.options == "--train-return add_1 --eval-return add")
    #expect(impacts([], []).impacts == [])
  }
}
