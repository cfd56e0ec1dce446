import Foundation
import XylemDiff
import XylemGraph
import XylemReport

/// What comparing traces and writing reports cost: medians of rounds, in milliseconds, and memory by the nodes.
///
/// Prints one line for each figure, with the most that it is meant to be.
func median(_ rounds: Int, _ body: () -> Void) -> Double {
  var times: [Double] = []
  for _ in 0..<rounds {
    let start = DispatchTime.now().uptimeNanoseconds
    body()
    times.append(Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6)
  }
  return times.sorted()[rounds / 2]
}

func line(_ what: String, _ value: Double, _ unit: String, _ limit: String) {
  print(what.padding(toLength: 56, withPad: " ", startingAt: 0) + String(format: "%9.1f %@   %@", value, unit, limit))
}

/// Memory of the process in use, in bytes.
func residentBytes() -> Double {
  let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
  return (text.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0)
    * Double(sysconf(Int32(_SC_PAGESIZE)))
}

/// Convolutions, normalisations and activations in blocks, as vision models have them; some constants are another one where asked.
func network(_ count: Int, changing every: Int?) -> Graph {
  var graph = Graph()
  var last = graph.append(.placeholder(Placeholder(name: "x", position: 0)), name: "x", inputs: [])
  let operations = ["conv2d", "batch_norm", "relu", "add", "max_pool2d"]
  for number in 0..<count {
    let path = "layer\(number / 500).\(number / 25 % 20)"
    let operation = operations[number % operations.count]
    let factor = every.map { number % $0 == 0 ? 2 : 1 } ?? 1
    last = graph.append(
      .operator(name: "aten::" + operation), name: "\(path).\(operation)_\(number)",
      inputs: [.node(last), .int(factor)],
      modulePath: path, location: SourceLocation(file: "net.py", line: number % 40))
  }
  graph.append(.output, name: "output", inputs: [.node(last)], type: "")
  return graph
}

func identical(_ count: Int) -> Graph {
  var graph = Graph()
  var last = graph.append(.placeholder(Placeholder(name: "x", position: 0)), name: "x", inputs: [])
  for number in 0..<count {
    last = graph.append(
      .operator(name: "aten::relu"), name: number == 0 ? "relu" : "relu_\(number)", inputs: [.node(last)])
  }
  graph.append(.output, name: "output", inputs: [.node(last)], type: "")
  return graph
}

func compare(_ train: Graph, _ eval: Graph) -> TraceDiff {
  TraceDiffer.diff(
    DiffSide(graph: train, label: "train", isTraining: true), DiffSide(graph: eval, label: "eval", isTraining: false),
    model: "net", today: (2026, 7, 1))
}

let plain = network(10_000, changing: nil)
let changed = network(10_000, changing: 1_000)
line("10,000 nodes, ten of them changed", median(20) { _ = compare(plain, changed) }, "ms", "< 100")
let same = identical(10_000)
line("10,000 identical nodes", median(20) { _ = compare(same, same) }, "ms", "< 2,000")
let shorter = identical(9_990)
line("10,000 identical nodes against 9,990", median(10) { _ = compare(same, shorter) }, "ms", "< 2,000")
let twice = (network(20_000, changing: nil), network(20_000, changing: 1_000))
line("20,000 nodes, twenty of them changed", median(10) { _ = compare(twice.0, twice.1) }, "ms", "")

let full = compare(plain, network(10_000, changing: 1))
print("\(full.findings.count) findings over \(full.rows.count) rows, written as")
let reports: [(String, any DiffReport)] = [
  ("text", DiffTextReport()), ("json", DiffJSONReport()), ("markdown", DiffMarkdownReport()),
  ("junit", DiffJUnitReport()),
  ("sarif", DiffSARIFReport()), ("html", DiffHTMLReport()),
]
for (name, report) in reports { line("  \(name)", median(5) { _ = report.render(full) }, "ms", "") }

for count in [1_000, 10_000, 100_000] {
  let graphs = (network(count, changing: nil), network(count, changing: 1_000))
  let before = residentBytes()
  let diff = compare(graphs.0, graphs.1)
  line("\(count) nodes: memory that a diff keeps, per node", (residentBytes() - before) / Double(count), "B ", "")
  precondition(diff.rows.count >= count, "a row for each node")
}
