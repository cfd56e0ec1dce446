internal import XylemErrors
internal import XylemFiles
internal import XylemGraph

extension ONNXLowerings {
  static var resizing: [String: ONNXLowering] {
    [
      "aten::upsample_nearest1d": { try resized($0, "nearest") },
      "aten::upsample_nearest2d": { try resized($0, "nearest") },
      "aten::upsample_nearest3d": { try resized($0, "nearest") },
      "aten::upsample_linear1d": { try resized($0, "linear") },
      "aten::upsample_bilinear2d": { try resized($0, "linear") },
      "aten::upsample_trilinear3d": { try resized($0, "linear") },
      "aten::upsample_bicubic2d": { try resized($0, "cubic") },
    ]
  }

  /// Sizes of the result, or factors of which the sizes follow: then the coordinates use the factors themselves.
  private static func resized(_ call: ONNXCall, _ mode: String) throws -> ONNXValue {
    let input = try call.tensor(call.has("input") ? "input" : "self")
    let shape = try call.shape(of: input)
    let aligns = call.has("align_corners") ? try call.bool("align_corners") : false
    var attributes: [String: ONNXAttribute] = [
      "mode": .string(mode),
      "coordinate_transformation_mode": .string(
        mode == "nearest" ? "asymmetric" : aligns ? "align_corners" : "pytorch_half_pixel"),
    ]
    if mode == "nearest" { attributes["nearest_mode"] = .string("floor") }
    if mode == "cubic" { attributes["cubic_coeff_a"] = .float(-0.75) }
    var given: [ONNXValue]?
    if case .list(let sizes) = try call.value("output_size") { given = sizes }
    let factors = try factors(call, dimensions: shape.count - 2)
    guard let given else {
      guard let factors else { throw ExtractErrors.onnx("the size of the result of \(call.name) is not known") }
      let scales = try call.builder.constant([1, 1] + factors, .float32, shape: [factors.count + 2])
      let spatial = zip(shape[2...], factors).map { size, factor -> ONNXDimension in
        size.known.map { .fixed(Int((Double($0) * factor).rounded(.down))) } ?? .unknown
      }
      return call.result("Resize", [input.name, "", scales], attributes, input.dtype, Array(shape[..<2]) + spatial)
    }
    guard factors == nil else { throw ExtractErrors.onnx("resizing to sizes with factors of its own is not supported") }
    let first = try (0..<2).map { try call.sizes.size(of: input, $0) }
    let target = try call.sizes.vector(of: first + given)
    return call.result(
      "Resize", [input.name, "", "", target], attributes, input.dtype,
      Array(shape[..<2]) + given.map { call.sizes.dimension($0) })
  }

  private static func factors(_ call: ONNXCall, dimensions: Int) throws -> [Double]? {
    var found: [Double] = []
    if call.has("scale_factors") {
      guard case .list(let values) = try call.value("scale_factors") else { return nil }
      for case .literal(let value) in values { if let number = value.number { found.append(number) } }
    } else {
      for name in ["scales", "scales_d", "scales_h", "scales_w"] where call.has(name) {
        if let factor = try call.optionalDouble(name) { found.append(factor) }
      }
    }
    guard !found.isEmpty else { return nil }
    guard found.count == dimensions else { throw ExtractErrors.onnx("a factor of \(call.name) is missing") }
    return found
  }
}
