internal import XylemErrors
internal import XylemTensor

/// The messages of this module's errors.
enum DetectionErrors {
  /// The error for invalid arguments of an initialiser, with the allowed values.
  static func argument(_ message: String, _ type: String, _ allowed: String) -> XylemError {
    XylemError(.modelArgument, message, at: .init(moduleType: type), cause: Reason(allowed))
  }

  /// The error for a tensor that should hold boxes.
  static func boxes(_ message: String, _ sizes: [Int], _ expected: String) -> XylemError {
    XylemError(.detectionBoxes, "\(message) have the shape \(sizes)", cause: Reason("\(expected) is expected"))
  }

  /// The error for images that a detector can't use.
  static func images(_ message: String, _ expected: String, remedies: [String] = []) -> XylemError {
    XylemError(.detectionImages, message, cause: Reason(expected), remedies: remedies)
  }

  /// The error for an image's target.
  static func target(_ index: Int, _ message: String, _ expected: String, remedies: [String] = []) -> XylemError {
    XylemError(
      .detectionTarget, "the target of image \(index) \(message)", cause: Reason(expected), remedies: remedies)
  }

  /// The error for feature maps that don't fit what uses them.
  static func features(_ message: String, _ expected: String, remedies: [String] = []) -> XylemError {
    XylemError(.detectionFeatures, message, cause: Reason(expected), remedies: remedies)
  }

  /// The error for a program without the plugin of the compiled operators.
  static func kernels(searched: [String]) -> XylemError {
    let install = Audience.remedies(
      program: ["swift run xylem doctor --install"], commandLine: ["xylem doctor --install"])
    return XylemError(
      .detectionKernels, "the library with the compiled operators of detectors was not found",
      cause: Reason("searched: " + searched.joined(separator: ", ")),
      remedies: install.map { $0 + "  # installs it into the user's cache" })
  }

  /// The error for a call that the detector's mode does not allow.
  static func mode(isTraining: Bool) -> XylemError {
    isTraining
      ? XylemError(
        .detectionMode, "the detector is in train mode, but no targets were given",
        cause: Reason("in train mode a detector computes losses, and in eval mode detections"),
        remedies: ["try model.eval()", "try model(images, targets)"])
      : XylemError(
        .detectionMode, "the detector is in eval mode, but losses were requested",
        cause: Reason("in train mode a detector computes losses, and in eval mode detections"),
        remedies: ["try model.train()", "try model(images)"])
  }
}
