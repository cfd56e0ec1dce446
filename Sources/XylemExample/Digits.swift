import XylemNN
import XylemRuntime

/// A classifier of handwritten digits: `[N, 784]` to `[N, 10]`.
final class Digits: Module, Layer {
  let hidden = Linear(784, 64)
  let head = Linear(64, 10)

  func forward(_ x: Tensor) throws -> Tensor { try head(hidden(x)) }
}
