internal import Foundation

/// Programs that look at what tests make with others' eyes: `bash .ci/deps.sh checkers` installs them.
package enum Checkers {
  /// Whether a checker that is missing is a failure and no reason to skip a test: in continuous integration.
  package static let areRequired = ProcessInfo.processInfo.environment["XYLEM_REQUIRE_CHECKERS"] == "1"

  /// The Python that `.ci/fetch-checkers.sh` makes, or that XYLEM_CHECKER_PYTHON names.
  package static let pythonPath: String = {
    let environment = ProcessInfo.processInfo.environment
    if let path = environment["XYLEM_CHECKER_PYTHON"] { return path }
    let cache = environment["XDG_CACHE_HOME"] ?? NSHomeDirectory() + "/.cache"
    return cache + "/xylem/checkers/bin/python"
  }()

  /// Whether Arrow files can be read by pyarrow.
  package static let hasArrow = (try? run(pythonPath, ["-c", "import pyarrow"]).status) == 0

  /// The output of a Python program of the checkers.
  ///
  /// - Throws: ``CheckerFailure`` with its errors if it fails.
  package static func python(_ program: String, _ arguments: [String] = []) throws -> String {
    let result = try run(pythonPath, ["-c", program] + arguments)
    guard result.status == 0 else { throw CheckerFailure(description: result.errors) }
    return result.output
  }

  /// Whether JSON can be validated.
  package static let hasJSONSchema = (try? run("/usr/bin/python3", ["-c", "import jsonschema"]).status) == 0

  /// Whether XML can be validated.
  package static let hasXMLSchema = FileManager.default.isExecutableFile(atPath: "/usr/bin/xmllint")

  /// Whether ONNX files can be judged by ONNX's own checker and ONNX Runtime.
  package static let hasONNX = (try? run(pythonPath, ["-c", "import onnx, onnxruntime, safetensors"]).status) == 0

  /// What is wrong with an ONNX file, by ONNX's own checker and by ONNX Runtime: each output's name and its largest
  /// difference from the expected value, relative to that value's largest element, where it is above 1e-4.
  ///
  /// - Parameters:
  ///   - inputs: a safetensors file with the inputs, by name.
  ///   - outputs: a safetensors file with the expected outputs, by name.
  package static func onnxFaults(_ model: String, inputs: String, outputs: String) throws -> [String] {
    let result = try run(pythonPath, ["-c", onnxJudge, model, inputs, outputs])
    guard result.status == 0 else { return [result.errors] }
    return result.output.split(separator: "\n").map(String.init)
  }

  private static let onnxJudge = """
    import sys, numpy, onnx, onnxruntime
    from safetensors.numpy import load_file
    model, inputs, outputs = sys.argv[1:4]
    onnx.checker.check_model(model, full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    given, expected = load_file(inputs), load_file(outputs)
    names = [output.name for output in session.get_outputs()]
    found = dict(zip(names, session.run(None, {i.name: given[i.name] for i in session.get_inputs()})))
    for name in sorted(set(found) ^ set(expected)):
        print(name, "is only in one of them")
    for name in sorted(set(found) & set(expected)):
        a, b = expected[name], found[name]
        if a.shape != b.shape or a.dtype != b.dtype:
            print(name, a.shape, a.dtype, b.shape, b.dtype)
        elif a.size:
            scale = max(abs(a.astype(float)).max(), 1e-30)
            difference = abs(a.astype(float) - b.astype(float)).max() / scale
            if not difference < 1e-4:
                print(name, difference)
    """

  /// What is wrong with documents by a JSON Schema, each fault with the document's name and the place in it.
  package static func faults(of documents: [String: String], schema: String) throws -> [String] {
    let input = try JSONSerialization.data(withJSONObject: ["schema": schema, "documents": documents])
    let result = try run("/usr/bin/python3", ["-c", Self.validator], input: input)
    guard result.status == 0 else { throw CheckerFailure(description: result.errors) }
    return result.output.split(separator: "\n").map(String.init)
  }

  /// What is wrong with XML by a schema; empty where nothing is.
  package static func xmlFaults(_ document: String, schema: String) throws -> String {
    let result = try run("/usr/bin/xmllint", ["--noout", "--schema", schema, "-"], input: Data(document.utf8))
    return result.status == 0 ? "" : result.errors
  }

  private static let validator = """
    import json, sys, jsonschema
    given = json.load(sys.stdin)
    schema = json.load(open(given["schema"]))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for name, text in sorted(given["documents"].items()):
        for fault in sorted(validator.iter_errors(json.loads(text)), key=lambda e: list(map(str, e.absolute_path))):
            print(name, "/".join(map(str, fault.absolute_path)), fault.message[:300].replace("\\n", " "))
    """

  /// Runs a program to its end. Its output and its errors are read before it is waited for.
  private static func run(
    _ program: String, _ arguments: [String], input: Data = Data()
  ) throws -> (status: Int32, output: String, errors: String) {
    // Through files: a program that reads and writes at once over pipes can wait for itself.
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("xylem-check-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = ["in", "out", "err"].map { folder.appendingPathComponent($0) }
    for file in files { try (file == files[0] ? input : Data()).write(to: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardInput = try FileHandle(forReadingFrom: files[0])
    process.standardOutput = try FileHandle(forWritingTo: files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    try process.run()
    process.waitUntilExit()
    func text(_ file: URL) throws -> String { String(decoding: try Data(contentsOf: file), as: UTF8.self) }
    return (process.terminationStatus, try text(files[1]), try text(files[2]))
  }
}

/// A checker that did not do its work.
package struct CheckerFailure: Error, CustomStringConvertible {
  package let description: String
}
