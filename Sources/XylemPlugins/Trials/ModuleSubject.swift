internal import CXylem
internal import Glibc
internal import XylemErrors

/// A leaf module that replaces forward, called through the C ABI alone.
@safe struct ModuleSubject: TrialSubject {
  private nonisolated(unsafe) let raw: UnsafePointer<xylem_leaf_module_type>
  private let declared: PluginManifest.LeafModule
  private let sample: LeafSample?
  let parameters: [(name: String, tensor: PlainTensor)]

  var name: String { declared.type }
  var isDeterministic: Bool { declared.isDeterministic }
  var threading: LeafThreading { declared.threading }
  var mode: ModeTrait? { declared.mode }
  var writes: Set<Int> { Set(declared.writes) }

  init(_ raw: UnsafePointer<xylem_leaf_module_type>, _ declared: PluginManifest.LeafModule, sample: LeafSample?) throws
  {
    unsafe self.raw = unsafe raw
    self.declared = declared
    self.sample = sample
    parameters = try (sample?.tensors ?? [:]).sorted { $0.key < $1.key }.compactMap { name, text in
      try TensorForm(text).map { (name, try PlainTensor($0)) }
    }
  }

  func arguments(layout: PlainTensor.Layout, fill: PlainTensor.Fill, isEmpty: Bool) throws -> TrialArguments {
    guard let inputs = sample?.inputs else {
      return TrialArguments(
        values: [.tensor(try LeafSample.tensor(LeafSample.ordinaryImage, layout: layout, fill: fill, isEmpty: isEmpty))]
      )
    }
    return TrialArguments(
      values: try inputs.map { try LeafSample.value($0, layout: layout, fill: fill, isEmpty: isEmpty) })
  }

  func make() throws -> any TrialInstance {
    let attributes = try sortedJSON(sample?.attributes ?? [:])
    var names: [UnsafePointer<CChar>?] = unsafe parameters.map { unsafe UnsafePointer(strdup($0.name)) }
    defer { for index in unsafe names.indices { unsafe free(UnsafeMutablePointer(mutating: names[index])) } }
    var tensors = unsafe parameters.map { unsafe Optional($0.tensor.pointer) }
    var instance: OpaquePointer?
    var error = unsafe xylem_error()
    let status = unsafe raw.pointee.create(attributes, &names, &tensors, parameters.count, &instance, &error)
    guard status == XYLEM_OK else { throw unsafe declined("made", &error) }
    guard let instance = unsafe instance else { throw CheckErrors.result(name, "of 'create' is a null pointer") }
    return unsafe ModuleInstance(instance, raw, self)
  }

  /// Why it can't be tried; of a sample that was given, an error.
  func declined(_ what: String, _ error: inout xylem_error) -> any Error {
    let reason = unsafe error.message.map { unsafe String(cString: $0) } ?? "it gave no reason"
    unsafe error.release?(&error)
    return sample == nil
      ? Declined(reason: "it can't be \(what) without a sample (--sample): \(reason)")
      : CheckErrors.declinesSample(name, what, reason: reason)
  }
}

/// An instance, destroyed when it goes.
@safe final class ModuleInstance: TrialInstance {
  private nonisolated(unsafe) let instance: OpaquePointer
  private nonisolated(unsafe) let raw: UnsafePointer<xylem_leaf_module_type>
  private let subject: ModuleSubject
  private var isTraining: Bool?

  private static let resultCapacity = 64

  init(_ instance: OpaquePointer, _ raw: UnsafePointer<xylem_leaf_module_type>, _ subject: ModuleSubject) {
    unsafe self.instance = unsafe instance
    unsafe self.raw = unsafe raw
    self.subject = subject
  }

  deinit { unsafe raw.pointee.destroy(instance) }

  func call(_ arguments: TrialArguments, _ mode: TrialMode) throws -> PlainResult {
    if isTraining != mode.isTraining, let setMode = unsafe raw.pointee.set_mode {
      var error = unsafe xylem_error()
      guard unsafe setMode(instance, mode.isTraining ? 1 : 0, &error) == XYLEM_OK else {
        throw unsafe subject.declined("switched to \(mode.isTraining ? "train" : "eval") mode", &error)
      }
    }
    isTraining = mode.isTraining
    let lent = LentValues(arguments.values)
    let results = UnsafeMutablePointer<xylem_argument>.allocate(capacity: Self.resultCapacity)
    defer { unsafe results.deallocate() }
    unsafe results.initialize(repeating: xylem_argument(), count: Self.resultCapacity)
    var call = unsafe xylem_leaf_call()
    unsafe call.struct_size = UInt32(MemoryLayout<xylem_leaf_call>.size)
    unsafe call.is_training = mode.isTraining ? 1 : 0
    unsafe call.seed = mode.isTraining && subject.mode == .random ? mode.seed : 0
    unsafe call.arguments = unsafe UnsafePointer(lent.pointer)
    unsafe call.argument_count = arguments.values.count
    unsafe call.results = unsafe results
    unsafe call.result_capacity = Self.resultCapacity
    var error = unsafe xylem_error()
    guard unsafe raw.pointee.call(instance, &call, &error) == XYLEM_OK else {
      throw unsafe subject.declined("called", &error)
    }
    let count = unsafe call.result_count
    guard count <= Self.resultCapacity else {
      throw CheckErrors.result(subject.name, "count is \(count), and there was room for \(Self.resultCapacity)")
    }
    var taken: [PlainResult] = []
    for index in 0..<count { taken.append(try unsafe take(results[index], arguments)) }
    return .list(taken)
  }

  private func take(_ result: xylem_argument, _ arguments: TrialArguments) throws(XylemError) -> PlainResult {
    switch unsafe result.kind {
    case XYLEM_ARGUMENT_NONE.rawValue: return .none
    case XYLEM_ARGUMENT_BOOL.rawValue: return .bool(unsafe result.as.integer != 0)
    case XYLEM_ARGUMENT_INT.rawValue: return .int(unsafe result.as.integer)
    case XYLEM_ARGUMENT_FLOAT.rawValue: return .float(unsafe result.as.number.bitPattern)
    case XYLEM_ARGUMENT_TENSOR.rawValue:
      return try unsafe PlainResult.take(result.as.tensor, of: subject.name, arguments: arguments.tensors)
    default: throw CheckErrors.result(subject.name, "is of the kind \(unsafe result.kind), which results don't have")
    }
  }
}

/// Values in the form of a call's arguments, in memory that lives as long as this.
@safe private final class LentValues {
  nonisolated(unsafe) let pointer: UnsafeMutablePointer<xylem_argument>
  private var inner: [LentValues] = []
  private var texts: [UnsafeMutablePointer<CChar>] = unsafe []

  init(_ values: [TrialValue]) {
    unsafe pointer = .allocate(capacity: max(values.count, 1))
    for (index, value) in values.enumerated() {
      var argument = unsafe xylem_argument()
      switch value {
      case .none: break
      case .bool(let value):
        unsafe argument.kind = XYLEM_ARGUMENT_BOOL.rawValue
        unsafe argument.as.integer = value ? 1 : 0
      case .int(let value):
        unsafe argument.kind = XYLEM_ARGUMENT_INT.rawValue
        unsafe argument.as.integer = value
      case .float(let value):
        unsafe argument.kind = XYLEM_ARGUMENT_FLOAT.rawValue
        unsafe argument.as.number = value
      case .text(let text):
        unsafe argument.kind = XYLEM_ARGUMENT_STRING.rawValue
        unsafe argument.count = UInt32(text.utf8.count)
        if let copy = unsafe strdup(text) {
          unsafe texts.append(copy)
          unsafe argument.as.string = unsafe UnsafePointer(copy)
        }
      case .tensor(let tensor):
        unsafe argument.kind = XYLEM_ARGUMENT_TENSOR.rawValue
        unsafe argument.as.tensor = unsafe tensor.pointer
      case .list(let elements):
        let lent = LentValues(elements)
        inner.append(lent)
        unsafe argument.kind = XYLEM_ARGUMENT_LIST.rawValue
        unsafe argument.count = UInt32(elements.count)
        unsafe argument.as.elements = unsafe UnsafePointer(lent.pointer)
      }
      unsafe (pointer + index).initialize(to: argument)
    }
  }

  deinit {
    for index in unsafe texts.indices { unsafe free(texts[index]) }
    unsafe pointer.deallocate()
  }
}
