import Testing
import XylemDiff
import XylemGraph
import XylemSketches

@Suite("One cause, one finding")
struct CauseTests {
  private let conv = "torch.nn.modules.conv.Conv2d"

  @Test func `equal graphs have no findings, and every node has a row`() {
    let graph = sketch { s in
      let y = s.leaf("conv", conv, s.value("x"))
      s.output(s.op("relu", y))
    }
    let diff = diff(graph, graph)
    #expect(diff.summary == [])
    #expect(diff.compared == 4)
    #expect(diff.rows.map(\.kind) == [.same, .same, .same, .same])
  }

  @Test func `a dropout that eval skips is one finding, with renumbered names and consumers folded under it`() {
    let train = sketch { s in
      let y = s.leaf("conv", conv, s.value("x"))
      let d = s.function("torch.nn.functional.dropout", y, .float(0.5), .bool(true), .bool(false))
      let e = s.op("relu", s.op("add.Tensor", d, y, .int(1)))
      s.output(e)
    }
    let eval = sketch { s in
      let y = s.leaf("conv", conv, s.value("x"))
      s.output(s.op("relu", s.op("add.Tensor", y, y, .int(1))))
    }
    let diff = diff(train, eval)
    #expect(diff.summary == ["info node-only-in-train dropout [dropout]"])
    #expect(diff.findings[0].members.map(\.node) == ["add"])
    #expect(diff.rows.map(\.kind) == [.same, .same, .onlyInTrain, .rewired, .same, .same])
    #expect(diff.rows.map(\.finding) == [nil, nil, 0, 0, nil, nil])
  }

  @Test func `dropout called as a function with the training flag is found where names are equal`() {
    func net(_ training: Bool) -> Graph {
      sketch { s in
        let y = s.leaf("conv", conv, s.value("x"))
        s.output(s.function("torch.nn.functional.dropout", y, .float(0.5), .bool(training), .bool(false)))
      }
    }
    let diff = diff(net(true), net(false))
    #expect(diff.summary == ["info attribute-differs dropout [dropout]"])
    #expect(diff.rows.map(\.kind) == [.same, .same, .changed, .same])
    #expect(self.diff(net(false), net(true)).summary == ["warning attribute-differs dropout"])
  }

  private func diff(_ train: Graph, _ eval: Graph) -> TraceDiff { XylemSketches.diff(train, eval) }

  @Test func `a user's own addition in train mode is a warning with its line, though the names move`() {
    let train = sketch { s in
      let y = s.op("add.Scalar", s.value("x"), .int(100), .int(1), line: 9)
      s.output(s.op("add.Scalar", y, .int(2), .int(1), line: 10))
    }
    let eval = sketch { s in s.output(s.op("add.Scalar", s.value("x"), .int(2), .int(1), line: 10)) }
    let diff = diff(train, eval)
    #expect(diff.summary == ["warning node-only-in-train add"])
    #expect(diff.findings[0].location == SourceLocation(file: "net.py", line: 9))
    #expect(diff.findings[0].members.map(\.node) == ["add_1", "add_1"])
    #expect(diff.findings[0].train == "add = aten::add.Scalar(x, 100, 1)")
    #expect(diff.findings[0].eval == nil)
  }

  @Test func `without lines the constants tell which of two additions is the extra one`() {
    let train = sketch { s in
      let y = s.op("add.Scalar", s.value("x"), .int(100), .int(1))
      s.output(s.op("add.Scalar", y, .int(2), .int(1)))
    }
    let eval = sketch { s in s.output(s.op("add.Scalar", s.value("x"), .int(2), .int(1))) }
    #expect(diff(train, eval).summary == ["warning node-only-in-train add"])
  }

  @Test func `an auxiliary head is one finding for the whole module, information, with its cause named`() {
    func net(_ training: Bool) -> Graph {
      sketch { s in
        let y = s.leaf("conv", conv, s.value("x"))
        var aux = NodeInput.none
        if training {
          let a = s.leaf("aux1.conv", conv, y)
          let b = s.op("flatten.using_ints", s.op("relu", a, in: "aux1"), .int(1), .int(-1), in: "aux1")
          aux = s.leaf("aux1.fc", "torch.nn.modules.linear.Linear", b)
          s.call("aux1", "torchvision.models.googlenet.InceptionAux", result: aux)
        }
        let f = s.op("flatten.using_ints", y, .int(1), .int(-1))
        s.output(.tuple([s.leaf("fc", "torch.nn.modules.linear.Linear", f), aux], names: ["logits", "aux"]))
      }
    }
    let diff = diff(net(true), net(false))
    #expect(diff.summary == ["info node-only-in-train aux1.conv [auxiliary head]"])
    #expect(diff.findings[0].module == "aux1")
    #expect(diff.findings[0].members.map(\.node) == ["aux1.relu", "aux1.flatten", "aux1.fc", "output"])
  }

  @Test func `a head whose value flows back into the model is not explained by its name`() {
    func net(_ training: Bool) -> Graph {
      sketch { s in
        var y = s.leaf("conv", conv, s.value("x"))
        if training { y = s.op("add.Tensor", y, s.leaf("aux", conv, y), .int(1)) }
        s.output(s.op("relu", y))
      }
    }
    #expect(diff(net(true), net(false)).summary == ["warning node-only-in-train aux"])
  }

  @Test func `an addition to an auxiliary head's value is not explained by the head`() {
    func net(_ training: Bool) -> Graph {
      sketch { s in
        var y = s.leaf("fc", "torch.nn.modules.linear.Linear", s.value("x"))
        if training { y = s.op("add.Tensor", y, s.op("mul.Scalar", s.leaf("aux", conv, s.value("x")), .float(0.4))) }
        s.output(y)
      }
    }
    #expect(
      diff(net(true), net(false)).summary == [
        "warning node-only-in-train mul", "info node-only-in-train aux [auxiliary head]",
      ])
  }

  @Test func `nodes that pass an auxiliary head's value on to the result belong to the head`() {
    func net(_ training: Bool) -> Graph {
      sketch { s in
        let y = s.leaf("fc", "torch.nn.modules.linear.Linear", s.value("x"))
        let aux = training ? s.op("relu", s.leaf("aux", conv, s.value("x"))) : .none
        s.output(.tuple([y, aux], names: nil))
      }
    }
    #expect(diff(net(true), net(false)).summary == ["info node-only-in-train aux [auxiliary head]"])
  }

  @Test func `operations before and after a dropout that eval skips are not explained by the dropout`() {
    func net(_ training: Bool) -> Graph {
      sketch { s in
        var y = s.leaf("conv", conv, s.value("x"))
        if training {
          y = s.function("torch.nn.functional.dropout", s.op("add.Scalar", y, .int(9)), .float(0.5), .bool(true))
          y = s.op("mul.Scalar", y, .int(2))
        }
        s.output(s.op("relu", y))
      }
    }
    #expect(
      diff(net(true), net(false)).summary == [
        "warning node-only-in-train add", "warning node-only-in-train mul",
        "info node-only-in-train dropout [dropout]",
      ])
  }

  @Test func `batch norm layers in both traces are one finding with a member each`() {
    let graph = sketch { s in
      let y = s.leaf("bn1", "torch.nn.modules.batchnorm.BatchNorm2d", s.value("x"))
      s.output(s.leaf("layer1.bn2", "torch.nn.modules.batchnorm.BatchNorm2d", y))
    }
    let diff = diff(graph, graph)
    #expect(diff.summary == ["info state-updated-in-one-mode bn1 [batch norm]"])
    #expect(diff.findings[0].members.map(\.node) == ["bn1", "layer1.bn2"])
    #expect(diff.findings[0].differences.count == 2)
  }

  @Test func `a frozen batch norm is named with its path and is not said to update its statistics`() {
    let graph = sketch { s in s.output(s.leaf("body.bn", "torch.nn.modules.batchnorm.BatchNorm2d", s.value("x"))) }
    let diff = XylemSketches.diff(graph, graph, pinned: ["body.bn"])
    #expect(diff.summary == ["info submodule-mode-mixed body.bn [mode of its own]"])
    #expect(diff.findings[0].module == "body.bn")
  }

  @Test func `leaves of unknown and of declared mode are a finding for each type`() {
    let graph = sketch { s in
      let y = s.leaf("a", "net.Gate", s.value("x"))
      let z = s.leaf("b", "net.Gate", y)
      let w = s.leaf("c", "net.Noise", z, mode: .random)
      s.output(s.leaf("d", "net.Same", w, mode: ModeTrait.none))
    }
    let diff = diff(graph, graph)
    #expect(diff.summary == ["warning leaf-mode-unknown a", "info leaf-mode-declared c [declared]"])
    #expect(diff.findings[0].members.map(\.node) == ["a", "b"])
  }
}
