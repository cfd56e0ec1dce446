import XylemNN
import XylemTensor

/// A classifier of handwritten digits: `[N, 1, 28, 28]` to `[N, 10]`.
final class Digits: Module, Layer {
  let conv1 = Conv2d(1, 16, kernelSize: 3, padding: 1)
  let conv2 = Conv2d(16, 32, kernelSize: 3, padding: 1)
  let relu = ReLU()
  let pool = MaxPool2d(kernelSize: 2)
  let head = Linear(32 * 7 * 7, 10)

  func forward(_ x: Tensor) throws -> Tensor {
    let small = try pool(relu(conv2(pool(relu(conv1(x))))))
    return try head(small.flatten(startDim: 1))
  }
}
