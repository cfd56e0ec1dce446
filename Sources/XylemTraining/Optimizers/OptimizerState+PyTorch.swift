internal import XylemErrors
internal import XylemFiles
internal import XylemScript
internal import XylemTensor

extension Optimizer {
  /// Restores the state of PyTorch's optimizer of the same kind from a file of `torch.save`: of
  /// `optimizer.state_dict()`, or of a checkpoint that has it under a key.
  ///
  ///     let optimizer = try AdamW(model.parameters())
  ///     try optimizer.loadPyTorch("checkpoint.pth", key: "optimizer")
  ///
  /// The parameters are taken in order, as in PyTorch: those of the model, in the same groups. Options come from the
  /// file. Those that only choose an implementation, such as `fused`, have no effect. Nothing is changed if an error is
  /// thrown.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - key: the key of the state in a checkpoint. By default the only value that is one.
  /// - Throws: `training.state` if the file has no such state or several, or if kind, groups or shapes differ;
  ///   `file.not-found`, `file.unreadable`, `file.malformed`, `file.unsupported`.
  public func loadPyTorch(_ path: String, key: String? = nil) throws {
    do { try load(OptimizerState(pyTorch: path, key: key)) } catch var error as XylemError {
      if error.place.file == nil { error.place.file = path }
      throw error
    }
  }
}

extension OptimizerState {
  /// Reads the state of one of PyTorch's optimizers from a file of `torch.save`.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - key: the key of the state in a checkpoint. By default the only value that is one.
  /// - Throws: `training.state` if the file has no such state, or several; `file.not-found`, `file.unreadable`,
  ///   `file.malformed`, `file.unsupported`.
  public init(pyTorch path: String, key: String? = nil) throws {
    let saved = try Self.find(in: SavedObject(path), key)
    self.init(tensors: [:], groups: [])
    for group in saved["param_groups"]?.elements ?? [] { groups.append(try Self.group(group)) }
    for (position, own) in saved["state"]?.entries ?? [] {
      guard let position = position.integer else {
        throw TrainingErrors.state("a parameter of the optimizer's state has no number", "it is not of PyTorch")
      }
      for (name, value) in own.entries ?? [] {
        guard let name = name.text, !value.isNone else { continue }
        guard let tensor = try Self.tensor(value, "state.\(position).\(name)") else {
          throw TrainingErrors.state("'\(name)' of parameter \(position) is not a tensor")
        }
        tensors[position, default: [:]][name] = tensor
      }
    }
  }

  private static func isState(_ object: SavedObject) -> Bool {
    object["state"]?.entries != nil && object["param_groups"]?.elements != nil
  }

  /// The optimizer's state in a file: the whole, or one of its values.
  private static func find(in file: SavedObject, _ key: String?) throws(XylemError) -> SavedObject {
    if key == nil, isState(file) { return file }
    let found = (file.entries ?? []).compactMap { entry in
      entry.key.text.flatMap { isState(entry.value) ? (key: $0, state: entry.value) : nil }
    }
    if let key, let state = found.first(where: { $0.key == key })?.state { return state }
    if key == nil, found.count == 1 { return found[0].state }
    let names = found.map { "'\($0.key)'" }.joined(separator: ", ")
    throw TrainingErrors.state(
      key.map { "the file has no optimizer's state '\($0)'" }
        ?? (found.isEmpty ? "the file has no optimizer's state" : "the file has several optimizers' states"),
      found.isEmpty ? "a state has the keys 'state' and 'param_groups'" : "there are \(names)",
      remedies: found.prefix(2).map { "key: \"\($0.key)\"" }
        + (found.isEmpty ? ["torch.save(optimizer.state_dict(), \"optimizer.pt\")  # in Python"] : []))
  }

  /// A number of steps was an integer before PyTorch 1.12.
  private static func tensor(_ value: SavedObject, _ name: String) throws -> Tensor? {
    if let number = value.number { return try Tensor.full([], number, dtype: .float32) }
    return try value.tensor(named: name)
  }

  // MARK: - Options

  private enum Option: Encodable {
    case flag(Bool)
    case number(Double)
    case numbers([Double])

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .flag(let flag): try container.encode(flag)
      case .number(let number): try container.encode(number)
      case .numbers(let numbers): try container.encode(numbers)
      }
    }
  }

  private static func group(_ saved: SavedObject) throws -> Group {
    // Older versions have no such option.
    var options: [String: Option] = ["maximize": .flag(false)]
    var params: [Int] = []
    for (key, value) in saved.entries ?? [] {
      guard let key = key.text else { continue }
      if key == "params" {
        params = (value.elements ?? []).compactMap(\.integer)
      } else {
        options[key] = try option(value, key)
      }
    }
    do { return Group(params: params, options: try JSONText.sorted(options)) } catch {
      throw TrainingErrors.state("an option of the optimizer is not a finite number", "\(error)")
    }
  }

  /// An option that the optimizers of this package may have. Nil for others, such as None.
  private static func option(_ value: SavedObject, _ name: String) throws -> Option? {
    if let flag = value.flag { return .flag(flag) }
    if let number = value.number { return .number(number) }
    if let tensor = try value.tensor(named: "param_groups.\(name)") { return .number(try tensor.item()) }
    return value.elements.map { .numbers($0.compactMap(\.number)) }
  }
}
