/// The default leaves: those of torch.fx and torchvision's feature extraction.
enum DefaultLeaves {
  /// All layers of `torch.nn` and `torch.ao.nn` except containers, and the module types of `torchvision.ops`.
  static func isLeafModule(_ type: String) -> Bool {
    if type.hasPrefix("torch.nn.") { return !containers.contains(type) }
    if type.hasPrefix("torch.ao.nn.") { return !fusedPrefixes.contains(where: type.hasPrefix) }
    return visionTypes.contains(type)
  }

  /// `torch.nn.functional`, `math`, the functions of `torchvision.ops`, and the functions that torchvision's models
  /// wrap.
  static func isLeafFunction(_ name: String) -> Bool {
    if name.hasPrefix("torch.nn.functional.") || name.hasPrefix("torch.functional.") { return true }
    if name.hasPrefix("math.") { return true }
    if visionFunctions.contains(name) { return true }
    guard name.hasPrefix("torchvision.ops.") else { return false }
    // A function with a public name. Helpers within the package run as part of their callers.
    return !TypeName.unqualified(name).hasPrefix("_")
  }

  private static let containers: Set<String> = [
    "torch.nn.modules.container.Sequential", "torch.nn.modules.container.ModuleList",
    "torch.nn.modules.container.ModuleDict",
  ]

  /// Where the floating-point and quantization-aware forms of fused layers are, which are `Sequential`s of these layers.
  private static let fusedPrefixes = [
    "torch.ao.nn.intrinsic.modules.fused.", "torch.ao.nn.intrinsic.qat.modules.",
  ]

  /// The module types of `torchvision.ops`, and types of torchvision's models that derive from them.
  private static let visionTypes: Set<String> = [
    "torchvision.models.quantization.mobilenetv3.QuantizableSqueezeExcitation",
    "torchvision.models.regnet.SimpleStemIN", "torchvision.models.vision_transformer.MLPBlock",
    "torchvision.ops.deform_conv.DeformConv2d", "torchvision.ops.drop_block.DropBlock2d",
    "torchvision.ops.drop_block.DropBlock3d", "torchvision.ops.feature_pyramid_network.FeaturePyramidNetwork",
    "torchvision.ops.misc.Conv2dNormActivation", "torchvision.ops.misc.Conv3dNormActivation",
    "torchvision.ops.misc.FrozenBatchNorm2d", "torchvision.ops.misc.MLP", "torchvision.ops.misc.Permute",
    "torchvision.ops.misc.SqueezeExcitation", "torchvision.ops.poolers.MultiScaleRoIAlign",
    "torchvision.ops.ps_roi_align.PSRoIAlign", "torchvision.ops.ps_roi_pool.PSRoIPool",
    "torchvision.ops.roi_align.RoIAlign", "torchvision.ops.roi_pool.RoIPool",
    "torchvision.ops.stochastic_depth.StochasticDepth",
  ]

  /// Functions that torchvision marks with `torch.fx.wrap` outside the public names of `torchvision.ops`.
  private static let visionFunctions: Set<String> = [
    "torchvision.models.swin_transformer._get_relative_position_bias",
    "torchvision.models.swin_transformer._patch_merging_pad",
    "torchvision.models.swin_transformer.shifted_window_attention",
    "torchvision.models.video.mvit._add_rel_pos", "torchvision.models.video.mvit._add_shortcut",
    "torchvision.models.video.mvit._squeeze", "torchvision.models.video.mvit._unsqueeze",
    "torchvision.models.video.swin_transformer._compute_attention_mask_3d",
    "torchvision.models.video.swin_transformer._compute_pad_size_3d",
    "torchvision.models.video.swin_transformer._get_relative_position_bias",
    "torchvision.models.video.swin_transformer._get_window_and_shift_size",
    "torchvision.models.video.swin_transformer.shifted_window_attention_3d",
    "torchvision.ops.poolers._filter_input", "torchvision.ops.poolers._multiscale_roi_align",
    "torchvision.ops.poolers._setup_scales",
  ]
}
