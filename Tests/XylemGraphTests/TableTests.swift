import Testing
import XylemGraph

@Suite struct TableTests {
  @Test func `a table of an empty graph is its headings`() {
    #expect(Graph().table() == "name  operation  inputs  type  rule  source")
    #expect(Graph().table(columns: []) == "")
  }

  @Test func `a table shows every operation`() {
    #expect(
      Graph.everything().table(inputWidth: 24) == """
        name              operation                                              inputs                    type                         rule                          source
        x                 placeholder x                                                                    Tensor
        mask              placeholder mask                                                                 Optional[Tensor]
        stem.weight       attribute stem.weight                                                            Tensor
        stem              leafModule torch.nn.modules.conv.Conv2d                x                         Tensor                       torch.nn.modules.conv.Conv2d  net.py:12
        layer1.0.add      operator aten::add_.Tensor                             stem, stem.weight, -0.0   Tensor                                                     net.py:20
        layer1.0.getitem  getItem                                                layer1.0.add…, None, 2)]  Tensor
        getattr           getField logits                                        layer1.0.getitem          Tensor
        head.softmax      leafFunction torch.nn.functional.softmax               getattr, Non…orch__.f#3>  Tensor                       torch.nn.functional.*
        loop              region loop                                            head.softmax, [x, x]      Tuple[Tensor, List[Tensor]]
        guard             guard True, else 'expected 4D input (got {0}D input)'  loop                      Tensor
        setattr           setAttribute steps                                     layer1.0.add              Tensor
        output            output                                                 (out=loop, aux=stem)      Tensor
        """)
  }

  @Test func `only the chosen columns are shown, always in the same order`() {
    #expect(
      Graph.chain().table(columns: [.inputs, .name]) == """
        name    inputs
        x
        relu    x
        output  relu
        """)
    #expect(Graph.chain().table(columns: .type) == "type\nTensor\nTensor\nTensor")
  }

  @Test(arguments: [
    (-1, "…"), (0, "…"), (1, "…"), (2, "[…"), (3, "[…]"), (6, "['a…']"), (7, "['a…x']"), (11, "['aé…yyx']"),
    (14, "['aé👍🏽…yyyx']"), (99, "['aé👍🏽层yyyyx']"),
  ])
  func `long inputs lose whole characters in their middle, wide ones counted twice`(width: Int, text: String) {
    var graph = Graph()
    graph.append(.operator(name: "f"), name: "f", inputs: [.list([.string("aé👍🏽层yyyyx")])])
    #expect(graph.table(columns: .inputs, inputWidth: width) == "inputs\n\(text)")
  }

  @Test func `wide characters take two columns`() {
    var graph = Graph()
    graph.append(.attribute(path: "w"), name: "层.重", inputs: [])
    graph.append(.attribute(path: "w"), name: "e\u{301}", inputs: [])
    #expect(
      graph.table(columns: [.name, .type]) == """
        name   type
        层.重  Tensor
        e\u{301}      Tensor
        """)
  }

  @Test func `nothing in a cell breaks a line or steers the terminal`() {
    var graph = Graph()
    graph.append(.operator(name: "f\r"), name: "a\nb\u{1B}[31m", inputs: [.string("\n")], type: "\t", rule: "\u{202E}")
    #expect(
      graph.table() == #"""
        name          operation     inputs  type  rule    source
        a\nb\x1b[31m  operator f\r  '\n'    \t    \u202e
        """#)
  }
}
