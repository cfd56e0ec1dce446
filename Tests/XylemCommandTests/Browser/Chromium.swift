import Foundation
import Glibc

/// A headless Chromium that is driven over pipes by the DevTools protocol: commands go to its file descriptor 3, answers and events come
/// from 4, each a line of JSON that ends in a zero byte.
final class Chromium {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Chromium's file, where it is installed.
  static let executable: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":") + ["/usr/bin"]
    for name in ["chromium", "chromium-browser", "google-chrome"] {
      for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") {
        return "\(folder)/\(name)"
      }
    }
    return nil
  }()

  /// How long an answer may take.
  private static let patience = 60.0

  private var process: pid_t = 0
  private let commands: Int32
  private let answers: Int32
  private let profile: String
  private var buffer: [UInt8] = []
  private var lastID = 0
  private var session: String?
  /// Events that came and that nobody asked for yet.
  private(set) var events: [(method: String, parameters: [String: Any])] = []

  /// Starts a browser with an empty page.
  init() throws {
    guard let executable = Self.executable else { throw Failure(description: "Chromium is not installed") }
    profile = NSTemporaryDirectory() + "xylem-chromium-\(UUID().uuidString)"
    var (toBrowser, fromBrowser): ([Int32], [Int32]) = ([0, 0], [0, 0])
    guard pipe(&toBrowser) == 0, pipe(&fromBrowser) == 0 else { throw Failure(description: "no pipes") }
    for descriptor in toBrowser + fromBrowser { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    // High numbers, so that moving them to 3 and 4 overwrites neither.
    let (input, output) = (fcntl(toBrowser[0], F_DUPFD_CLOEXEC, 64), fcntl(fromBrowser[1], F_DUPFD_CLOEXEC, 64))
    close(toBrowser[0])
    close(fromBrowser[1])
    (commands, answers) = (toBrowser[1], fromBrowser[0])
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, 3)
    posix_spawn_file_actions_adddup2(&actions, output, 4)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    let words: [String] = [
      executable, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
      "--disable-background-networking", "--disable-extensions", "--remote-debugging-pipe",
      "--user-data-dir=" + profile, "about:blank",
    ]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    let status = posix_spawn(&process, executable, &actions, nil, arguments, environ)
    close(input)
    close(output)
    guard status == 0 else {
      throw Failure(description: "Chromium can't be started: \(String(cString: strerror(status)))")
    }
    let target = try send("Target.createTarget", ["url": "about:blank"])
    let attached = try send("Target.attachToTarget", ["targetId": target["targetId"] ?? "", "flatten": true])
    session = attached["sessionId"] as? String
    for domain in ["Page", "Runtime", "Log", "Network"] { try send(domain + ".enable") }
  }

  deinit {
    close(commands)
    close(answers)
    if process > 0 {
      kill(process, SIGKILL)
      var status: Int32 = 0
      waitpid(process, &status, 0)
    }
    try? FileManager.default.removeItem(atPath: profile)
  }

  // MARK: - The protocol

  /// Sends a command, and waits for its answer.
  @discardableResult
  func send(_ method: String, _ parameters: [String: Any] = [:]) throws -> [String: Any] {
    lastID += 1
    var message: [String: Any] = ["id": lastID, "method": method, "params": parameters]
    if let session { message["sessionId"] = session }
    var bytes = [UInt8](try JSONSerialization.data(withJSONObject: message)) + [0]
    while !bytes.isEmpty {
      let count = write(commands, bytes, bytes.count)
      guard count > 0 else { throw Failure(description: "Chromium is gone: \(method) can't be sent") }
      bytes.removeFirst(count)
    }
    let deadline = Date(timeIntervalSinceNow: Self.patience)
    while true {
      let answer = try receive(by: deadline, for: method)
      guard answer["id"] as? Int == lastID else {
        keep(answer)
        continue
      }
      if let error = answer["error"] as? [String: Any] {
        throw Failure(description: "\(method): \(error["message"] ?? error)")
      }
      return answer["result"] as? [String: Any] ?? [:]
    }
  }

  /// Waits until an event has come.
  func wait(for method: String) throws {
    let deadline = Date(timeIntervalSinceNow: Self.patience)
    while !events.contains(where: { $0.method == method }) { keep(try receive(by: deadline, for: method)) }
  }

  private func keep(_ message: [String: Any]) {
    guard let method = message["method"] as? String else { return }
    events.append((method, message["params"] as? [String: Any] ?? [:]))
  }

  private func receive(by deadline: Date, for what: String) throws -> [String: Any] {
    while true {
      if let end = buffer.firstIndex(of: 0) {
        let data = Data(buffer[..<end])
        buffer.removeSubrange(...end)
        return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
      }
      let left = deadline.timeIntervalSinceNow
      guard left > 0 else { throw Failure(description: "Chromium did not answer in time: \(what)") }
      var poll = pollfd(fd: answers, events: Int16(POLLIN), revents: 0)
      guard Glibc.poll(&poll, 1, Int32(left * 1000) + 1) > 0 else { continue }
      var piece = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(answers, &piece, piece.count)
      guard count > 0 else { throw Failure(description: "Chromium is gone while waiting for \(what)") }
      buffer += piece[..<count]
    }
  }
}

// MARK: - A page

extension Chromium {
  /// Opens a file, and waits until it is loaded.
  func open(_ path: String) throws {
    try send("Page.navigate", ["url": "file://" + path])
    try wait(for: "Page.loadEventFired")
  }

  /// The value of an expression in the page, which may be a promise.
  @discardableResult
  func evaluate(_ expression: String) throws -> Any? {
    let answer = try send(
      "Runtime.evaluate",
      ["expression": expression, "returnByValue": true, "awaitPromise": true, "userGesture": true])
    if let details = answer["exceptionDetails"] as? [String: Any] {
      throw Failure(
        description: "\(expression): \((details["exception"] as? [String: Any])?["description"] ?? details)")
    }
    return (answer["result"] as? [String: Any])?["value"]
  }

  func text(_ expression: String) throws -> String { try evaluate(expression) as? String ?? "" }

  /// The clipboard, once it begins with a text, and at the latest after ten seconds: a page writes to it in its own time.
  func clipboard(expecting start: String) throws -> String {
    let literal = String(decoding: try JSONEncoder().encode(start), as: UTF8.self)
    return try text(
      """
      (async () => {
        let found = "";
        for (let i = 0; i < 200; i++) {
          found = await navigator.clipboard.readText();
          if (found.startsWith(\(literal))) break;
          await new Promise((done) => setTimeout(done, 50));
        }
        return found;
      })()
      """)
  }

  func number(_ expression: String) throws -> Int { (try evaluate(expression) as? NSNumber)?.intValue ?? -1 }

  func strings(_ expression: String) throws -> [String] { try evaluate(expression) as? [String] ?? [] }

  /// Presses a key and lets it go.
  func press(_ key: String) throws {
    let codes = ["Enter": 13, "Escape": 27, "Tab": 9]
    var event: [String: Any] = ["type": "keyDown", "key": key]
    if let code = codes[key] {
      event["windowsVirtualKeyCode"] = code
      event["code"] = key
      if key == "Enter" { event["text"] = "\r" }
    } else {
      event["text"] = key
    }
    try send("Input.dispatchKeyEvent", event)
    event["type"] = "keyUp"
    event["text"] = nil
    try send("Input.dispatchKeyEvent", event)
  }

  /// Types text into what has the focus.
  func type(_ text: String) throws { for character in text { try press(String(character)) } }

  /// Clicks the middle of the first element that a selector finds.
  func click(_ selector: String) throws {
    let quoted = String(decoding: try JSONSerialization.data(withJSONObject: [selector]), as: UTF8.self)
    let place = try evaluate(
      """
      (() => { const e = document.querySelector(\(quoted)[0]); if (!e) return null; e.scrollIntoView({ block: "center" });
        const r = e.getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2]; })()
      """)
    guard let point = place as? [NSNumber], point.count == 2 else {
      throw Failure(description: "the page has no '\(selector)'")
    }
    for type in ["mousePressed", "mouseReleased"] {
      try send(
        "Input.dispatchMouseEvent",
        ["type": type, "x": point[0], "y": point[1], "button": "left", "clickCount": 1])
    }
  }

  /// Writes what the page looks like where somebody wants to look at it: into the folder that XYLEM_SCREENSHOTS names.
  func screenshot(_ name: String) throws {
    guard let folder = ProcessInfo.processInfo.environment["XYLEM_SCREENSHOTS"] else { return }
    let answer = try send("Page.captureScreenshot", ["format": "png"])
    guard let data = (answer["data"] as? String).flatMap({ Data(base64Encoded: $0) }) else { return }
    try data.write(to: URL(fileURLWithPath: folder + "/" + name + ".png"))
  }

  /// What the page said to the console, the browser's own complaints about it, and every request but for files and data.
  var complaints: [String] {
    events.compactMap { event in
      switch event.method {
      case "Runtime.consoleAPICalled": return "console: \(event.parameters["args"] ?? "")"
      case "Runtime.exceptionThrown": return "exception: \(event.parameters["exceptionDetails"] ?? "")"
      case "Log.entryAdded": return "log: \((event.parameters["entry"] as? [String: Any])?["text"] ?? "")"
      case "Network.requestWillBeSent":
        let url = (event.parameters["request"] as? [String: Any])?["url"] as? String ?? ""
        return url.hasPrefix("file:") || url.hasPrefix("data:") ? nil : "request: \(url)"
      default: return nil
      }
    }
  }

  /// Roles of controls that have no name for those who can't see them.
  func namelessControls() throws -> [String] {
    let tree = try send("Accessibility.getFullAXTree")["nodes"] as? [[String: Any]] ?? []
    let roles: Set<String> = [
      "button", "searchbox", "textbox", "combobox", "checkbox", "link", "DisclosureTriangle", "image",
    ]
    return tree.compactMap { node in
      guard let role = (node["role"] as? [String: Any])?["value"] as? String, roles.contains(role),
        node["ignored"] as? Bool != true
      else { return nil }
      let name = (node["name"] as? [String: Any])?["value"] as? String ?? ""
      return name.isEmpty ? role : nil
    }
  }
}
