internal import XylemErrors
internal import XylemFiles
internal import XylemScript
internal import XylemTensor

/// The parameters, buffers and constants of a model of torch.export. Each is read from the archive on first use.
struct ExportedState: Sendable {
  /// The entries in the model's order: parameters, buffers, constants.
  let entries: [StateEntry]
  private let tensors: [String: Tensor]

  /// A model of an archive, for one mode or both.
  struct Source: Sendable {
    let archive: ExportedArchive
    let program: ExportedProgram
    let payloads: [String: ExportedPayload]
  }

  /// - Parameter sources: the models. A tensor that several have must be the same in all.
  /// - Throws: `archive.modes-differ`.
  init(_ sources: [Source]) throws(XylemError) {
    var entries: [StateEntry] = []
    var tensors: [String: Tensor] = [:]
    var payloads: [String: ExportedPayload] = [:]
    var shared: [Place: Tensor] = [:]
    func add(_ key: String, _ kind: StateEntry.Kind, _ source: Source, _ meta: ExportedTensor?) throws(XylemError) {
      let payload = source.payloads[key]
      if tensors[key] != nil {
        if let payload, let known = payloads[key], !payload.isSame(as: known) {
          throw ExportedTraceErrors.modesDiffer(key, source.archive.path)
        }
        return
      }
      payloads[key] = payload
      let place = payload.map { Place(ObjectIdentifier(source.archive), $0) }
      let tensor = place.flatMap { shared[$0] } ?? Self.tensor(key, payload, meta, kind, source.archive)
      if let place { shared[place] = tensor }
      tensors[key] = tensor
      let dot = key.lastIndex(of: ".")
      entries.append(
        StateEntry(
          key: key, kind: kind, tensor: tensor, modulePath: dot.map { String(key[..<$0]) } ?? "",
          name: dot.map { String(key[key.index(after: $0)...]) } ?? key))
    }
    for source in sources {
      let graph = source.program.graph
      for input in source.program.inputs {
        switch input {
        case .parameter(let name, let key): try add(key, .parameter, source, graph.tensors[name])
        case .buffer(let name, let key, let isPersistent):
          try add(key, isPersistent ? .buffer : .attribute, source, graph.tensors[name])
        case .tensor(let name, let key): try add(key, .attribute, source, graph.tensors[name])
        case .user, .constant, .other: continue
        }
      }
      // A tensor with two keys is one input of the graph: the other key is in the archive alone.
      for (key, payload) in source.payloads.sorted(by: { $0.key < $1.key }) where tensors[key] == nil {
        try add(key, payload.isParameter ? .parameter : .buffer, source, nil)
      }
    }
    (self.entries, self.tensors) = (entries, tensors)
  }

  /// The tensor with a key. Nil if there is none.
  func tensor(_ key: String) -> Tensor? { tensors[key] }

  /// What identifies a tensor in an archive: its data and its form.
  private struct Place: Hashable {
    let archive: ObjectIdentifier
    let record: String
    let dtype: DType
    let numbers: [[Int]]

    init(_ archive: ObjectIdentifier, _ payload: ExportedPayload) {
      (self.archive, record, dtype) = (archive, payload.record, payload.dtype)
      numbers = [payload.sizes, payload.strides, [payload.offset]]
    }
  }

  /// A tensor that is read from the archive on first use. One without data has the form that the graph gives it, and
  /// fails when it is needed.
  private static func tensor(
    _ key: String, _ payload: ExportedPayload?, _ meta: ExportedTensor?, _ kind: StateEntry.Kind,
    _ archive: ExportedArchive
  ) -> Tensor {
    guard let payload else {
      let sizes = (meta?.sizes ?? []).map { if case .fixed(let size) = $0 { size } else { 0 } }
      return Tensor(
        LazyTensor(
          shape: sizes, dtype: meta?.dtype ?? .float32, requiresGrad: false,
          make: { () throws(XylemError) in throw ExportedTraceErrors.noData(key, archive.path) }))
    }
    return Tensor(
      LazyTensor(
        shape: payload.sizes, dtype: payload.dtype, requiresGrad: payload.requiresGrad,
        make: { () throws(XylemError) in try archive.tensor(payload) }))
  }
}
