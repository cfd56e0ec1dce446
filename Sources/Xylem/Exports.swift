@_exported public import XylemErrors
@_exported public import XylemExtract
@_exported public import XylemGraph
@_exported public import XylemImage
@_exported public import XylemModels
@_exported public import XylemNN
@_exported public import XylemRuntime
@_exported public import XylemTrace
