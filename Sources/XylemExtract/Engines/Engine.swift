/// What computes an extractor's features.
public enum Engine: String, Sendable, CaseIterable {
  /// libtorch, operator by operator: exact.
  case torch
  /// OpenVINO where it can, libtorch elsewhere.
  case openvino
  /// OpenVINO where it can and is faster on this machine, libtorch elsewhere.
  case auto
}

/// What an extractor may compute with.
public struct EngineOptions: Hashable, Sendable {
  /// What computes the features.
  public var engine: Engine
  /// Whether an engine may compute in bfloat16. If not, it computes in float32.
  public var reducesPrecision: Bool
  /// The number of input shapes for which compiled parts are kept.
  public var keptShapes: Int
  /// The engine's library; nil for OpenVINO's, in its usual place.
  package var library: String?
  /// The instructions that the engine computes, part by part, as ``EngineReport/engineParts`` gave them for another call
  /// with inputs of the same shapes; nil to choose them. With it, ``Engine/auto`` does not depend on the time that parts
  /// take, so that features have the same bits in every process.
  package var parts: [Range<Int>]?

  /// Creates options.
  ///
  /// - Parameters:
  ///   - reducesPrecision: whether an engine may compute in bfloat16, with errors of about 1 percent of a feature's
  ///     largest value.
  ///   - keptShapes: the number of input shapes for which compiled parts are kept, at least 1. The one that was not used
  ///     for the longest time goes first.
  public init(_ engine: Engine = .torch, reducesPrecision: Bool = false, keptShapes: Int = 8) {
    self.engine = engine
    self.reducesPrecision = reducesPrecision
    self.keptShapes = max(keptShapes, 1)
  }
}

/// What an extractor computes with which engine, for the input shapes of its last call.
public struct EngineReport: Sendable {
  /// A part of the plan: instructions in a row.
  public struct Part: Sendable {
    /// The first and the last node of the part.
    public var nodes: (first: String, last: String)
    /// The number of instructions.
    public var instructionCount: Int
    /// The engine that computes it: `torch`, or an engine with its version, as in `openvino 2026.4.1`.
    public var engine: String
    /// Why libtorch computes it; nil for an engine's part.
    public var reason: String?
    /// The milliseconds of one run in the engine, and in libtorch, if they were measured.
    public var milliseconds: (engine: Double, torch: Double)?
    /// The largest difference from libtorch's values, relative to the largest value of a result.
    public var difference: Double?
  }

  /// The parts, in order.
  public var parts: [Part]
  /// The milliseconds that recording, compiling and checking took.
  public var compileMilliseconds: Double
  /// Why no engine is used at all; nil if one is.
  public var note: String?

  /// The instructions of each part that an engine computes.
  package var engineParts: [Range<Int>] {
    var found: [Range<Int>] = []
    var start = 0
    for part in parts {
      if part.engine != "torch" { found.append(start..<start + part.instructionCount) }
      start += part.instructionCount
    }
    return found
  }
}
