internal import XylemErrors
internal import XylemExtract
internal import XylemFiles
internal import XylemGraph
internal import XylemTensor
internal import XylemTrace

/// Begins a run in a folder, or finds that one goes on there.
struct RunOpening {
  let folder: String
  let source: any InputSource
  let preparation: any InputPreparation
  let computer: FeatureComputer
  let options: RunOptions

  /// The record of the run, written if the folder has none.
  ///
  /// - Throws: `dataset.other-run`, `dataset.feature`, `dataset.damaged`, `file.unwritable`; the errors of the model.
  func open() throws -> RunRecord {
    try Folder.make(folder)
    if let known = try RunRecord(in: folder) { return try resume(known) }
    try checkFolder()
    let shape = try inputShape()
    let probe = FeatureProbe(computer: computer, shape: shape)
    let fields = try probe.fields()
    try options.format.check(fields)
    let parts = preparation.shape == nil ? [] : try probe.compile(nil)
    let record = try record(fields, parts)
    // Another process may have begun the run meanwhile.
    let known = try FolderLock.withLock(on: folder + "/" + RunRecord.name) { _ -> RunRecord? in
      if let known = try RunRecord(in: folder) { return known }
      try record.write(to: folder)
      return nil
    }
    return try known.map { try resume($0) } ?? record
  }

  /// Checks that a run is the wanted one, and has the engine compute what it computed then.
  private func resume(_ known: RunRecord) throws -> RunRecord {
    let keyed = known.features.map { field in
      var field = field
      field.reduction = options.reductions[field.key] ?? wholeReduction(of: field.key) ?? .none
      return field
    }
    let differences = known.differences(from: try record(keyed, []))
    guard differences.isEmpty, try known.features.allSatisfy({ try isRequested($0) }) else {
      throw DatasetErrors.otherRun(folder, differences)
    }
    try options.format.check(known.features)
    guard let shape = preparation.shape else { return known }
    let parts = known.computation.engineParts.compactMap { $0.count == 2 && $0[0] <= $0[1] ? $0[0]..<$0[1] : nil }
    guard try FeatureProbe(computer: computer, shape: shape).compile(parts) == parts else {
      throw DatasetErrors.enginePartsDiffer(folder)
    }
    return known
  }

  private func wholeReduction(of key: String) -> Reduction? {
    options.reductions.filter { key.hasPrefix($0.key + ".") }.max { $0.key.utf8.count < $1.key.utf8.count }?.value
  }

  private func isRequested(_ field: FeatureField) throws -> Bool {
    computer.extractor.plan.keys.contains { field.key == $0 || field.key.hasPrefix($0 + ".") }
  }

  /// Refuses a folder with files of others. Hidden ones don't count.
  private func checkFolder() throws {
    let names = try Folder.entries(of: PathBytes(folder)).map { PathBytes($0.name).text }.sorted()
    if let other = names.first(where: { !$0.hasPrefix(".") }) { throw DatasetErrors.notARun(folder, other) }
  }

  /// The shape of an input: that of the first one that can be prepared, if the preparation does not fix it.
  private func inputShape() throws -> [Int] {
    if let shape = preparation.shape { return shape }
    var first: (input: String, failure: RowFailure)?
    for index in 0..<source.count {
      do { return try preparation.prepare(source.bytes(at: index)).shape } catch let error as XylemError {
        first = first ?? (source.id(at: index), RowFailure(id: error.id.rawValue, message: error.message))
      }
    }
    throw DatasetErrors.nothingSucceeded(source.count, first?.failure, id: first?.input)
  }

  private func record(_ fields: [FeatureField], _ parts: [Range<Int>]) throws -> RunRecord {
    let extractor = computer.extractor
    let engine = extractor.engineOptions
    return RunRecord(
      inputs: .init(count: source.count, digest: source.digest), preparation: preparation.description,
      model: try .init(
        name: options.modelName ?? extractor.model.name, plan: planDigest(), weights: weightsDigest()),
      computation: .init(
        autocast: options.autocasts, batchSize: computer.batchSize, device: extractor.device.description,
        engine: engine.engine.rawValue, engineParts: parts.map { [$0.lowerBound, $0.upperBound] },
        reducedPrecision: engine.reducesPrecision, threads: try TensorRuntime.load().threads),
      output: .init(
        format: options.format.name, rows: options.rows, sha256: options.addsDigests,
        dtype: options.dtype?.rawValue),
      features: fields, version: UserCache.version)
  }

  private func planDigest() throws -> String {
    let plan = computer.extractor.plan
    let words = zip(plan.keys, plan.nodes).map { "\($0)=\($1)\n" }.joined()
    return ContentDigest.of(try JSONText.sorted(plan.graph) + words)
  }

  private func weightsDigest() throws -> String {
    var digest = ContentDigest()
    for entry in computer.extractor.neededTensors {
      var tensor = entry.tensor
      if computer.extractor.device != .cpu { tensor = try tensor.detach().to(device: "cpu") }
      let array = try tensor.dense().hostArray()
      digest.add(Array("\(entry.key) \(array)\n".utf8))
      digest.add(array.bytes)
    }
    return digest.finish()
  }
}
