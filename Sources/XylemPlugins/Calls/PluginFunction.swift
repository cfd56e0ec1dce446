package import CXylem
internal import Synchronization
package import XylemErrors
public import XylemTensor

/// How far a function's signature can be trusted.
public enum SignatureTier: String, Sendable, Hashable, CaseIterable, Codable {
  /// The compiler that built the function wrote or checked the signature.
  case derived
  /// The library's debug information has the same types.
  case checked
  /// Nothing confirms the signature.
  case asserted
}

/// Allows one call at a time. Not recursive.
package final class CallLock: Sendable {
  private let mutex = Mutex(())

  /// Creates a lock that is free.
  package init() {}

  /// Runs `body` while the lock is held.
  package func withLock<Output, Failure: Error>(_ body: () throws(Failure) -> Output) throws(Failure) -> Output {
    let result: Result<Output, Failure> = mutex.withLock { _ in
      do throws(Failure) { return .success(try body()) } catch { return .failure(error) }
    }
    return try result.get()
  }
}

/// A leaf function: code of a plugin, or of any library, that is called with values.
///
/// May be called from any thread. While the function runs, it holds the lock that ``threading`` requires.
public final class PluginFunction: Sendable {
  /// The function's name in traces.
  public let name: String
  /// The origin: a plugin's id, or a library as in `libm.so.6`.
  public let plugin: String
  /// The types.
  public let signature: Signature
  /// A one-sentence summary; may be empty.
  public let summary: String
  /// How far ``signature`` can be trusted.
  public let tier: SignatureTier
  /// Which calls may run at the same time.
  public let threading: LeafThreading
  /// Whether it declares that equal arguments give equal results, bit for bit.
  public let isDeterministic: Bool
  /// Whether it declares that it draws random numbers.
  public let isRandom: Bool
  /// The operator of the runtime that it implements, as in `torchvision::nms`.
  public let operatorName: String?
  /// The types of its gradient function; nil if it has none.
  public var backwardSignature: Signature? { backward?.signature }

  let function: ForeignFunction
  let backward: ForeignFunction?
  private let lock: CallLock?

  init(
    _ function: ForeignFunction, backward: ForeignFunction? = nil, plugin: String, summary: String = "",
    tier: SignatureTier, threading: LeafThreading, flags: LeafFlags = [], operatorName: String? = nil,
    pluginLock: CallLock
  ) {
    self.function = function
    self.backward = backward
    name = function.name
    signature = function.signature
    self.plugin = plugin
    self.summary = summary
    self.tier = tier
    self.threading = threading
    isDeterministic = flags.contains(.isDeterministic)
    isRandom = flags.contains(.isRandom)
    self.operatorName = operatorName
    lock =
      switch threading {
      case .serial: pluginLock
      case .perInstance: CallLock()
      case .reentrant: nil
      }
  }

  /// Calls the function. Returns `.none` if ``signature`` has no result.
  ///
  /// If the thread records gradients and a tensor among the arguments requires one, the results are recorded as
  /// computed from the arguments; a gradient that arrives is passed to the gradient function.
  ///
  /// - Throws: `plugin.argument`, `plugin.call-failed`, `plugin.result`; `trace.concrete-value` for tensors that are
  ///   only known when a model runs. If a gradient arrives and there is no gradient function, `backward()` throws an
  ///   error with the cause `plugin.no-backward`.
  public func callAsFunction(_ arguments: [Value]) throws -> Value {
    if let tensors = try recordedTensors(arguments) { return try callRecorded(arguments, tensors) }
    return try callDirectly(arguments)
  }

  /// Calls the function under its lock, with tensors of any owner, and does not record gradients.
  func callDirectly<Value: CallValue>(_ arguments: [Value]) throws(XylemError) -> Value {
    guard let lock else { return try function(arguments) }
    return try lock.withLock { () throws(XylemError) in try function(arguments) }
  }

  /// Calls the gradient function under the same lock.
  func callBackward(_ backward: ForeignFunction, _ arguments: [Value]) throws -> Value {
    guard let lock else { return try backward(arguments) }
    return try lock.withLock { try backward(arguments) }
  }
}

extension PluginFunction {
  /// Creates a function from a plugin's description. Members beyond the structure's size are not read.
  ///
  /// - Parameters:
  ///   - raw: lives as long as the process, as does everything it points to.
  ///   - plugin: the plugin's id.
  ///   - pluginLock: the plugin's one lock, for serial calls.
  /// - Throws: `plugin.short-struct` if something is missing, `plugin.signature`.
  package convenience init(
    raw: UnsafePointer<xylem_leaf_function>, plugin: String, pluginLock: CallLock
  ) throws(XylemError) {
    let leaf = try unsafe Self.read(raw, plugin: plugin)
    let name = unsafe leaf.name.map { unsafe String(cString: $0) } ?? ""
    guard !name.isEmpty else { throw CallErrors.incompleteFunction(plugin, name: nil, missing: "name") }
    guard let text = unsafe leaf.signature else {
      throw CallErrors.incompleteFunction(plugin, name: name, missing: "signature")
    }
    guard let address = unsafe leaf.function else {
      throw CallErrors.incompleteFunction(plugin, name: name, missing: "function")
    }
    let signature = try unsafe Self.signature(text, of: name, plugin)
    let operatorName = unsafe leaf.operator_name.map { unsafe String(cString: $0) } ?? ""
    self.init(
      try ForeignFunction(name: name, signature: signature, address: address),
      backward: try unsafe Self.backward(leaf, of: name, signature, plugin), plugin: plugin,
      summary: unsafe leaf.summary.map { unsafe String(cString: $0) } ?? "",
      tier: unsafe leaf.is_derived == 1 ? .derived : .asserted, threading: unsafe LeafThreading(raw: leaf.threading),
      flags: unsafe LeafFlags(rawValue: leaf.flags), operatorName: operatorName.isEmpty ? nil : operatorName,
      pluginLock: pluginLock)
  }

  /// Returns a copy of the structure in which members beyond its size are null.
  private static func read(_ raw: UnsafePointer<xylem_leaf_function>, plugin: String) throws(XylemError)
    -> xylem_leaf_function
  {
    let size = unsafe UnsafeRawPointer(raw).load(as: UInt32.self)
    let needed = unsafe MemoryLayout<xylem_leaf_function>.offset(of: \.backward) ?? 56
    guard Int(size) >= needed else { throw CallErrors.shortFunction(plugin, size: size, needed: needed) }
    var leaf = unsafe xylem_leaf_function()
    unsafe withUnsafeMutableBytes(of: &leaf) { bytes in
      unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(start: raw, count: min(Int(size), bytes.count)))
    }
    return unsafe leaf
  }

  private static func signature(_ text: UnsafePointer<CChar>, of function: String, _ plugin: String) throws(XylemError)
    -> Signature
  {
    do { return try unsafe Signature(String(cString: text)) } catch {
      throw CallErrors.inPlugin(plugin, function: function, error)
    }
  }

  private static func backward(
    _ leaf: xylem_leaf_function, of function: String, _ signature: Signature, _ plugin: String
  ) throws(XylemError) -> ForeignFunction? {
    guard let address = unsafe leaf.backward else { return nil }
    guard let text = unsafe leaf.backward_signature else {
      throw CallErrors.incompleteFunction(plugin, name: function, missing: "signature of its gradient function")
    }
    let found = try unsafe Self.signature(text, of: function, plugin)
    let expected = signature.backward
    guard expected != nil, [expected, signature.backwardWithResults].contains(found.withoutWrites) else {
      throw CallErrors.backwardSignature(function, found.description, expected: expected?.description)
    }
    return try ForeignFunction(
      name: "the gradient function of '\(function)'", signature: found, isGradient: true, address: address)
  }
}

extension Signature {
  /// The required signature of a gradient function: it takes the arguments and the result's gradient, and returns a
  /// tensor or null for each argument. Nil if the result is not a tensor.
  var backward: Signature? {
    guard let result, result.content == .tensor || givesTensors else { return nil }
    let list = Signature.ValueType.plain(.list(.tensor))
    let gradient = result.content == .tensor || result.content == .list(.tensor) ? result : list
    return Signature(parameters: withoutWrites.parameters + [gradient], result: list)
  }

  /// The signature of a gradient function that also takes the call's results, before their gradient.
  var backwardWithResults: Signature? {
    guard let backward, let gradient = backward.parameters.last else { return nil }
    return Signature(parameters: backward.parameters + [gradient], result: backward.result)
  }

  /// Whether the result is a list of tensors, or several tensors.
  var givesTensors: Bool {
    switch result?.content {
    case .list(.tensor), .tensors: true
    default: false
    }
  }

  /// The signature with tensors that are only read.
  var withoutWrites: Signature {
    let parameters = parameters.map { (type: ValueType) -> ValueType in
      switch type {
      case .plain(.writtenTensor): .plain(.tensor)
      case .optional(.writtenTensor): .optional(.tensor)
      default: type
      }
    }
    return Signature(parameters: parameters, result: result)
  }
}
