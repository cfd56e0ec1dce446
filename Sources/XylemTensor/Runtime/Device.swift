public import XylemErrors

/// What tensors are on, and operators compute on: the processor, or a GPU.
///
/// Text is as in PyTorch: `cpu`, `cuda`, `cuda:1`.
public struct Device: Hashable, Sendable, CustomStringConvertible {
  /// `cpu`, `cuda`, or another kind that libtorch knows.
  public let kind: String
  /// The number among the devices of its kind; nil for the current one.
  public let index: Int?

  /// The processor.
  public static let cpu = Device(kind: "cpu")

  /// A GPU that CUDA drives.
  ///
  /// - Parameter index: its number; nil for the current one.
  public static func cuda(_ index: Int? = nil) -> Device { Device(kind: "cuda", index: index) }

  /// Creates a device, which need not exist.
  package init(kind: String, index: Int? = nil) { (self.kind, self.index) = (kind, index) }

  /// Reads `cpu`, `cuda` or `cuda:1`. Nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2, ["cpu", "cuda"].contains(parts[0]) else { return nil }
    var index: Int?
    if parts.count == 2 {
      guard let number = Int(parts[1]), (0..<128).contains(number), String(number) == parts[1] else { return nil }
      index = number
    }
    guard parts[0] != "cpu" || index == nil || index == 0 else { return nil }
    self.init(kind: String(parts[0]), index: parts[0] == "cpu" ? nil : index)
  }

  /// As PyTorch writes it: `cuda:1`.
  public var description: String { index.map { "\(kind):\($0)" } ?? kind }

  /// Checks that libtorch can compute on the device.
  ///
  /// - Throws: `runtime.device` with the reason: libtorch was built without this kind of device, there is none, or none
  ///   with this number; `runtime.not-found`.
  public func check() throws(XylemError) {
    if self == .cpu { return }
    let library = try RuntimeLibrary.shared()
    let empty = try TensorOperator("aten::empty", overload: "memory_format")
    do throws(XylemError) {
      _ = try empty([.list([.int(0)]), .none, .none, .device(description), .none, .none])
    } catch {
      throw DeviceErrors.unusable(self, error, library)
    }
  }

  /// The kind as its maker writes it.
  fileprivate var kindName: String { kind == "cuda" ? "CUDA" : kind }
}

/// The messages of devices.
enum DeviceErrors {
  static func unusable(_ device: Device, _ error: XylemError, _ library: RuntimeLibrary) -> XylemError {
    let words = (error.cause.map { "\($0)" } ?? error.message).split(separator: "\n").first.map(String.init) ?? ""
    let lacks =
      error.id == .runtimeMissingKernel || words.contains("not linked with support") || words.contains("Could not run")
    let reason = lacks ? "this libtorch was built without \(device.kindName)" : words
    let remedy = "export XYLEM_LIBTORCH=FOLDER  # an unpacked libtorch that was built with \(device.kindName)"
    return XylemError(
      .runtimeDevice, "the device '\(device)' can't be used", at: .init(file: library.path), cause: Reason(reason),
      remedies: (lacks ? [remedy] : [])
        + Audience.remedies(
          program: ["try extractor.move(to: .cpu)  // computes on the processor"],
          commandLine: ["--device cpu  # computes on the processor"]))
  }
}

extension Value {
  /// The value with every tensor in it on a device. Tensors that are there already are the same.
  ///
  /// - Throws: `runtime.operator`.
  package func moved(to device: Device) throws(XylemError) -> Value {
    switch try unpacked() {
    case .tensor(let tensor): return .tensor(try tensor.to(device: device.description))
    case .list(let elements): return .list(try Self.moved(elements, to: device))
    case .tuple(let elements, let names): return .tuple(try Self.moved(elements, to: device), names: names)
    case .dictionary(let entries):
      let values = try Self.moved(entries.map(\.value), to: device)
      return .dictionary(zip(entries, values).map { ($0.key, $1) })
    default: return self
    }
  }

  package static func moved(_ values: [Value], to device: Device) throws(XylemError) -> [Value] {
    var moved: [Value] = []
    for value in values { moved.append(try value.moved(to: device)) }
    return moved
  }
}
