internal import Foundation
internal import XylemErrors
internal import XylemGraph
internal import XylemTensor

extension Initializer {
  private enum Operators {
    static let normal = OperatorReference("aten::normal_")
    static let uniform = OperatorReference("aten::uniform_")
    static let emptyLike = OperatorReference("aten::empty_like")
    static let below = OperatorReference("aten::lt", "Scalar")
    static let above = OperatorReference("aten::gt", "Scalar")
    static let either = OperatorReference("aten::logical_or")
    static let any = OperatorReference("aten::any")
    static let item = OperatorReference("aten::item", resultType: "Scalar")
    static let choose = OperatorReference("aten::where", "self")
    static let copy = OperatorReference("aten::copy_")
    static let log = OperatorReference("aten::log_")
    static let shift = OperatorReference("aten::sub_", "Scalar")
    static let scale = OperatorReference("aten::mul_", "Scalar")
    static let square = OperatorReference("aten::pow_", "Scalar")
    static let exceeds = OperatorReference("aten::gt", "Tensor")
  }

  /// Normal; values outside two bounds are drawn again.
  ///
  /// An empty interval is an error when elements are created.
  public static func truncatedNormal(
    mean: Double = 0, std: Double = 1, from low: Double = -2, to high: Double = 2
  ) -> Initializer {
    guard low < high else {
      return Initializer { (_: Tensor) throws(XylemError) in
        throw XylemError(
          .modelArgument, "no values lie between \(low) and \(high)",
          cause: Reason("the first bound must be less than the second"))
      }
    }
    func below(_ x: Double) -> Double { (1 + erf(((x - mean) / std) / 2.0.squareRoot())) / 2 }
    // If the bounds cover little of the distribution, uniform numbers are thinned to its density instead.
    let thins = below(high) - below(low) <= 0.3
    return Initializer { (tensor: Tensor) throws(XylemError) in
      func draw(_ target: Tensor) throws(XylemError) {
        _ = try (thins ? Operators.uniform : Operators.normal).tensor([
          .tensor(target), .float(thins ? low : mean), .float(thins ? high : std), .none,
        ])
      }
      func rejected(_ drawn: Tensor) throws(XylemError) -> Tensor {
        if thins { return try aboveDensity(drawn, mean: mean, std: std, peak: max(low, min(mean, high))) }
        return try Operators.either.tensor([
          .tensor(Operators.below.tensor([.tensor(drawn), .float(low)])),
          .tensor(Operators.above.tensor([.tensor(drawn), .float(high)])),
        ])
      }
      try draw(tensor)
      var pending = try rejected(tensor)
      while try holdsAnywhere(pending) {
        let fresh = try Operators.emptyLike.tensor([.tensor(tensor)])
        try draw(fresh)
        let again = try rejected(fresh)
        let merged = try Operators.choose.tensor([.tensor(pending), .tensor(fresh), .tensor(tensor)])
        _ = try Operators.copy.tensor([.tensor(tensor), .tensor(merged)])
        pending = try Operators.choose.tensor([.tensor(pending), .tensor(again), .tensor(pending)])
      }
    }
  }

  /// Whether the density, relative to that at `peak`, is less than a uniform number.
  private static func aboveDensity(
    _ drawn: Tensor, mean: Double, std: Double, peak: Double
  ) throws(XylemError) -> Tensor {
    let exponent = try Operators.emptyLike.tensor([.tensor(drawn)])
    _ = try Operators.copy.tensor([.tensor(exponent), .tensor(drawn)])
    _ = try Operators.shift.tensor([.tensor(exponent), .float(mean), .int(1)])
    _ = try Operators.square.tensor([.tensor(exponent), .int(2)])
    _ = try Operators.scale.tensor([.tensor(exponent), .float(-0.5 / (std * std))])
    let atPeak = -0.5 * ((peak - mean) / std) * ((peak - mean) / std)
    _ = try Operators.shift.tensor([.tensor(exponent), .float(atPeak), .int(1)])
    let uniform = try Operators.emptyLike.tensor([.tensor(drawn)])
    _ = try Operators.uniform.tensor([.tensor(uniform), .float(0), .float(1), .none])
    return try Operators.exceeds.tensor([
      .tensor(Operators.log.tensor([.tensor(uniform)])), .tensor(exponent),
    ])
  }

  private static func holdsAnywhere(_ mask: Tensor) throws(XylemError) -> Bool {
    let any = try Operators.any.tensor([.tensor(mask)])
    return try Operators.item.results([.tensor(any)]).first?.literal == .bool(true)
  }
}
