import XylemLeaf

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

/// A piecewise linear sigmoid: 0 below -width, 1 above width.
func hardGate(x: Double, width: Double) throws -> Double {
  guard width > 0 else { throw LeafError("the width is \(width); more than 0 is expected") }
  return min(max((x / width + 1) / 2, 0), 1)
}

/// `x * sigmoid(beta * x)`, elementwise (Ramachandran, Zoph and Le, 2017).
func swish(x: LeafTensor, beta: Double) throws -> LeafTensor {
  try x.map { (x: Float) in Float(Double(x) * sigmoid(beta * Double(x))) }
}

func swishBackward(gradient: LeafTensor, x: LeafTensor, beta: Double) throws -> [LeafTensor?] {
  let flow: [Float] = try gradient.elements()
  var position = 0
  let ofX = try x.map { (element: Float) -> Float in
    let x = Double(element)
    let s = sigmoid(beta * x)
    defer { position += 1 }
    return Float(Double(flow[position]) * (s + beta * x * s * (1 - s)))
  }
  return [ofX, nil]
}

/// Registers the declared leaves.
@c(xylem_register_leaves)
public func registerLeaves() {
  Leaves.add(GatedUnit.self)
  Leaves.add("hard_gate", hardGate)
  Leaves.add("swish", swish, backward: swishBackward)
}
