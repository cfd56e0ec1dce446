import Testing
import XylemTestSupport

/// The tests that need libtorch, one after another: threads and random state belong to the process.
@Suite(.serialized, .needsRuntime) struct RuntimeTests {}
