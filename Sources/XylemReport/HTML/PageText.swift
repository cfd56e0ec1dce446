internal import XylemGraph

/// The parts of every page: its head, and escaped strings.
enum PageText {
  /// A self-contained page: no other files, no network.
  ///
  /// - Parameters:
  ///   - title: the title, not escaped.
  ///   - body: the markup.
  ///   - data: the data of the script.
  ///   - script: the page's own script, which follows the shared script.
  static func page(title: String, body: String, data: JSONValue, script: String) -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
    <link rel="icon" href="data:,">
    <title>\(html(title))</title>
    <style>
    \(PageStyle.text)
    </style>
    </head>
    <body>
    \(body)
    <div id="said" role="status" aria-live="polite"></div>
    <script type="application/json" id="data">\(data.scriptText)</script>
    <script>
    \(PageScript.shared)
    \(script)
    </script>
    </body>
    </html>

    """
  }

  /// The operation of a node in words.
  static func operation(_ node: Node) -> String {
    let kind =
      switch node.operation {
      case .leafModule: "leaf module"
      case .leafFunction: "leaf function"
      case .getItem: "item"
      case .getField: "field"
      case .setAttribute: "set attribute"
      default: node.operation.kind.rawValue
      }
    let target = node.operation.target
    return target.isEmpty ? kind : "\(kind) \(target)"
  }

  /// The operation in one word, for a box of a drawing. Text of the model's own, as of a check, is left out.
  static func shortOperation(_ node: Node) -> String {
    let words = operation(node).split(separator: " ")
    guard words.count <= 3, let last = words.last else { return String(words.first ?? "") }
    // `aten::add.Tensor` is an overload of `add`.
    guard let colons = last.ranges(of: "::").last else { return lastPart(String(last)) }
    return String(last[colons.upperBound...].prefix { $0 != "." })
  }

  /// The last part of a qualified name: `relu` of `aten::relu`, `conv1` of `layer1.0.conv1`.
  static func lastPart(_ name: String) -> String {
    String(name.split { $0 == "." || $0 == ":" || $0 == " " }.last ?? "")
  }

  /// The keyboard shortcuts of a page, in a dialog.
  static func help(_ keys: [(keys: String, does: String)]) -> String {
    let rows = keys.map { "<dt>\(html($0.keys))</dt><dd>\(html($0.does))</dd>" }
    return """
      <dialog id="help" aria-label="Keys">
      <h2>Keys</h2>
      <dl>\(rows.joined())</dl>
      <form method="dialog"><button>Close</button></form>
      </dialog>
      """
  }

  /// Escapes a string for HTML, also within an attribute's quotation marks.
  static func html(_ text: String, keepsLines: Bool = false) -> String {
    let safe =
      keepsLines
      ? text.split(separator: "\n", omittingEmptySubsequences: false).map { printable(String($0)) }.joined(
        separator: "\n")
      : printable(text)
    var out = ""
    for character in safe {
      switch character {
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "&": out += "&amp;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      default: out.append(character)
      }
    }
    return out
  }
}
