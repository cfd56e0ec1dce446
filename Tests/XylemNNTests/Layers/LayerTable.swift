import XylemErrors
import XylemNN
import XylemTensor
import XylemTestSupport

/// The layers of `Fixtures/goldens/layers.json` in Swift, by the Python expressions that make them there.
enum LayerTable {
  typealias Maker = @Sendable () -> Module

  /// Makes the layer of a Python expression; nil for one that is not in the table.
  static func make(_ text: String) -> Module? {
    for table in [linear, spatial, pointwise, sequence] { if let maker = table[text] { return maker() } }
    return nil
  }

  /// The optional arguments of a layer that a call with so many inputs leaves out.
  static func missingArguments(_ layer: Module, _ count: Int) -> [String] {
    switch layer {
    case is MultiheadAttention: ["key_padding_mask", "attn_mask"]
    case is Recurrent, is RecurrentCell: count > 1 ? [] : ["hx"]
    case is EmbeddingBag: count > 1 ? ["per_sample_weights"] : ["offsets", "per_sample_weights"]
    case is TransformerEncoderLayer: ["src_mask", "src_key_padding_mask"]
    case is TransformerEncoder: ["mask", "src_key_padding_mask"]
    default: []
    }
  }

  /// Calls a layer with the positional and keyword arguments of a case.
  static func call(
    _ layer: Module, _ inputs: [Value], _ arguments: [String: Value], text: String
  ) throws -> Value {
    func tensor(_ position: Int) throws -> Tensor { try Tensor(moduleValue: inputs[position]) }
    func flag(_ name: String, _ fallback: Bool) throws -> Bool { try arguments[name].map(Bool.init) ?? fallback }
    switch layer {
    case let layer as TransposedConvolution where arguments["output_size"] != nil:
      let sizes = try [Int](moduleValue: arguments["output_size"] ?? .none)
      return try layer(tensor(0), outputSize: sizes.map { Size($0) }).moduleValue
    case let layer as MaxPool where text.contains("return_indices=True"):
      return try layer.withIndices(tensor(0)).moduleValue
    case let layer as AdaptiveMaxPool where text.contains("return_indices=True"):
      return try layer.withIndices(tensor(0)).moduleValue
    case let layer as Bilinear: return try layer(tensor(0), tensor(1)).moduleValue
    case let layer as MultiheadAttention:
      return try layer(
        tensor(0), tensor(1), tensor(2), keyPaddingMask: arguments["key_padding_mask"]?.tensor,
        needWeights: flag("need_weights", true), attnMask: arguments["attn_mask"]?.tensor,
        averageAttnWeights: flag("average_attn_weights", true)
      ).moduleValue
    case let layer as TransformerEncoderLayer:
      return try layer(
        tensor(0), srcMask: arguments["src_mask"]?.tensor, srcKeyPaddingMask: arguments["src_key_padding_mask"]?.tensor
      ).moduleValue
    case let layer as TransformerEncoder: return try layer(tensor(0), mask: arguments["mask"]?.tensor).moduleValue
    case let layer as EmbeddingBag:
      return try layer(
        tensor(0), inputs.count > 1 ? tensor(1) : nil, perSampleWeights: arguments["per_sample_weights"]?.tensor
      ).moduleValue
    case let layer as LSTMCell:
      return try layer(tensor(0), inputs.count > 1 ? LSTMState(moduleValue: inputs[1]) : nil).moduleValue
    case let layer as SimpleRecurrentCell: return try layer(tensor(0), inputs.count > 1 ? tensor(1) : nil).moduleValue
    case let layer as LSTM:
      return try layer(tensor(0), inputs.count > 1 ? LSTMState(moduleValue: inputs[1]) : nil).moduleValue
    case let layer as SimpleRecurrent:
      return try layer(tensor(0), inputs.count > 1 ? tensor(1) : nil).moduleValue
    case let layer as any Layer: return try layer(tensor(0)).moduleValue
    default: throw XylemError(.modelArgument, "nothing says how \(text) is called")
    }
  }
}
