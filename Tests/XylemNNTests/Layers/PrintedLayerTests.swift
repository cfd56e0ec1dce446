import Testing
import XylemNN
import XylemTestSupport

/// What `print` shows of layers, beside PyTorch's.
@Suite struct PrintedLayerTests {
  @Test func `every layer prints as PyTorch's does`() throws {
    let goldens = try Fixtures.json("goldens/printed.json") as? [String: [String: String]] ?? [:]
    let layers = goldens["layers"] ?? [:]
    #expect(layers.count == 301)
    for (text, expected) in layers.sorted(by: { $0.key < $1.key }) {
      let layer = LayerTable.make(text)
      #expect(layer.map { "\($0)" } == expected, "\(text)")
    }
  }

  @Test func `arrays and dictionaries of modules print as PyTorch's containers, equal neighbours once`() {
    final class Block: Module {
      let width: Int
      let fc: Linear
      init(_ width: Int) {
        self.width = width
        fc = Linear(width, width)
      }
      override class var typeName: String { "mine.Block" }
      override var extraDescription: String { "width=\(width)" }
    }
    final class Holder: Module {
      let blocks = [Block(2), Block(2), Block(3)]
      let heads: [String: Module] = ["b": ReLU(), "a": Identity()]
      let nothing: [Block] = []
      override class var typeName: String { "mine.Holder" }
    }
    #expect(
      "\(Holder())" == """
        Holder(
          (blocks): ModuleList(
            (0-1): 2 x Block(
              width=2
              (fc): Linear(in_features=2, out_features=2, bias=True)
            )
            (2): Block(
              width=3
              (fc): Linear(in_features=3, out_features=3, bias=True)
            )
          )
          (heads): ModuleDict(
            (a): Identity()
            (b): ReLU()
          )
        )
        """)
  }

  @Test func `a module that can't be used or contains itself prints too`() {
    final class Loop: Module {
      var inner: Module?
      override class var typeName: String { "mine.Loop" }
    }
    let loop = Loop()
    loop.inner = loop
    #expect("\(loop)" == "Loop(\n  (inner): Loop(...)\n)")
    loop.inner = nil
    #expect("\(loop)" == "Loop()")
    #expect("\(Dropout(p: 2))" == "Dropout(p=0.0, inplace=False)")
    #expect("\(Linear(.max, 2))" == "Linear(in_features=9223372036854775807, out_features=2, bias=True)")
  }
}
