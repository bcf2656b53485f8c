/// How large things may grow.
public struct StorageLimits: Sendable {
    /// A segment that has reached this is closed and the next one begun.
    public var segmentBytesMax: Int64 = 64 << 20
    /// Message octets taken into one group, at the most (one larger message makes a group of its own).
    public var groupBytesMax: Int64 = 16 << 20
    /// Transactions taken into one group, at the most.
    public var groupJobsMax = 256
    /// Confirmed deliveries whose rows may be hidden from readers who do not ask.
    public var hiddenMax = 512
    /// Copies and recipients elsewhere of those deliveries; what is more is left to the next group.
    public var hiddenCopiesMax = 4096
    /// How long they may be, in seconds.
    public var hiddenSecondsMax = 0.1
    /// How long they may be when somebody waits to be told of them: a flood of mail still shares its pages.
    public var awaitedSecondsMax = 0.005
    /// Octets of a message that wait in memory while it arrives; what is larger goes to a file.
    public var spoolMemoryMax = 256 << 10
    /// Connections and threads that read.
    public var readers = 4
    /// Pages of SQLite's write-ahead log after which it is copied into the database file.
    public var checkpointPages = 4000
    /// Seconds without a transaction after which it is copied when there is less.
    public var idleSeconds = 1.0
    /// Octets of SQLite's write-ahead log that are on the disk from the start: those up to `checkpointPages`, and those of the
    /// largest transaction behind them.
    public var reservedOctets: Int64 = 24 << 20
    /// A closed segment of which less than this share is alive is copied and unlinked.
    public var compactBelowLiveShare = 0.5

    /// The values that suit a machine of any size.
    public init() {}
}
