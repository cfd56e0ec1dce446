import XylemFiles
import XylemNN
import XylemTensor

extension Operations {
  static func shrinkage() -> OperationTable {
    var t: OperationTable = [:]
    t["F.threshold(a, 0.1, 20)"] = { try F.threshold($0.a, 0.1, 20) }
    t["F.hardshrink(a, 0.2)"] = { try F.hardshrink($0.a, lambd: 0.2) }
    t["F.softshrink(a, 0.2)"] = { try F.softshrink($0.a, lambd: 0.2) }
    t["F.softshrink(a, -1.0)"] = { try F.softshrink($0.a, lambd: -1) }
    t["F.logsigmoid(a)"] = { try F.logSigmoid($0.a) }
    t["F.softsign(a)"] = { try F.softsign($0.a) }
    t["F.tanhshrink(a)"] = { try F.tanhshrink($0.a) }
    t["F.softmin(a, dim=1)"] = { try F.softmin($0.a, dim: 1) }
    t["F.rrelu(a)"] = { try F.rrelu($0.a) }
    t["F.rrelu(a, 0.1, 0.3)"] = { try F.rrelu($0.a, lower: 0.1, upper: 0.3) }
    t["F.alpha_dropout(a, 0.5, training=True)"] = { try F.alphaDropout($0.a, p: 0.5, training: true) }
    t["F.dropout2d(a, 0.5)"] = { try F.dropout2d($0.a, p: 0.5) }
    t["F.dropout3d(a, 0.5)"] = { try F.dropout3d($0.a, p: 0.5) }
    return t
  }

  static func moreWindows() -> OperationTable {
    var t: OperationTable = [:]
    t["F.avg_pool1d(a, 3, stride=2, padding=1, count_include_pad=False)"] = {
      try F.avgPool1d($0.a, kernelSize: 3, stride: 2, padding: 1, countIncludePad: false)
    }
    t["F.avg_pool3d(a, (2, 1, 2))"] = { try F.avgPool3d($0.a, kernelSize: [2, 1, 2]) }
    t["F.max_pool1d(a, 2)"] = { try F.maxPool1d($0.a, kernelSize: 2) }
    t["F.max_pool1d(a, 2, ceil_mode=True)"] = { try F.maxPool1d($0.a, kernelSize: 2, ceilMode: true) }
    t["F.max_pool3d(a, 2, stride=1, padding=1)"] = { try F.maxPool3d($0.a, kernelSize: 2, stride: 1, padding: 1) }
    t["F.adaptive_max_pool1d(a, 3)"] = { try F.adaptiveMaxPool1d($0.a, 3) }
    t["F.adaptive_max_pool3d(a, (1, 2, 3))"] = { try F.adaptiveMaxPool3d($0.a, [1, 2, 3]) }
    t["F.pixel_unshuffle(a, 2)"] = { try F.pixelUnshuffle($0.a, 2) }
    t["F.channel_shuffle(a, 2)"] = { try F.channelShuffle($0.a, groups: 2) }
    t["F.conv_transpose1d(a, b, c, stride=2)"] = { try F.convTranspose1d($0.a, $0.b, $0.c, stride: 2) }
    t["F.conv_transpose3d(a, b, padding=1, output_padding=1, stride=2)"] = {
      try F.convTranspose3d($0.a, $0.b, stride: 2, padding: 1, outputPadding: 1)
    }
    t["F.bilinear(a, b, c, d)"] = { try F.bilinear($0.a, $0.b, $0.c, $0.d) }
    t["F.rms_norm(a, (4,), b)"] = { try F.rmsNorm($0.a, normalizedShape: 4, weight: $0.b) }
    t["F.rms_norm(a, (4,), eps=0.1)"] = { try F.rmsNorm($0.a, normalizedShape: 4, eps: 0.1) }
    return t
  }

  static func marginLosses() -> OperationTable {
    var t: OperationTable = [:]
    t["F.poisson_nll_loss(a, b)"] = { try F.poissonNLLLoss($0.a, $0.b) }
    t["F.poisson_nll_loss(a.exp(), b, log_input=False, full=True, reduction='none')"] = {
      try F.poissonNLLLoss($0.a.exp(), $0.b, logInput: false, full: true, reduction: .none)
    }
    t["F.soft_margin_loss(a, b)"] = { try F.softMarginLoss($0.a, $0.b) }
    t["F.multi_margin_loss(a, b)"] = { try F.multiMarginLoss($0.a, $0.b) }
    t["F.multi_margin_loss(a, b, p=2, margin=0.5, weight=c, reduction='none')"] = {
      try F.multiMarginLoss($0.a, $0.b, p: 2, margin: 0.5, weight: $0.c, reduction: .none)
    }
    t["F.multilabel_margin_loss(a, b)"] = { try F.multilabelMarginLoss($0.a, $0.b) }
    t["F.multilabel_margin_loss(a, b, reduction='sum')"] = { try F.multilabelMarginLoss($0.a, $0.b, reduction: .sum) }
    return t
  }

  /// Calls of operators by name.
  static func byName() -> OperationTable {
    var t: OperationTable = [:]
    t["torch.ops.aten.lerp(a, b, 0.25)"] = { try ATen.lerp($0.a, $0.b, 0.25) as Tensor }
    t["torch.ops.aten.lerp(a, b, weight=c)"] = { try ATen.lerp($0.a, $0.b, weight: $0.c) as Tensor }
    t["torch.ops.aten.lerp.Scalar(a, b, 0.25)"] = { try ATen.lerp.Scalar($0.a, $0.b, 0.25) as Tensor }
    t["torch.ops.aten.topk(a, 2, largest=False)"] = {
      let (values, indices) = try ATen.topk($0.a, 2, largest: false)
      return [values, indices]
    }
    t["torch.ops.aten.linalg_svd(a)[1]"] = {
      let (_, singular, _) = try ATen.linalg_svd($0.a)
      return singular
    }
    t["torch.ops.aten.sum(a, 1)"] = { try ATen.sum($0.a, 1) as Tensor }
    t["torch.ops.aten.sum(a, [0, 1], keepdim=True)"] = { try ATen.sum($0.a, [0, 1], keepdim: true) as Tensor }
    t["torch.ops.aten.add(a, 2, alpha=3)"] = { try ATen.add($0.a, 2, alpha: 3) as Tensor }
    t["torch.ops.aten.cat([a, b], 1)"] = { try ATen.cat([$0.a, $0.b], 1) as Tensor }
    t["torch.ops.aten.split(a, [1, 3], 1)"] = {
      // A list, whose parts are nodes where it is traced.
      let parts: Value = try ATen.split($0.a, [1, 3], 1)
      return Value.list([try parts.part(0, as: "Tensor"), try parts.part(1, as: "Tensor")])
    }
    t["torch.ops.aten.numel(a)"] = { try ATen.numel($0.a) as Value }
    t["torch.ops.aten.clamp(a, None, 0.1)"] = { try ATen.clamp($0.a, nil, 0.1) as Tensor }
    t["torch.ops.aten.einsum('ij,kj->ik', [a, b])"] = { try ATen.einsum("ij,kj->ik", [$0.a, $0.b]) as Tensor }
    t["torch.ops.aten.full([2, 3], 1.5, dtype=torch.float64)"] = { _ in
      try ATen.full([2, 3], 1.5, dtype: DType.float64) as Tensor
    }
    t["torch.ops.aten.full([2], 1, device='cpu')"] = { _ in try ATen.full([2], 1, device: "cpu") as Tensor }
    t["torch.ops.aten.index(a, [None, b])"] = { try ATen.index($0.a, [nil, $0.b] as [Tensor?]) as Tensor }
    t["torch.ops.aten.add_(a, b, alpha=2)"] = { try ATen.add_($0.a, $0.b, alpha: 2) as Tensor }
    t["torch.ops.aten.avg_pool2d(a, 2)"] = { try ATen.avg_pool2d($0.a, 2) as Tensor }
    t["torch.ops.aten.mean(a, None)"] = { try ATen.mean($0.a, dtype: nil) as Tensor }
    t["torch.ops.aten.hypot(a, b)"] = { try OperatorCall("hypot")($0.a, $0.b) as Tensor }
    return t
  }
}
