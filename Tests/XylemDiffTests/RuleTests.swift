import Testing
import XylemDiff
import XylemGraph
import XylemSketches

@Suite("Rules")
struct RuleTests {
  private let linear = "torch.nn.modules.linear.Linear"

  @Test func `a node that one mode lacks is found in both directions`() {
    let more = sketch { s in s.output(s.op("mul.Scalar", s.op("relu", s.value("x")), .int(3))) }
    let less = sketch { s in s.output(s.op("relu", s.value("x"))) }
    #expect(diff(more, less).summary == ["warning node-only-in-train mul"])
    #expect(diff(less, more).summary == ["warning node-only-in-eval mul"])
  }

  @Test func `a module that one mode calls more often is found in both directions`() {
    let once = sketch { s in s.output(s.leaf("fc", linear, s.value("x"))) }
    let twice = sketch { s in s.output(s.leaf("fc", linear, s.leaf("fc", linear, s.value("x")))) }
    let diff = diff(twice, once)
    #expect(diff.summary == ["warning module-call-count-differs fc_1"])
    #expect(diff.findings[0].message == "fc (Linear) is called twice in train mode and once in eval mode")
    #expect(XylemSketches.diff(once, twice).summary == ["warning module-call-count-differs fc_1"])
  }

  @Test func `so is a container that one mode calls more often, with everything in the extra call under it`() {
    func net(_ times: Int) -> Graph {
      sketch { s in
        var y = s.value("x")
        for _ in 0..<times {
          y = s.op("relu", s.leaf("block.fc", linear, y), in: "block")
          s.call("block", "net.Block", result: y)
        }
        s.output(y)
      }
    }
    let diff = diff(net(3), net(2))
    #expect(diff.summary == ["warning module-call-count-differs block.fc_2"])
    #expect(diff.findings[0].module == "block")
    #expect(diff.findings[0].members.map(\.node) == ["block.relu_2", "output"])
  }

  @Test func `another constant is found with both values`() {
    func net(_ value: Int) -> Graph {
      sketch { s in s.output(s.op("mul.Scalar", s.value("x"), .int(value))) }
    }
    let diff = diff(net(2), net(3))
    #expect(diff.summary == ["warning attribute-differs mul"])
    #expect(diff.findings[0].message == "argument 1 of mul is 2 in train mode and 3 in eval mode")
    #expect(diff.findings[0].train == "mul = aten::mul.Scalar(x, 2)")
    #expect(diff.findings[0].eval == "mul = aten::mul.Scalar(x, 3)")
  }

  @Test func `sentences stay short, however many arguments differ and however long they are`() {
    func net(_ arguments: [NodeInput]) -> Graph {
      sketch { s in s.output(s.operation("f", [s.value("x")] + arguments, name: "f")) }
    }
    let many = diff(net([]), net(Array(repeating: .int(1), count: 5_000))).findings[0].message
    #expect(many.hasSuffix("argument 8 of f is omitted in train mode and 1 in eval mode; 4992 more"), "\(many)")
    let long = diff(net([.list((0..<5_000).map { .int($0) })]), net([.int(1)])).findings[0].message
    #expect(long.count < 300 && long.hasPrefix("argument 1 of f is [0, 1, 2, "), "\(long)")
    let reads = diff(net([]), net(Array(repeating: .node(NodeID(0)), count: 5_000))).findings[0].message
    #expect(reads.count < 300, "\(reads)")
  }

  @Test func `another value that is read is found where both values are in both modes`() {
    func net(_ name: String) -> Graph {
      sketch { s in
        let a = s.op("relu", s.value("x"))
        s.op("sigmoid", s.value("x"))
        s.output(.list([s.op("mul.Tensor", a, s.value(name)), s.value("sigmoid")]))
      }
    }
    #expect(diff(net("relu"), net("sigmoid")).summary == ["warning input-rewired mul"])
  }

  @Test func `a node that runs at another moment on the same inputs is information`() {
    func net(_ order: [String]) -> Graph {
      sketch { s in
        for name in order { s.leaf(name, linear, s.value("x")) }
        s.output(.list(["a", "b", "c"].map { s.value($0) }))
      }
    }
    let diff = diff(net(["a", "b", "c"]), net(["b", "c", "a"]))
    #expect(diff.summary == ["info order-differs a"])
    #expect(diff.rows.map(\.kind) == [.same, .moved, .same, .same, .same])
  }

  @Test func `other names alone are one finding with a member for each`() {
    func net(_ name: String) -> Graph {
      sketch { s in s.output(s.op("relu", s.op("sigmoid", s.value("x"), name: name), name: name + "_1")) }
    }
    let diff = diff(net("act"), net("fn"))
    #expect(diff.summary == ["info renumbered-only act"])
    #expect(diff.findings[0].members.map(\.node) == ["act", "act_1"])
    #expect(diff.rows.map(\.kind) == [.same, .renamed, .renamed, .same])
  }

  @Test func `a different structure of the result is found if every value is in both modes`() {
    func net(_ both: Bool) -> Graph {
      sketch { s in
        let a = s.op("relu", s.value("x"))
        let b = s.op("sigmoid", a)
        s.output(both ? .tuple([a, b], names: nil) : b)
      }
    }
    let diff = diff(net(true), net(false))
    #expect(diff.summary == ["warning output-structure-differs output"])
    #expect(diff.findings[0].message == "the result is (Tensor, Tensor) in train mode and Tensor in eval mode")
  }

  @Test func `a different shape of the result is found if a run gave the shapes`() {
    let graph = sketch { s in s.output(s.op("relu", s.value("x"))) }
    let relu = graph.node(named: "relu")?.id ?? NodeID(0)
    let diff = TraceDiffer.diff(
      DiffSide(graph: graph, label: "train", isTraining: true, shapes: [relu: [1, 8]]),
      DiffSide(graph: graph, label: "eval", isTraining: false, shapes: [relu: [1, 4]]), model: "net",
      today: (2026, 7, 1))
    #expect(diff.summary == ["warning output-shape-differs relu"])
  }

  @Test func `a counter that train mode writes is state, and noise that it adds is randomness`() {
    func net(_ training: Bool, noise: Bool) -> Graph {
      sketch { s in
        var y = s.value("x")
        if training && noise {
          y = s.op("add.Tensor", y, s.op("randn_like", y, effects: Effects(usesRandomState: true)), .int(1))
        } else if training {
          s.set("steps", s.op("add.Tensor", s.attribute("steps"), .int(1)))
        }
        s.output(s.op("relu", y))
      }
    }
    let state = diff(net(true, noise: false), net(false, noise: false))
    #expect(state.summary == ["warning state-updated-in-one-mode add"])
    #expect(state.findings[0].members.map(\.node) == ["steps", "setattr"])
    let noise = diff(net(true, noise: true), net(false, noise: true))
    #expect(noise.summary == ["warning random-in-one-mode randn_like"])
  }

  @Test func `a region is a warning, once for each piece of code`() {
    let graph = sketch { s in
      let a = s.region(s.value("x"), in: "a", hides: ["a.fc"])
      s.output(s.region(a, in: "b"))
    }
    let diff = diff(graph, graph)
    #expect(diff.summary == ["warning control-flow-hidden a.if"])
    #expect(diff.findings[0].members.map(\.node) == ["a.if", "b.if"])
  }

  @Test func `a module that one mode keeps whole can't be compared, and is one finding`() {
    let whole = sketch { s in s.output(s.leaf("enc", "net.Encoder", s.value("x"))) }
    let traced = sketch { s in
      let y = s.op("sigmoid", s.op("relu", s.value("x"), in: "enc"), in: "enc")
      s.call("enc", "net.Encoder", result: y)
      s.output(y)
    }
    #expect(diff(whole, traced).summary == ["warning leaf-mode-unknown enc"])
    #expect(diff(traced, whole).summary == ["warning leaf-mode-unknown enc.relu"])
  }

  @Test func `losses against boxes of a detector are one finding with the cause named`() {
    func net(_ training: Bool) -> Graph {
      sketch { s in
        let y = s.leaf("backbone", "torch.nn.modules.conv.Conv2d", s.value("x"))
        if training {
          let loss = s.op("smooth_l1_loss", y, in: "roi_heads")
          s.call("roi_heads", "torchvision.models.detection.roi_heads.RoIHeads")
          s.call("", "torchvision.models.detection.faster_rcnn.FasterRCNN")
          s.output(.dictionary([.init(key: .string("loss_box_reg"), value: loss)]))
        } else {
          let boxes = s.op("clamp", s.op("exp", y, in: "roi_heads"), in: "roi_heads")
          s.call("roi_heads", "torchvision.models.detection.roi_heads.RoIHeads")
          s.call("", "torchvision.models.detection.faster_rcnn.FasterRCNN")
          s.output(.list([.dictionary([.init(key: .string("boxes"), value: boxes)])]))
        }
      }
    }
    #expect(diff(net(true), net(false)).summary == ["info output-structure-differs output [detector]"])
  }

  @Test func `a renamed container is other names alone between two versions of one mode`() {
    func net(_ body: String) -> Graph {
      sketch { s in
        let y = s.leaf(body + ".fc1", linear, s.value("x"))
        let z = s.op("mul.Tensor", s.op("relu", y, in: body), s.attribute(body + ".scale", in: body), in: body)
        let w = s.leaf(body + ".fc2", linear, z)
        s.call(body, "net.Body", result: w)
        s.output(w)
      }
    }
    let sides = ["body", "trunk"].map { DiffSide(graph: net($0), label: $0, isTraining: false) }
    let diff = TraceDiffer.diff(sides[0], sides[1], model: "net", today: (2026, 7, 1))
    #expect(diff.summary == ["info renumbered-only body.fc1"])
    // Between the modes of one model another path is another module.
    #expect(XylemSketches.diff(net("body"), net("trunk")).findings.map(\.module) == ["body", "trunk"])
  }
}
