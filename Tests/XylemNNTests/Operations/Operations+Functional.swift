import XylemNN
import XylemRuntime

extension Operations {
  static func functional() -> OperationTable {
    var t: OperationTable = [:]
    t["F.dropout(a, 0.5)"] = { try Functional.dropout($0.a, p: 0.5) }
    t["F.dropout(a, 0.5, training=False)"] = { try Functional.dropout($0.a, p: 0.5, training: false) }
    return t
  }
}
