internal import Foundation
internal import XylemPlugins
internal import XylemRuntime

exit(ScanProcess.main(Array(OwnProcess.arguments.dropFirst())))
