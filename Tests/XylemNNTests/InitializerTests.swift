import Testing
import XylemNN
import XylemTensor
import XylemTestSupport

/// Initialisers that are not those of a layer.
@Suite(.needsRuntime, .serialized) struct InitializerTests {
  private func drawn(_ count: Int, _ initializer: Initializer) throws -> [Double] {
    try Parameter([count], initializer).tensor.floats().map(Double.init)
  }

  private func meanAndDeviation(_ numbers: [Double]) -> (mean: Double, std: Double) {
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    return (mean, (numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)).squareRoot())
  }

  /// Bounds, and the mean and deviation of what is between them, by the density's integrals.
  @Test(arguments: [
    (mean: 0.0, std: 1.0, low: -2.0, high: 2.0, expected: (0.0, 0.879_626)),
    (mean: 0, std: 0.01, low: -2, high: 2, expected: (0, 0.01)),
    (mean: 0, std: 1, low: -0.2, high: 0.2, expected: (0, 0.115_163)),
    (mean: 1, std: 2, low: 2, high: 3, expected: (2.469_183, 0.286_912)),
    (mean: 0, std: 1, low: 5, high: 8, expected: (5.186_504, 0.180_888)),
  ])
  func `a truncated normal distribution keeps its bounds, and its shape between them`(
    _ row: (mean: Double, std: Double, low: Double, high: Double, expected: (mean: Double, std: Double))
  ) throws {
    let numbers = try drawn(200_000, .truncatedNormal(mean: row.mean, std: row.std, from: row.low, to: row.high))
    let found = meanAndDeviation(numbers)
    // As float32 the bounds themselves may be rounded outwards.
    #expect(numbers.allSatisfy { $0 >= Double(Float(row.low)) && $0 <= Double(Float(row.high)) })
    #expect(abs(found.mean - row.expected.mean) < 0.015 * row.expected.std)
    #expect(abs(found.std / row.expected.std - 1) < 0.015)
  }

  @Test func `bounds far away draw no outliers`() throws {
    // The inverse of the distribution puts one number in 2^24 on the bound; ten standard deviations never come.
    let tensor = Parameter([6000, 6000], .truncatedNormal(std: 0.01)).tensor
    let largest = try OperatorReference("aten::max").tensor([
      .tensor(OperatorReference("aten::abs").tensor([.tensor(tensor)]))
    ]).floats()
    #expect(largest[0] < 0.1)
  }

  @Test func `Kaiming's and Xavier's have the deviations of torch nn init`() throws {
    let rows: [(Initializer, Double)] = [
      (.kaimingNormal(fan: 50), 0.2), (.kaimingUniform(fan: 48, slope: 0), (2.0 / 48).squareRoot()),
      (.kaimingUniform(fan: 12), 1.0 / 6), (.xavierUniform(fanIn: 20, fanOut: 30), 0.2),
      (.xavierUniform(fanIn: 20, fanOut: 30, gain: 3), 0.6),
    ]
    for (initializer, std) in rows {
      let found = meanAndDeviation(try drawn(200_000, initializer))
      #expect(abs(found.mean) < 0.015 * std)
      #expect(abs(found.std / std - 1) < 0.015)
    }
    #expect(try drawn(3, .kaimingNormal(fan: 0)) == [0, 0, 0])
  }
}
