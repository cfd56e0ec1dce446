/// A program's text, twice: as it is, and with every value kept as it comes up.
extension RandomProgram {
  /// The classes' source.
  ///
  /// - Parameter keepsValues: whether forward returns every value instead of its own results.
  func source(keepsValues: Bool) -> String {
    types.indices.map { source(of: $0, keepsValues) }.joined(separator: "\n")
  }

  private func source(of index: Int, _ keepsValues: Bool) -> String {
    let type = types[index]
    let isRoot = index == types.count - 1
    let keeps = keepsValues && !type.isLeaf
    var lines = ["class \(type.name)(Module):"]
    lines.append("  __parameters__ = [" + type.parameters.map { "\"\($0)\", " }.joined() + "]")
    lines.append("  __buffers__ = [" + type.buffers.map { "\"\($0)\", " }.joined() + "]")
    lines.append("  training : bool")
    lines += (type.parameters + type.buffers).map { "  \($0) : Tensor" }
    lines += type.counters.map { "  \($0) : int" }
    lines += type.children.map { "  \($0.name) : __torch__.\(types[$0.type].name)" }
    let result = type.results.count == 1 ? "Tensor" : tuple(type.results.map { _ in "Tensor" }, "Tuple[", "]")
    let log = keeps && !isRoot ? ", log: List[Tensor]" : ""
    let arguments = type.arguments.map { ", \($0): Tensor" }.joined()
    lines.append("  def forward(self\(arguments)\(log)) -> \(keeps && isRoot ? "List[Tensor]" : result):")
    if keepsValues && (isRoot || type.isLeaf) { lines.append("    log = annotate(List[Tensor], [])") }
    lines += type.body.flatMap { self.lines($0, keeps, keepsValues, "    ") }
    let names = type.results.map(\.name)
    if keeps && isRoot {
      lines += names.map { "    log.append(torch.clone(\($0)))" } + ["    return log"]
    } else {
      lines.append("    return " + (names.count == 1 ? names[0] : tuple(names, "(", ")")))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func tuple(_ parts: [String], _ open: String, _ close: String) -> String {
    open + parts.joined(separator: ", ") + close
  }

  private func lines(_ statement: Statement, _ keeps: Bool, _ hasLog: Bool, _ indent: String) -> [String] {
    func keep(_ expressions: [String]) -> [String] {
      keeps ? expressions.map { "\(indent)log.append(\($0))" } : []
    }
    func block(_ statements: [Statement]) -> [String] {
      let inner = statements.flatMap { lines($0, keeps, hasLog, indent + "  ") }
      return inner.isEmpty ? [indent + "  pass"] : inner
    }
    switch statement {
    case .step(let step): return keep(step.before) + [indent + step.source] + keep(step.after)
    case .call(let call):
      let log = hasLog && !types[call.type].isLeaf ? ["log"] : []
      let expression = "self.\(call.child).forward(" + (call.arguments + log).joined(separator: ", ") + ")"
      guard keeps || call.isUsed else { return [indent + expression] }
      return [indent + call.results.joined(separator: ", ") + " = " + expression]
        + keep(call.results.map { "torch.clone(\($0))" })
    case .loop(let header, _, let body): return [indent + header] + block(body)
    case .training(let then, let otherwise):
      return [indent + "if self.training:"] + block(then) + (otherwise.isEmpty ? [] : [indent + "else:"])
        + (otherwise.isEmpty ? [] : block(otherwise))
    }
  }
}
