import Testing
import XylemGraph

@Suite struct DOTTests {
  @Test func `an empty graph is a drawing with a title`() {
    #expect(
      Graph().dot(title: "a") == """
        digraph "a" {
          graph [label="a", labelloc=t, fontname="Helvetica", style=rounded, color="#9e9e9e"];
          node [shape=box, style=filled, fontname="Helvetica", fontsize=10, color="#616161"];
          edge [fontname="Helvetica", fontsize=8, color="#616161"];
        }

        """)
  }

  @Test func `modules are nested clusters, and every operation has its colour`() {
    #expect(
      Graph.everything().dot(title: "net") == #"""
        digraph "net" {
          graph [label="net", labelloc=t, fontname="Helvetica", style=rounded, color="#9e9e9e"];
          node [shape=box, style=filled, fontname="Helvetica", fontsize=10, color="#616161"];
          edge [fontname="Helvetica", fontsize=8, color="#616161"];
          n0 [label="x\nplaceholder x", tooltip="Tensor", fillcolor="#a5d6a7"];
          n1 [label="mask\nplaceholder mask", tooltip="Optional[Tensor]", fillcolor="#a5d6a7"];
          n3 [label="stem\nleafModule torch.nn.modules.conv.Conv2d", tooltip="Tensor\nstem\nnet.py:12", fillcolor="#90caf9"];
          n6 [label="getattr\ngetField logits", tooltip="Tensor", fillcolor="#eeeeee"];
          n8 [label="loop\nregion loop", tooltip="Tuple[Tensor, List[Tensor]]", fillcolor="#ce93d8"];
          n9 [label="guard\nguard True, else 'expected 4D input (got {0}D input)'", tooltip="Tensor", fillcolor="#ffab91"];
          n10 [label="setattr\nsetAttribute steps", tooltip="Tensor", fillcolor="#ffe082"];
          n11 [label="output", tooltip="Tensor", fillcolor="#ef9a9a"];
          subgraph cluster_1 {
            label="stem";
            tooltip="stem";
            n2 [label="stem.weight\nattribute stem.weight", tooltip="Tensor\nstem", fillcolor="#ffe082"];
          }
          subgraph cluster_2 {
            label="layer1";
            tooltip="layer1";
            subgraph cluster_3 {
              label="0";
              tooltip="layer1.0";
              n4 [label="layer1.0.add\noperator aten::add_.Tensor", tooltip="Tensor\nlayer1.0\nnet.py:20", fillcolor="#eeeeee"];
              n5 [label="layer1.0.getitem\ngetItem", tooltip="Tensor\nlayer1.0", fillcolor="#eeeeee"];
            }
          }
          subgraph cluster_4 {
            label="head";
            tooltip="head";
            n7 [label="head.softmax\nleafFunction torch.nn.functional.softmax", tooltip="Tensor\nhead", fillcolor="#90caf9", style="filled,dashed"];
          }
          n0 -> n3 [label="0"];
          n3 -> n4 [label="0"];
          n2 -> n4 [label="1"];
          n4 -> n3 [label="writes", style=dashed, color="#c62828", constraint=false];
          n4 -> n5 [label="0"];
          n5 -> n6 [label="0"];
          n6 -> n7 [label="0"];
          n7 -> n8 [label="0"];
          n0 -> n8 [label="1"];
          n0 -> n8 [label="1"];
          n8 -> n7 [label="writes", style=dashed, color="#c62828", constraint=false];
          n8 -> n0 [label="writes", style=dashed, color="#c62828", constraint=false];
          n8 -> n0 [label="writes", style=dashed, color="#c62828", constraint=false];
          n8 -> n9 [label="0"];
          n4 -> n10 [label="0"];
          n8 -> n11 [label="0"];
          n3 -> n11 [label="0"];
        }

        """#)
  }

  @Test func `quotes, backslashes, line breaks, ampersands and controls are escaped in every string`() {
    var graph = Graph()
    graph.append(
      .operator(name: #"f"\"#), name: "a\"b\\N\n&lt;层\u{1B}", inputs: [], modulePath: #"m"\.x"#, type: #"T"\"#,
      location: SourceLocation(file: #"C:\"n".py"#, line: 3))
    #expect(
      graph.dot(title: #"a "b" \G &"#) == #"""
        digraph "a \"b\" \\G &amp;" {
          graph [label="a \"b\" \\G &amp;", labelloc=t, fontname="Helvetica", style=rounded, color="#9e9e9e"];
          node [shape=box, style=filled, fontname="Helvetica", fontsize=10, color="#616161"];
          edge [fontname="Helvetica", fontsize=8, color="#616161"];
          subgraph cluster_1 {
            label="m\"\\";
            tooltip="m\"\\";
            subgraph cluster_2 {
              label="x";
              tooltip="m\"\\.x";
              n0 [label="a\"b\\N\n&amp;lt;层\\x1b\noperator f\"\\", tooltip="T\"\\\nm\"\\.x\nC:\\\"n\".py:3", fillcolor="#eeeeee"];
            }
          }
        }

        """#)
  }

  @Test func `long labels are shortened`() {
    var graph = Graph()
    graph.append(.attribute(path: "w"), name: String(repeating: "n", count: 100), inputs: [])
    let n = String(repeating: "n", count: 30)
    #expect(graph.dot().contains("\"\(n)…\(n.dropFirst())\\nattribute w\""))
  }
}
