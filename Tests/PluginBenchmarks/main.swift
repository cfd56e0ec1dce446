import CXylem
import Foundation
import XylemExtract
import XylemPlugins
import XylemScript
import XylemTensor
import XylemTrace

/// What calls of plugins cost, in nanoseconds: the medians of interleaved rounds, so that a change of the machine's speed meets both sides.
///
/// Prints one line for each figure.
let one = UnsafeMutablePointer<xylem_leaf_module_type>.allocate(capacity: 1)
one.initialize(to: xylem_leaf_module_type())
one.pointee.struct_size = UInt32(MemoryLayout<xylem_leaf_module_type>.size)
one.pointee.mode = XYLEM_MODE_NONE.rawValue
one.pointee.threading = XYLEM_REENTRANT.rawValue
one.pointee.flags = XYLEM_LEAF_REPLACES
one.pointee.type_name = UnsafePointer(strdup("Counted"))
one.pointee.create = { _, _, _, _, out, _ in
  out?.pointee = OpaquePointer(UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8))
  return XYLEM_OK
}
one.pointee.destroy = { UnsafeMutableRawPointer($0)?.deallocate() }
one.pointee.call = { _, call, _ in
  guard let call else { return XYLEM_FAILED }
  call.pointee.results[0].kind = XYLEM_ARGUMENT_TENSOR.rawValue
  call.pointee.results[0].as.tensor = call.pointee.arguments[0].as.tensor
  call.pointee.result_count = 1
  return XYLEM_OK
}

func median(_ rounds: Int, _ count: Int, _ bodies: [() throws -> Void]) throws -> [Double] {
  var times = [[Double]](repeating: [], count: bodies.count)
  for _ in 0..<rounds {
    for (index, body) in bodies.enumerated() {
      let start = DispatchTime.now().uptimeNanoseconds
      for _ in 0..<count { try body() }
      times[index].append(Double(DispatchTime.now().uptimeNanoseconds - start) / Double(count))
    }
  }
  return times.map { $0.sorted()[$0.count / 2] }
}

func line(_ what: String, _ nanoseconds: Double, _ limit: String) {
  print(what.padding(toLength: 56, withPad: " ", startingAt: 0) + String(format: "%9.0f ns   %@", nanoseconds, limit))
}

let identity = PluginIdentity(id: "org.xylem.benchmark", digest: "none")
let type = try LeafModuleType(raw: one, plugin: identity, lock: CallLock())
let input = try Tensor([1, 2, 3, 4], shape: [4])
let weight = try Tensor([1, 2, 3, 4], shape: [4])
let instance = LeafModuleInstance(type, isTraining: false, attributes: "{}") { [("weight", weight)] }

var view = try input.borrowedView()
var argument = xylem_argument()
argument.kind = XYLEM_ARGUMENT_TENSOR.rawValue
var result = xylem_argument()
let direct = {
  withUnsafeMutablePointer(to: &view) { view in
    argument.as.tensor = view
    withUnsafePointer(to: argument) { argument in
      withUnsafeMutablePointer(to: &result) { result in
        var call = xylem_leaf_call()
        call.arguments = argument
        call.argument_count = 1
        call.results = result
        call.result_capacity = 1
        _ = one.pointee.call(nil, &call, nil)
      }
    }
  }
}
try TensorRuntime.withGradients(false) {
  let arguments = [Value.tensor(input)]
  let leaf = try median(15, 100_000, [{ direct() }, { _ = try instance(arguments) }])
  line("a leaf module through the ABI, above the direct call", leaf[1] - leaf[0], "wanted: under 1000")
  let (cos, _) = try WrappedSymbol("libm.so.6:cos(f64) -> f64").load(allowsAsserted: true)
  let scalar = [Value.float(0.5)]
  let ffi = try median(15, 100_000, [{ _ = try cos(scalar) }])
  line("a scalar leaf function through libffi, in all", ffi[0], "wanted: under 200")
}

/// A model that calls as many modules of the plugin's type, one after another.
func chain(_ count: Int) throws -> ScriptModel {
  let parts = (0..<count).map { "  m\($0) : __torch__.Counted\n" }.joined()
  let calls = (0..<count).map { "    x = self.m\($0).forward(x)\n" }.joined()
  let head = "(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n"
  let source =
    "class Counted\(head)  def forward(self, x: Tensor) -> Tensor:\n    return torch.relu(x)\n"
    + "class Chain\(head)\(parts)  def forward(self, x: Tensor) -> Tensor:\n\(calls)    return x\n"
  return try ScriptModel(ScriptArchive(source: source, root: "Chain"))
}

LeafRegistry.add([type])
let options = TraceOptions(policy: LeafPolicy().leaf(PluginLeaf(type)), recordsLocations: false)
try TensorRuntime.withGradients(false) {
  for count in [250, 1000, 4000] {
    let model = try chain(count)
    let requests = [ReturnRequest("output")]
    let extractor = try FeatureExtractor(of: model, returning: requests, options: options, modes: [.eval])
    let times = try median(
      5, 1,
      [
        { _ = try model.trace(options) },
        { _ = try FeatureExtractor(of: model, returning: requests, options: options, modes: [.eval]) },
        { _ = try extractor([.tensor(input)]) },
      ])
    for (what, time) in zip(["traced", "traced and planned", "run"], times) {
      line("each of \(count) leaves in one graph, \(what)", time / Double(count), "wanted: the same for every count")
    }
  }
}
