internal import Foundation
internal import XylemPlugins

exit(ScanProcess.main(Array(CommandLine.arguments.dropFirst())))
