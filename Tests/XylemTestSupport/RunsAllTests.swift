internal import Foundation

/// Whether tests run in their long form, as `make test-all` runs them: on every model, and not on one of each kind.
package let runsAllTests = ProcessInfo.processInfo.environment["XYLEM_TEST_ALL"] != nil
