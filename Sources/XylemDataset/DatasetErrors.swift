internal import XylemErrors
internal import XylemFiles

/// The messages of this module's errors.
enum DatasetErrors {
  // MARK: Inputs

  static func emptyPath() -> XylemError { XylemError(.datasetInput, "the name of an input is empty") }

  static func noInputs(_ places: [String], passedOver: Int) -> XylemError {
    let names = places.prefix(3).map { "'\($0)'" }.joined(separator: ", ") + (places.count > 3 ? ", …" : "")
    let others = passedOver == 0 ? "" : "; \(passedOver) other \(passedOver == 1 ? "file is" : "files are") there"
    return XylemError(
      .datasetInput, places.isEmpty ? "there are no inputs" : "there are no images in \(names)\(others)",
      cause: Reason(
        "images are files that end in " + ImageNames.endings.sorted().map { "." + $0 }.joined(separator: ", ")))
  }

  static func noMatch(_ pattern: String) -> XylemError {
    XylemError(.datasetInput, "no file matches the pattern '\(pattern)'")
  }

  static func notAFile(_ path: String) -> XylemError {
    XylemError(.datasetInput, "this is not a file and not a folder", at: .init(file: path))
  }

  static func parquet(_ path: String) -> XylemError {
    XylemError(
      .fileUnsupported, "Parquet files can't be read yet; inputs are folders, images, lists and tar files",
      at: .init(file: path), remedies: ["write the images to a tar file, or to a folder"])
  }

  static func badLine(_ number: Int, of path: String, _ reason: String) -> XylemError {
    XylemError(
      .datasetInput, "line \(number) of the list can't be used: \(reason)", at: .init(file: path),
      remedies: ["write a path, or {\"id\": \"1\", \"path\": \"cat.jpg\"}, on each line"])
  }

  static func inputTooLarge(_ path: String, limit: Int) -> XylemError {
    XylemError(.fileUnsupported, "the image file has more than \(limit) bytes", at: .init(file: path))
  }

  static func compressedTar(_ path: String, program: String) -> XylemError {
    XylemError(
      .fileUnsupported, "the tar file is compressed with \(program): its members can't be read by position",
      at: .init(file: path), remedies: ["\(program) -d \(shellWord(path))  # decompresses it"])
  }

  static func truncatedTar(_ path: String, at offset: Int, _ reason: String) -> XylemError {
    XylemError(
      .fileMalformed, "the tar file is truncated at byte \(offset): \(reason)", at: .init(file: path),
      remedies: ["copy or download the file again"])
  }

  static func damagedTar(_ path: String, at offset: Int) -> XylemError {
    XylemError(
      .fileMalformed, "the tar file is damaged, or not a tar file: there is no header at byte \(offset)",
      at: .init(file: path), remedies: ["copy or download the file again"])
  }

  static func tarChanged(_ path: String) -> XylemError {
    XylemError(.datasetInput, "the tar file has changed while it was read", at: .init(file: path))
  }

  // MARK: Rows

  static func otherShape(_ shape: [Int], than wanted: [Int]) -> XylemError {
    XylemError(
      .datasetShape, "the prepared image has the shape \(shape), and others have \(wanted)")
  }

  static func otherFeatureShape(_ key: String, _ shape: [Int], than wanted: [Int]) -> XylemError {
    XylemError(
      .datasetShape, "'\(key)' has the shape \(shape) for this image, and \(wanted) for others")
  }

  // MARK: Workers

  static func noColumn(_ name: String, _ names: [String]) -> XylemError {
    XylemError(
      .datasetInput, "the stream has no column '\(name.printable)'",
      cause: Reason(
        names.isEmpty ? "it has no columns" : "it has " + names.prefix(8).map(\.printable).joined(separator: ", ")),
      remedies: nearMisses(of: name, among: names, limit: 1).map { "--column \(shellWord($0))" })
  }

  static func columnType(_ name: String, _ reason: String) -> XylemError {
    XylemError(
      .datasetInput, "the column '\(name.printable)' has no images and no tensors: \(reason)",
      cause: Reason("images are byte strings, and tensors are lists with their shape in the note 'shape'"))
  }

  static func columnTaken(_ name: String) -> XylemError {
    XylemError(
      .datasetInput, "the stream has a column '\(name)', which is the name of the column of errors",
      remedies: ["give that column another name"])
  }

  static func workerNeedsCrop() -> XylemError {
    XylemError(
      .datasetInput, "a worker needs images of one size", remedies: ["--crop 224  # gives all images one size"])
  }

  static func nullInput(_ name: String) -> XylemError {
    XylemError(.datasetInput, "the row has no input: '\(name.printable)' is null")
  }

  static func otherCount(_ count: Int, _ shape: [Int]) -> XylemError {
    XylemError(.datasetShape, "the tensor has \(count) elements, and the shape \(shape) needs \(shape.reduce(1, *))")
  }

  // MARK: Features

  static func notRows(_ key: String, _ shape: [Int], batch: Int) -> XylemError {
    XylemError(
      .datasetFeature,
      "'\(key)' does not have a row for each image: for \(batch) images its shape is \(shape)",
      remedies: ["request another node for '\(key)'"])
  }

  static func mixesRows(_ key: String) -> XylemError {
    XylemError(
      .datasetFeature,
      "the rows of '\(key)' do not belong to one image each: in another order of the images they change",
      remedies: ["request another node for '\(key)'"])
  }

  static func unsuitable(_ key: String, _ reason: String) -> XylemError {
    XylemError(.datasetFeature, "'\(key)' can't be stored for each image: \(reason)")
  }

  static func badReduction(_ reduction: Reduction, _ key: String, _ shape: [Int]) -> XylemError {
    XylemError(
      .datasetFeature, "'\(key)' can't be reduced by \(reduction.rawValue): its rows have the shape \(shape)",
      cause: Reason(reduction.needs), remedies: ["--reduce \(shellWord(key))=flatten"])
  }

  static func unknownReduction(_ key: String, _ keys: [String]) -> XylemError {
    XylemError(
      .datasetFeature, "a reduction is given for '\(key)', which is not a feature",
      remedies: nearMisses(of: key, among: keys, limit: 1).map { "use '\($0)'" }
        + ["the features are \(keys.joined(separator: ", "))"])
  }

  static func manyInputs(_ names: [String]) -> XylemError {
    XylemError(
      .datasetFeature,
      names.isEmpty
        ? "the model takes no input for images"
        : "the model takes more than images: it needs \(names.joined(separator: ", "))")
  }

  static func takesLists(_ name: String) -> XylemError {
    XylemError(
      .datasetFeature, "the model takes a list of images in '\(name)', and a run gives a batch",
      remedies: ["compute the features of a list with 'xylem extract'"])
  }

  static func keyAsName(_ key: String, taken: Bool) -> XylemError {
    XylemError(
      .datasetFeature,
      taken
        ? "'\(key)' can't be the name of a folder beside others of the run" : "'\(key)' can't be the name of a folder",
      remedies: ["give the feature another key, as in --return NODE=embedding"])
  }

  static func keyAsColumn(_ key: String) -> XylemError {
    XylemError(
      .datasetFeature, "'\(key)' can't be the name of a column: the rows' labels have it",
      remedies: ["give the feature another key, as in --return NODE=embedding"])
  }

  static func tooManyElements(_ key: String) -> XylemError {
    unsuitable(key, "lists of Arrow files have fewer than 2³¹ elements")
  }

  static func typeNotHeld(_ key: String, _ type: DType, format: String) -> XylemError {
    XylemError(
      .datasetFeature, "\(format) files can't hold '\(key)', which is \(type.rawValue)",
      remedies: ["--dtype f32", "--format safetensors"])
  }

  // MARK: Runs

  static func option(_ message: String) -> XylemError { XylemError(.datasetInput, message) }

  static func otherRun(_ folder: String, _ differences: [String]) -> XylemError {
    XylemError(
      .datasetOtherRun, "the folder has another run: " + differences.prefix(3).joined(separator: "; "),
      at: .init(file: folder),
      cause: differences.count > 3 ? Reason("\(differences.count - 3) more parts differ") : nil,
      remedies: ["give another folder, or remove this one with all its features"])
  }

  static func notARun(_ folder: String, _ example: String) -> XylemError {
    XylemError(
      .datasetOtherRun, "the folder has other files, such as '\(example)', and no run", at: .init(file: folder),
      remedies: ["give a new or empty folder"])
  }

  static func damaged(_ path: String, _ reason: String) -> XylemError {
    XylemError(
      .datasetDamaged, "the run's own file can't be read: \(reason)", at: .init(file: path),
      remedies: ["give another folder"])
  }

  static func tooManyErrors(_ failed: Int, of count: Int, _ example: RowFailure?, id: String?) -> XylemError {
    XylemError(
      .datasetTooManyErrors, "\(failed) of \(count) inputs failed, which is more than allowed",
      at: .init(file: id), cause: example.map { Reason("\($0.message) (\($0.id))") },
      remedies: ["--max-errors \(max(failed * 2, 1))", "--max-errors 100%"])
  }

  static func nothingSucceeded(_ count: Int, _ example: RowFailure?, id: String?) -> XylemError {
    XylemError(
      .datasetTooManyErrors, "all \(count) inputs failed", at: .init(file: id),
      cause: example.map { Reason("\($0.message) (\($0.id))") })
  }

  static func incomplete(_ folder: String) -> XylemError {
    XylemError(
      .datasetDamaged, "files of the run have disappeared while it went on", at: .init(file: folder),
      remedies: ["run the command again: it goes on behind what is there"])
  }

  static func enginePartsDiffer(_ folder: String) -> XylemError {
    XylemError(
      .datasetOtherRun,
      "the engine can't compute the parts of the model that it computed when the run began", at: .init(file: folder),
      cause: Reason("the engine or the machine is another one, so that features would differ in their last bits"),
      remedies: ["give another folder"])
  }
}
