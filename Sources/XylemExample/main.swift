import XylemCommand
import XylemNN

// Every command of xylem, for a model of one's own: xylem-example nodes digits
await XylemCommandLine.main(models: [
  ModelDefinition("digits", "a small classifier of handwritten digits", inputShape: [1, 1, 28, 28]) { Digits() }
])
