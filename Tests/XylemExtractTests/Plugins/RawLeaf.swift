import CXylem
import Foundation
import XylemPlugins

/// A leaf type that a test makes up, as a plugin's table would have it. Its functions get along without captures, as C's do.
enum RawLeaf {
  typealias Call =
    @convention(c) (
      OpaquePointer?, UnsafeMutablePointer<xylem_leaf_call>?, UnsafeMutablePointer<xylem_error>?
    ) -> xylem_status

  /// The type, known to extractors from now on; its table lives as long as the process.
  static func register(
    _ name: String, digest: String, plugin: String = "org.xylem.test", mode: xylem_mode_trait = XYLEM_MODE_NONE,
    threading: xylem_threading = XYLEM_REENTRANT, writes: UInt64 = 0, call: @escaping Call
  ) throws -> LeafModuleType {
    let raw = UnsafeMutablePointer<xylem_leaf_module_type>.allocate(capacity: 1)
    raw.initialize(to: xylem_leaf_module_type())
    raw.pointee.struct_size = UInt32(MemoryLayout<xylem_leaf_module_type>.size)
    raw.pointee.mode = mode.rawValue
    raw.pointee.threading = threading.rawValue
    raw.pointee.flags = XYLEM_LEAF_REPLACES | XYLEM_LEAF_DETERMINISTIC
    raw.pointee.writes = writes
    raw.pointee.type_name = UnsafePointer(strdup(name))
    raw.pointee.create = { _, _, _, _, out, _ in
      out?.pointee = OpaquePointer(UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8))
      return XYLEM_OK
    }
    raw.pointee.call = call
    raw.pointee.destroy = { instance in UnsafeMutableRawPointer(instance)?.deallocate() }
    let type = try LeafModuleType(
      raw: raw, plugin: PluginIdentity(id: plugin, digest: digest), lock: CallLock())
    LeafRegistry.add([type])
    return type
  }

  /// A fresh tensor of an argument's shape, its elements made of the argument's, which are compact.
  static func result(
    like argument: UnsafeMutablePointer<DLManagedTensorVersioned>, _ transform: (Float) -> Float
  ) -> UnsafeMutablePointer<DLManagedTensorVersioned> {
    let source = argument.pointee.dl_tensor
    let shape = (0..<Int(source.ndim)).map { source.shape[$0] }
    let count = shape.reduce(1) { $0 * Int($1) }
    let elements = UnsafeMutablePointer<Float>.allocate(capacity: max(count, 1))
    let input = source.data.assumingMemoryBound(to: Float.self)
    for index in 0..<count { elements[index] = transform(input[index]) }
    let made = UnsafeMutablePointer<DLManagedTensorVersioned>.allocate(capacity: 1)
    made.initialize(to: DLManagedTensorVersioned())
    made.pointee.version.major = 1
    made.pointee.dl_tensor = source
    made.pointee.dl_tensor.data = UnsafeMutableRawPointer(elements)
    made.pointee.dl_tensor.strides = nil
    let sizes = UnsafeMutablePointer<Int64>.allocate(capacity: max(shape.count, 1))
    sizes.initialize(from: shape, count: shape.count)
    made.pointee.dl_tensor.shape = sizes
    made.pointee.deleter = { tensor in
      guard let tensor else { return }
      tensor.pointee.dl_tensor.data.deallocate()
      tensor.pointee.dl_tensor.shape.deallocate()
      tensor.deallocate()
    }
    return made
  }
}

extension UnsafeMutablePointer<xylem_leaf_call> {
  /// Makes a tensor the call's result at a position.
  func give(_ tensor: UnsafeMutablePointer<DLManagedTensorVersioned>, at position: Int = 0) {
    pointee.results[position].kind = XYLEM_ARGUMENT_TENSOR.rawValue
    pointee.results[position].as.tensor = tensor
    pointee.result_count = Swift.max(pointee.result_count, position + 1)
  }

  var argument: UnsafeMutablePointer<DLManagedTensorVersioned> { pointee.arguments[0].as.tensor }
}
