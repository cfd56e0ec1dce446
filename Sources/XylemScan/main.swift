internal import Foundation
internal import XylemPlugins
internal import XylemTensor

exit(ScanProcess.main(Array(OwnProcess.arguments.dropFirst())))
