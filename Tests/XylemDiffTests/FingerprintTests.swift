import Testing
import XylemDiff
import XylemGraph
import XylemSketches

@Suite("Fingerprints")
struct FingerprintTests {
  /// A model with several differences: a flip, an extra node, a rewired one, layers.
  private func net(_ training: Bool, extra: Bool = false, scale: Int = 3, line: Int = 0) -> Graph {
    sketch { s in
      if extra { s.op("abs", s.value("x"), line: 1) }
      let y = s.leaf("bn", "torch.nn.modules.batchnorm.BatchNorm2d", s.value("x"))
      let a = s.op("mul.Scalar", y, .int(training ? 2 : scale), in: "body", line: line + 2)
      let b = training ? s.op("exp", a, in: "body", line: line + 3) : a
      let c = s.op("add.Tensor", b, training ? y : s.value("x"), .int(1), in: "body", line: line + 4)
      if extra { s.op("abs", c, in: "body", line: 2) }
      s.output(s.function("net.gate", c, .bool(training), line: line + 5))
    }
  }

  @Test func `each is sixteen hexadecimal digits, the same in every process`() {
    let diff = diff(net(true), net(false))
    #expect(
      diff.findings.map { "\($0.rule.rawValue) \($0.fingerprint)" } == [
        "attribute-differs c81c70fd4a953b26", "attribute-differs c32d8015d171ed97",
        "node-only-in-train 846f870241582be4", "input-rewired 9a31c0db4a11ba93",
        "state-updated-in-one-mode 84648da83a20f8be",
      ])
  }

  @Test func `rewording moves none`() {
    var options = DiffOptions()
    options.rewording = { "so: " + $0.uppercased() }
    let (plain, reworded) = (diff(net(true), net(false)), diff(net(true), net(false), options: options))
    #expect(plain.findings.map(\.message) != reworded.findings.map(\.message))
    #expect(plain.fingerprints == reworded.fingerprints)
  }

  @Test func `unrelated nodes and other lines move none`() {
    let plain = diff(net(true), net(false))
    #expect(plain.fingerprints == diff(net(true, extra: true), net(false, extra: true)).fingerprints)
    #expect(plain.fingerprints == diff(net(true, line: 70), net(false, line: 70)).fingerprints)
  }

  @Test func `another argument changes exactly one`() {
    let (one, other) = (diff(net(true), net(false)).fingerprints, diff(net(true), net(false, scale: 4)).fingerprints)
    #expect(one.subtracting(other).count == 1)
    #expect(other.subtracting(one).count == 1)
  }
}

extension FingerprintTests {
  @Test func `a finding that moves to the other mode is a different finding`() {
    func noisy(_ does: Bool) -> Graph {
      sketch { s in
        var y = s.value("x")
        if does { y = s.op("add.Tensor", y, s.op("randn_like", y, effects: Effects(usesRandomState: true)), .int(1)) }
        s.output(s.op("relu", y))
      }
    }
    func counting(_ does: Bool) -> Graph {
      sketch { s in
        if does { s.set("steps", s.op("add.Tensor", s.attribute("steps"), .int(1))) }
        s.output(s.op("relu", s.value("x")))
      }
    }
    func scaled(_ value: Int) -> Graph { sketch { s in s.output(s.op("mul.Scalar", s.value("x"), .int(value))) } }
    func wired(_ name: String) -> Graph {
      sketch { s in
        let a = s.op("relu", s.value("x"))
        s.op("sigmoid", s.value("x"))
        s.output(.list([s.op("mul.Tensor", a, s.value(name)), s.value("sigmoid")]))
      }
    }
    func effect(_ effects: Effects) -> Graph {
      sketch { s in s.output(s.op("custom", s.value("x"), effects: effects)) }
    }
    let whole = sketch { s in s.output(s.leaf("enc", "net.Encoder", s.value("x"))) }
    let traced = sketch { s in
      let y = s.op("sigmoid", s.op("relu", s.value("x"), in: "enc"), in: "enc")
      s.call("enc", "net.Encoder", result: y)
      s.output(y)
    }
    let pairs: [(Graph, Graph)] = [
      (noisy(true), noisy(false)), (counting(true), counting(false)), (scaled(2), scaled(3)),
      (wired("relu"), wired("sigmoid")), (effect(Effects(usesRandomState: true)), effect(.none)),
      (effect(Effects(writesModel: true)), effect(.none)), (whole, traced),
    ]
    for (a, b) in pairs {
      let (there, back) = (diff(a, b).findings, diff(b, a).findings)
      #expect(!there.isEmpty && there.map(\.fingerprint) != back.map(\.fingerprint), "\(there.map(\.rule))")
    }
  }
}
