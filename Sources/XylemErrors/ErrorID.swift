/// Stable identifiers of all errors, in the form `area.kebab-case`. Scripts may match on an identifier; it is never
/// reused for another meaning.
public enum ErrorID: String, Sendable, Hashable, CaseIterable {
  // Files of every kind.
  case fileNotFound = "file.not-found"
  case fileUnreadable = "file.unreadable"
  case fileUnwritable = "file.unwritable"
  case fileMalformed = "file.malformed"
  case fileUnsupported = "file.unsupported"

  // Archives: of TorchScript and of torch.export.
  case archiveNotZip = "archive.not-zip"
  case archiveTruncated = "archive.truncated"
  case archiveNoCode = "archive.no-code"
  case archiveStateDict = "archive.state-dict"
  case archiveUnreadable = "archive.unreadable"
  case archiveFileOperator = "archive.file-operator"
  // Archives of torch.export.
  case archiveSchema = "archive.schema"
  case archiveByteOrder = "archive.byte-order"
  case archiveNoModel = "archive.no-model"
  case archiveCompiled = "archive.compiled"
  case archivePickled = "archive.pickled"
  case archiveBadTensor = "archive.bad-tensor"
  case archiveNoMode = "archive.no-mode"
  case archiveModesDiffer = "archive.modes-differ"

  // Images.
  case imageUndecodable = "image.undecodable"
  case imageTooSmall = "image.too-small"
  case imageInvalidTransform = "image.invalid-transform"

  // The tensor runtime.
  case runtimeNotFound = "runtime.not-found"
  case runtimeUnloadable = "runtime.unloadable"
  case runtimeNotInstalled = "runtime.not-installed"
  case runtimeABI = "runtime.abi"
  case runtimeOperator = "runtime.operator"
  case runtimeUnknownOperator = "runtime.unknown-operator"
  case runtimeMissingKernel = "runtime.missing-kernel"
  case runtimeTensor = "runtime.tensor"
  case runtimeCrashed = "runtime.crashed"
  case runtimeOverloaded = "runtime.overloaded"
  case runtimeDevice = "runtime.device"

  // Compiled engines.
  case engineNotFound = "engine.not-found"
  case engineUnloadable = "engine.unloadable"
  case engineFailed = "engine.failed"

  // Plugins: files and loading.
  case pluginNotAPlugin = "plugin.not-a-plugin"
  case pluginNoteMalformed = "plugin.note-malformed"
  case pluginDependencyMissing = "plugin.dependency-missing"
  case pluginDependencyConflict = "plugin.dependency-conflict"
  case pluginDigestMismatch = "plugin.digest-mismatch"
  case pluginNotPinned = "plugin.not-pinned"
  case pluginABITooNew = "plugin.abi-too-new"
  case pluginScanCrashed = "plugin.scan-crashed"
  case pluginScanTimedOut = "plugin.scan-timed-out"
  case pluginScannerNotFound = "plugin.scanner-not-found"
  case pluginUnloadable = "plugin.unloadable"
  case pluginMissingSymbol = "plugin.missing-symbol"
  case pluginWrongMagic = "plugin.wrong-magic"
  case pluginShortStruct = "plugin.short-struct"
  case pluginOpenFailed = "plugin.open-failed"
  case pluginMismatch = "plugin.mismatch"
  case pluginDuplicateName = "plugin.duplicate-name"
  // Plugins: their leaves.
  case pluginSignature = "plugin.signature"
  case pluginSymbolNotFound = "plugin.symbol-not-found"
  case pluginAsserted = "plugin.asserted"
  case pluginArgument = "plugin.argument"
  case pluginResult = "plugin.result"
  case pluginCallFailed = "plugin.call-failed"
  case pluginNoBackward = "plugin.no-backward"
  case pluginNotLoaded = "plugin.not-loaded"
  case pluginChanged = "plugin.changed"
  // Plugins: what `xylem plugin check` finds.
  case pluginCrashed = "plugin.crashed"
  case pluginTimedOut = "plugin.timed-out"
  case pluginWritesInput = "plugin.writes-input"
  case pluginNotDeterministic = "plugin.not-deterministic"
  case pluginModeMismatch = "plugin.mode-mismatch"
  case pluginPrints = "plugin.prints"
  case pluginUnknownExtension = "plugin.unknown-extension"
  case pluginLeaks = "plugin.leaks"

  // Graphs.
  case graphInvalid = "graph.invalid"
  case graphUnreadable = "graph.unreadable"

  // Tracing.
  case traceControlFlow = "trace.control-flow"
  case traceConcreteValue = "trace.concrete-value"
  case traceRaised = "trace.raised"
  case traceUnsupported = "trace.unsupported"
  case traceRecursion = "trace.recursion"
  case traceUnknownArgument = "trace.unknown-argument"
  case traceArgument = "trace.argument"
  case traceNoForward = "trace.no-forward"
  case traceShape = "trace.shape"
  case traceLimit = "trace.limit"
  case traceFileOperator = "trace.file-operator"

  // Models written in Swift.
  case modelUnregistered = "model.unregistered"
  case modelCycle = "model.cycle"
  case modelDuplicateKey = "model.duplicate-key"
  case modelState = "model.state"
  case modelArgument = "model.argument"
  case modelRequirement = "model.requirement"
  case modelRecursion = "model.recursion"
  case modelUnknownPath = "model.unknown-path"

  // Detection.
  case detectionBoxes = "detection.boxes"
  case detectionImages = "detection.images"
  case detectionTarget = "detection.target"
  case detectionFeatures = "detection.features"
  case detectionMode = "detection.mode"
  case detectionKernels = "detection.kernels"

  // Training.
  case trainingArgument = "training.argument"
  case trainingNotFinite = "training.not-finite"
  case trainingState = "training.state"
  case trainingItem = "training.item"

  // Extraction.
  case extractUnknownNode = "extract.unknown-node"
  case extractDuplicateKey = "extract.duplicate-key"
  case extractNothingRequested = "extract.nothing-requested"
  case extractInput = "extract.input"
  case extractExecution = "extract.execution"
  case extractGuard = "extract.guard"
  case extractUnaddressable = "extract.unaddressable"
  case extractUnreadable = "extract.unreadable"
  case extractUnsavable = "extract.unsavable"
  case extractState = "extract.state"
  case extractNoTensor = "extract.no-tensor"
  case extractFileOperator = "extract.file-operator"
  case extractStart = "extract.start"
  case extractReplacement = "extract.replacement"

  // Datasets.
  case datasetInput = "dataset.input"
  case datasetFeature = "dataset.feature"
  case datasetShape = "dataset.shape"
  case datasetOtherRun = "dataset.other-run"
  case datasetTooManyErrors = "dataset.too-many-errors"
  case datasetDamaged = "dataset.damaged"

  // Configurations.
  case configMalformed = "config.malformed"
  case configUnknownKey = "config.unknown-key"

  // Differences between traces.
  case diffUnknownFinding = "diff.unknown-finding"
  case diffUnreadable = "diff.unreadable"

  // The command line.
  case usage = "usage"
  case commandFailed = "command.failed"
}
