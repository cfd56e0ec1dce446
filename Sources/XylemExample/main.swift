import XylemCommand
import XylemNN

// All commands of xylem, for your own model: xylem-example nodes digits
await XylemCommandLine.main(models: [
  ModelDefinition("digits", "a small classifier of handwritten digits", inputShape: [1, 1, 28, 28]) { Digits() }
])
