import XylemDiff
import XylemGraph
import XylemSketches

/// Small pairs of traces, one for each rule and direction.
struct Pair: CustomStringConvertible, Sendable {
  /// What its golden reports are called.
  let name: String
  /// The rules of its findings, in order.
  let rules: [RuleID]
  let diff: TraceDiff
  var description: String { name }

  init(_ name: String, _ rules: [RuleID], _ diff: TraceDiff) {
    self.name = name
    self.rules = rules
    self.diff = diff
  }
}

extension Pair {
  static let all: [Pair] = nodes + order + results + state + leaves + requests + expectations + [witnessed, compared]

  private static let linear = "torch.nn.modules.linear.Linear"
  private static let conv = "torch.nn.modules.conv.Conv2d"

  // MARK: - Nodes

  private static var nodes: [Pair] {
    let more = sketch { s in
      s.output(s.op("relu", s.op("add.Scalar", s.value("x"), .int(100), .int(1), line: 9), line: 10))
    }
    let less = sketch { s in s.output(s.op("relu", s.value("x"), line: 10)) }
    let once = sketch { s in s.output(s.leaf("fc", linear, s.value("x"))) }
    let twice = sketch { s in s.output(s.leaf("fc", linear, s.leaf("fc", linear, s.value("x")))) }
    func scaled(_ value: Int) -> Graph {
      sketch { s in s.output(s.op("mul.Scalar", s.value("x"), .int(value), line: 4)) }
    }
    func wired(_ name: String) -> Graph {
      sketch { s in
        let a = s.op("relu", s.value("x"))
        s.op("sigmoid", s.value("x"))
        s.output(.list([s.op("mul.Tensor", a, s.value(name)), s.value("sigmoid")]))
      }
    }
    func dropped(_ training: Bool) -> Graph {
      sketch { s in
        var y = s.leaf("conv", conv, s.value("x"))
        for number in 0..<3 where training {
          y = s.function("torch.nn.functional.dropout", y, .float(0.5), .bool(true), .bool(false), line: number + 3)
        }
        s.output(s.op("relu", y))
      }
    }
    func auxiliary(_ training: Bool) -> Graph {
      sketch { s in
        let y = s.leaf("conv", conv, s.value("x"))
        var parts = [s.leaf("head", linear, y)]
        if training {
          let aux = s.op("relu", s.leaf("aux.fc", linear, y), in: "aux")
          s.call("aux", "net.InceptionAux", result: aux)
          parts.append(aux)
        }
        s.output(training ? .tuple(parts, names: nil) : parts[0])
      }
    }
    return [
      Pair("only-in-train", [.nodeOnlyInTrain], XylemSketches.diff(more, less)),
      Pair("only-in-eval", [.nodeOnlyInEval], XylemSketches.diff(less, more)),
      Pair("called-more-in-train", [.moduleCallCountDiffers], XylemSketches.diff(twice, once)),
      Pair("called-more-in-eval", [.moduleCallCountDiffers], XylemSketches.diff(once, twice)),
      Pair("attribute", [.attributeDiffers], XylemSketches.diff(scaled(2), scaled(3))),
      Pair("rewired", [.inputRewired], XylemSketches.diff(wired("relu"), wired("sigmoid"))),
      Pair("dropout", [.nodeOnlyInTrain], XylemSketches.diff(dropped(true), dropped(false))),
      Pair("auxiliary-head", [.nodeOnlyInTrain], XylemSketches.diff(auxiliary(true), auxiliary(false))),
      Pair("nothing", [], XylemSketches.diff(less, less)),
    ]
  }

  private static var order: [Pair] {
    func ordered(_ names: [String]) -> Graph {
      sketch { s in
        for name in names { s.leaf(name, linear, s.value("x")) }
        s.output(.list(["a", "b", "c"].map { s.value($0) }))
      }
    }
    func named(_ name: String) -> Graph {
      sketch { s in s.output(s.op("relu", s.op("sigmoid", s.value("x"), name: name), name: name + "_1")) }
    }
    return [
      Pair("order", [.orderDiffers], XylemSketches.diff(ordered(["a", "b", "c"]), ordered(["b", "c", "a"]))),
      Pair("renumbered", [.renumberedOnly], XylemSketches.diff(named("act"), named("fn"))),
    ]
  }

  // MARK: - Results

  private static var results: [Pair] {
    func structured(_ both: Bool) -> Graph {
      sketch { s in
        let a = s.op("relu", s.value("x"))
        let b = s.op("sigmoid", a)
        s.output(both ? .tuple([a, b], names: nil) : b)
      }
    }
    let graph = sketch { s in s.output(s.op("relu", s.value("x"))) }
    let relu = graph.node(named: "relu")?.id ?? NodeID(0)
    let shaped = TraceDiffer.diff(
      DiffSide(graph: graph, label: "train", isTraining: true, shapes: [relu: [1, 8]]),
      DiffSide(graph: graph, label: "eval", isTraining: false, shapes: [relu: [1, 4]]), model: "net",
      today: (2026, 7, 1))
    func detector(_ training: Bool) -> Graph {
      sketch { s in
        let y = s.leaf("backbone", conv, s.value("x"))
        let part = s.op(training ? "smooth_l1_loss" : "clamp", y, in: "roi_heads")
        s.call("roi_heads", "torchvision.models.detection.roi_heads.RoIHeads")
        s.call("", "torchvision.models.detection.faster_rcnn.FasterRCNN")
        let key = NodeInput.string(training ? "loss_box_reg" : "boxes")
        let entries = NodeInput.dictionary([.init(key: key, value: part)])
        s.output(training ? entries : .list([entries]))
      }
    }
    return [
      Pair(
        "structure-more-in-train", [.outputStructureDiffers], XylemSketches.diff(structured(true), structured(false))),
      Pair(
        "structure-more-in-eval", [.outputStructureDiffers], XylemSketches.diff(structured(false), structured(true))),
      Pair("shape", [.outputShapeDiffers], shaped),
      Pair("detector", [.outputStructureDiffers], XylemSketches.diff(detector(true), detector(false))),
    ]
  }

  // MARK: - State and leaves

  private static var state: [Pair] {
    func counting(_ does: Bool) -> Graph {
      sketch { s in
        if does { s.set("steps", s.op("add.Tensor", s.attribute("steps"), .int(1), line: 6)) }
        s.output(s.op("relu", s.value("x"), line: 7))
      }
    }
    func noisy(_ does: Bool) -> Graph {
      sketch { s in
        var y = s.value("x")
        if does { y = s.op("add.Tensor", y, s.op("randn_like", y, effects: Effects(usesRandomState: true)), .int(1)) }
        s.output(s.op("relu", y))
      }
    }
    let norm = sketch { s in
      s.output(s.leaf("bn", "torch.nn.modules.batchnorm.BatchNorm2d", s.leaf("conv", conv, s.value("x"))))
    }
    let counter = sketch { s in
      s.op("add_.Tensor", s.attribute("calls"), .int(1), line: 6)
      s.output(s.op("relu", s.value("x"), line: 7))
    }
    let dropping = sketch { s in
      let y = s.function("torch.nn.functional.dropout", s.value("x"), .float(0.5), .bool(true), .bool(false), line: 8)
      s.output(s.op("relu", y))
    }
    // What its code says in each mode.
    let normalizes = (
      train: ["bn": NodeBehaviour(digest: 1, writes: ["bn.running_mean"], writers: ["batch_norm"])],
      eval: ["bn": NodeBehaviour(digest: 2, usesStatistics: true)]
    )
    let counts = ["add_": NodeBehaviour(digest: 3, writes: ["calls"], writers: ["add_"])]
    let drops = ["dropout": NodeBehaviour(digest: 4, draws: ["dropout"])]
    return [
      Pair("state-in-train", [.stateUpdatedInOneMode], XylemSketches.diff(counting(true), counting(false))),
      Pair("state-in-eval", [.stateUpdatedInOneMode], XylemSketches.diff(counting(false), counting(true))),
      Pair("random-in-train", [.randomInOneMode], XylemSketches.diff(noisy(true), noisy(false))),
      Pair("random-in-eval", [.randomInOneMode], XylemSketches.diff(noisy(false), noisy(true))),
      Pair("batch-norm", [.stateUpdatedInOneMode], XylemSketches.diff(norm, norm, behaviours: normalizes)),
      Pair("batch-norm-unread", [.stateUpdatedInOneMode], XylemSketches.diff(norm, norm)),
      Pair(
        "random-in-both", [.randomInEval],
        XylemSketches.diff(dropping, dropping, behaviours: (train: drops, eval: drops))),
      Pair(
        "state-in-both", [.stateUpdatedInEval],
        XylemSketches.diff(counter, counter, behaviours: (train: counts, eval: counts))),
      Pair("frozen", [.submoduleModeMixed], XylemSketches.diff(norm, norm, pinned: ["bn"])),
    ]
  }

  private static var leaves: [Pair] {
    let unknown = sketch { s in s.output(s.leaf("gate", "net.Gate", s.value("x"))) }
    let declared = sketch { s in
      s.output(s.leaf("gate", "net.Gate", s.value("x"), mode: .readsMode, replaces: true))
    }
    let region = sketch { s in s.output(s.region(s.value("x"), in: "encoder", hides: ["encoder.fc"])) }
    func side(_ graph: Graph, _ training: Bool) -> DiffSide {
      DiffSide(
        graph: graph, label: training ? "train" : "eval", isTraining: training,
        hidden: DiffSide.hiddenParts(of: graph))
    }
    func hiding(_ graph: Graph) -> TraceDiff {
      TraceDiffer.diff(side(graph, true), side(graph, false), model: "net", today: (2026, 7, 1))
    }
    return [
      Pair("leaf-unknown", [.leafModeUnknown], hiding(unknown)),
      Pair("leaf-declared", [.leafModeDeclared], hiding(declared)),
      Pair("region", [.controlFlowHidden], hiding(region)),
    ]
  }

  // MARK: - What is asked

  private static var requests: [Pair] {
    func net(_ training: Bool) -> Graph {
      sketch { s in
        var y = s.leaf("conv", conv, s.value("x"))
        if training { y = s.op("add.Scalar", y, .int(100), line: 3) }
        s.output(s.op("relu", s.op("add.Scalar", y, .int(1), line: 4), in: "head"))
      }
    }
    func asked(_ node: String) -> TraceDiff {
      XylemSketches.diff(net(true), net(false), options: DiffOptions(requests: ["train": [node], "eval": [node]]))
    }
    return [
      Pair("return-missing", [.returnNodeMissingInMode, .nodeOnlyInTrain], asked("add=sum")),
      Pair("return-renamed", [.returnNodeRenamed, .nodeOnlyInTrain], asked("add_1")),
    ]
  }

  private static var expectations: [Pair] {
    let more = sketch { s in
      s.output(s.op("relu", s.op("add.Scalar", s.value("x"), .int(100), .int(1), line: 9), line: 10))
    }
    let less = sketch { s in s.output(s.op("relu", s.value("x"), line: 10)) }
    func expecting(_ expectations: DiffExpectation...) -> TraceDiff {
      XylemSketches.diff(more, less, options: DiffOptions(expectations: expectations))
    }
    func expected(_ rule: String, _ place: String, expires: String? = nil, line: Int = 3) -> DiffExpectation {
      DiffExpectation(
        rule: rule, place: place, reason: "scales the loss", owner: "Ann", expires: expires,
        location: SourceLocation(file: "xylem.yaml", line: line))
    }
    let rule = "node-only-in-train"
    return [
      Pair("accepted", [.nodeOnlyInTrain], expecting(expected(rule, "add"))),
      Pair("expectation-unused", [.nodeOnlyInTrain, .expectationUnused], expecting(expected(rule, "mul"))),
      Pair(
        "expectation-expired", [.nodeOnlyInTrain, .expectationExpired],
        expecting(expected(rule, "add", expires: "2026-06-30"))),
      Pair(
        "expectation-unknown-rule", [.nodeOnlyInTrain, .expectationUnknownRule],
        expecting(expected("node-only-in-trian", "add"))),
      Pair("expectation-too-broad", [.nodeOnlyInTrain, .expectationTooBroad], expecting(expected(rule, "*"))),
      Pair(
        "expectations-overlap", [.nodeOnlyInTrain, .expectationTooBroad],
        expecting(expected(rule, "add"), expected(rule, "a*", line: 7))),
    ]
  }

  // MARK: - What is added to a diff

  /// With what a run showed of it.
  private static var witnessed: Pair {
    var found = all(named: "only-in-train")
    found.findings[0].witness = Finding.Witness(
      outcome: .confirmed, largestDifference: 100, node: "relu",
      reason: "1 of 1 value differs where both modes read the same")
    found.run = TraceDiff.Run(
      seed: 7, compared: 3, differing: 1, outputDifference: 100, outputDiffers: true, unexplained: ["softmax"])
    return Pair("witnessed", [.nodeOnlyInTrain], found)
  }

  /// Compared with another one.
  private static var compared: Pair {
    let base = all(named: "batch-norm")
    let now = all(named: "only-in-train")
    return Pair("compared", [.nodeOnlyInTrain], now.compared(to: .init(base)))
  }

  private static func all(named name: String) -> TraceDiff {
    for pair in nodes + state where pair.name == name { return pair.diff }
    preconditionFailure("there is no pair '\(name)'")
  }
}
