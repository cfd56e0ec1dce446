internal import CXylem
internal import XylemErrors
internal import XylemFiles
internal import XylemGraph

/// A leaf module that replaces forward. It is called as in a run, but on plain memory.
@safe struct ModuleSubject: TrialSubject {
  private let type: LeafModuleType
  private let sample: LeafSample?
  let parameters: [(name: String, tensor: PlainTensor)]

  var name: String { type.name }
  var isDeterministic: Bool { type.isDeterministic }
  var threading: LeafThreading { type.threading }
  var mode: ModeTrait? { type.mode }
  var writes: Set<Int> { Set(type.writes) }

  /// - Throws: `plugin.short-struct`, `plugin.mismatch`; `Declined` if no memory is left.
  init(_ raw: UnsafePointer<xylem_leaf_module_type>, plugin: PluginIdentity, sample: LeafSample?) throws {
    type = try unsafe LeafModuleType(raw: raw, plugin: plugin, lock: CallLock())
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
    let attributes = try JSONText.sorted(sample?.attributes ?? [:])
    do throws(XylemError) {
      return ModuleInstance(
        try LiveInstance(type, attributes: attributes, tensors: parameters, isTraining: false),
        hasSample: sample != nil)
    } catch { throw error.declined(name, "made", hasSample: sample != nil) }
  }
}

/// An instance, destroyed on deallocation.
private final class ModuleInstance: TrialInstance {
  private let live: LiveInstance<TrialValue>
  private let hasSample: Bool
  private var isTraining = false

  init(_ live: LiveInstance<TrialValue>, hasSample: Bool) {
    self.live = live
    self.hasSample = hasSample
  }

  func call(_ arguments: TrialArguments, _ mode: TrialMode) throws -> PlainResult {
    if isTraining != mode.isTraining {
      do { try live.setMode(isTraining: mode.isTraining) } catch {
        throw error.declined(
          live.type.name, "switched to \(mode.isTraining ? "train" : "eval") mode", hasSample: hasSample)
      }
      isTraining = mode.isTraining
    }
    let seed = mode.isTraining && live.type.mode == .random ? mode.seed : 0
    do throws(XylemError) {
      let lent = try ModuleArguments(arguments.values, leaf: live.type.name, writes: live.type.writes)
      defer { lent.release() }
      let results = try live.call(lent, isTraining: mode.isTraining, seed: seed)
      return PlainResult(.list(results))
    } catch { throw error.declined(live.type.name, "called", hasSample: hasSample) }
  }
}
