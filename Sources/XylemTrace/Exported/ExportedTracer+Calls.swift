internal import XylemGraph
internal import XylemScript

/// Calls of functions and methods in the model's Python code, of which torch.export keeps only the operators.
extension ExportedTracer {
  /// Records the operators of one call as one node, where other forms of the model have one.
  ///
  /// - Returns: the position after them. Nil if the operator at the scope's position is no part of such a call.
  func emitCall(of node: ExportedNode, _ scope: ExportedScope) throws -> Int? {
    guard !isWithinLeaf, let name = node.calledName else { return nil }
    var end = scope.position + 1
    while end < scope.graph.nodes.count, scope.graph.nodes[end].function == node.function,
      scope.graph.nodes[end].place == node.place
    {
      end += 1
    }
    let range = scope.position..<end
    if name == "__getitem__" { return try emitSubscript(range, scope) ? end : nil }
    guard range.count > 1, let function = node.leafFunction, let rule = options.policy.rule(forFunction: function)
    else {
      return nil
    }
    core.usedRules.insert(rule)
    let block = try block(range, result: nil, scope)
    let inputs = try inputs(of: block, called: nil, scope)
    let id = core.emit(
      .leafFunction(LeafFunction(name: function, qualifiedName: function, provider: rule.provider)),
      named: OperationNames.function(function), inputs, in: currentPath, type: block.type,
      effects: rule.effects(inputs: inputs.count, in: options.mode), rule: rule.description, at: location)
    leaves[id] = block.leaf
    bind(block, to: id, scope)
    return end
  }

  /// Records `tensor[…]` as one node.
  ///
  /// - Returns: whether its operators are those of a subscript, each on the result of the one before.
  private func emitSubscript(_ range: Range<Int>, _ scope: ExportedScope) throws -> Bool {
    var steps: [NodeInput] = []
    var source: ExportedArgument?
    var current: String?
    for index in range {
      let node = scope.graph.nodes[index]
      guard let kind = Self.subscripts[node.target], node.inputs.allSatisfy({ !$0.isKeyword }),
        case .value(let read)? = node.inputs.first?.argument, node.outputs.count == 1,
        case .value(let result) = node.outputs[0]
      else { return false }
      if let current {
        guard read == current, !scope.isRead(current, from: index + 1) else { return false }
      } else {
        source = node.inputs[0].argument
      }
      steps.append(.tuple([.string(kind.name)] + (try arguments(of: node, kind, scope)), names: nil))
      current = result
    }
    guard let source, let current else { return false }
    let id = core.emit(
      .getItem, named: "getitem", [try resolve(source, scope), .list(steps)], in: currentPath, type: "Tensor",
      effects: Effects(aliases: [0]), at: location)
    scope.values[current] = .input(.node(id))
    return true
  }

  private struct Subscript {
    let name: String
    /// The defaults of its arguments after the tensor.
    let defaults: [NodeInput]
  }

  private static let subscripts: [String: Subscript] = [
    "torch.ops.aten.select.int": Subscript(name: "select", defaults: [.int(0), .int(0)]),
    "torch.ops.aten.slice.Tensor": Subscript(name: "slice", defaults: [.int(0), .none, .none, .int(1)]),
    "torch.ops.aten.unsqueeze.default": Subscript(name: "unsqueeze", defaults: [.int(0)]),
    "torch.ops.aten.index.Tensor": Subscript(name: "index", defaults: [.list([])]),
  ]

  private func arguments(
    of node: ExportedNode, _ kind: Subscript, _ scope: ExportedScope
  ) throws -> [NodeInput] {
    var arguments = kind.defaults
    for (position, input) in node.inputs.dropFirst().enumerated() where position < arguments.count {
      arguments[position] = try resolve(input.argument, scope)
    }
    return arguments
  }
}

extension ExportedNode {
  /// The name of the function or method that was called, as in `__getitem__`. Nil if the archive does not say.
  var calledName: String? {
    guard let dot = function.lastIndex(of: "."), function.contains(";") else { return nil }
    return String(function[function.index(after: dot)...])
  }

  /// The qualified name of a function that default rules make a leaf: one of `torch.nn.functional` or
  /// `torch.functional` that is written in Python.
  var leafFunction: String? {
    guard function.contains(";function."), let name = calledName else { return nil }
    if Self.functional.contains(name) { return "torch.nn.functional." + name }
    return Self.composed.contains(name) ? "torch.functional." + name : nil
  }

  private static let functional: Set<String> = [
    "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d",
    "affine_grid", "alpha_dropout", "batch_norm", "binary_cross_entropy", "binary_cross_entropy_with_logits", "celu",
    "cosine_embedding_loss", "cross_entropy", "ctc_loss", "dropout", "dropout1d", "dropout2d", "dropout3d", "elu",
    "embedding", "embedding_bag", "feature_alpha_dropout", "fold", "fractional_max_pool2d", "fractional_max_pool3d",
    "gaussian_nll_loss", "glu", "grid_sample", "group_norm", "gumbel_softmax", "hardsigmoid", "hardswish", "hardtanh",
    "hinge_embedding_loss", "huber_loss", "instance_norm", "interpolate", "kl_div", "l1_loss", "layer_norm",
    "leaky_relu", "local_response_norm", "log_softmax", "lp_pool1d", "lp_pool2d", "lp_pool3d", "margin_ranking_loss",
    "max_pool1d", "max_pool2d", "max_pool3d", "max_unpool1d", "max_unpool2d", "max_unpool3d", "mish", "mse_loss",
    "multi_head_attention_forward", "multi_margin_loss", "multilabel_margin_loss", "multilabel_soft_margin_loss",
    "nll_loss", "normalize", "pad", "poisson_nll_loss", "relu", "relu6", "rms_norm", "rrelu", "selu", "sigmoid", "silu",
    "smooth_l1_loss", "soft_margin_loss", "softmax", "softmin", "softsign", "tanh", "tanhshrink", "threshold",
    "triplet_margin_loss", "triplet_margin_with_distance_loss", "unfold", "upsample", "upsample_bilinear",
    "upsample_nearest",
  ]

  /// Functions of `torch.functional` that consist of several operators.
  private static let composed: Set<String> = [
    "atleast_1d", "atleast_2d", "atleast_3d", "block_diag", "broadcast_tensors", "cartesian_prod", "cdist",
    "chain_matmul", "einsum", "meshgrid", "norm", "split", "stft", "tensordot", "unique", "unique_consecutive",
  ]
}
