import XylemCommand

await XylemCommandLine.main()
