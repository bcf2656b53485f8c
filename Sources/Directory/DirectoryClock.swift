internal import Glibc

/// Where the directory gets the time from.
public struct DirectoryClock: Sendable {
    /// Seconds since 1970.
    public var wallSeconds: @Sendable () -> Int64
    /// Seconds that never go back.
    public var monotonicSeconds: @Sendable () -> Int64

    /// From two sources.
    public init(
        wallSeconds: @escaping @Sendable () -> Int64, monotonicSeconds: @escaping @Sendable () -> Int64
    ) {
        self.wallSeconds = wallSeconds
        self.monotonicSeconds = monotonicSeconds
    }

    /// The machine's clocks.
    public static let system = DirectoryClock(
        wallSeconds: { seconds(CLOCK_REALTIME) }, monotonicSeconds: { seconds(CLOCK_MONOTONIC) })

    private static func seconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec)
    }

    /// How many cores there are.
    static var cores: Int { max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))) }
}
