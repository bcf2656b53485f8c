import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The time of a log line, `2026-11-21T06:12:03.123Z` (RFC 3339), in UTC.
///
/// The part up to the second is made once per second and kept.
final class LogTimestamp: Sendable {
    private struct Second {
        var number: Int = .min
        var text: [UInt8] = []
    }

    private let last = Mutex(Second())

    func append(seconds: Int, milliseconds: Int, to line: inout [UInt8]) {
        let text = last.withLock { last in
            if last.number != seconds {
                last.number = seconds
                last.text = LogTimestamp.text(seconds)
            }
            return last.text
        }
        line.append(contentsOf: text)
        line.append(UInt8(ascii: "."))
        LogTimestamp.append(milliseconds, digits: 3, to: &line)
        line.append(UInt8(ascii: "Z"))
    }

    /// The wall clock.
    static func now() -> (seconds: Int, milliseconds: Int) {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return (time.tv_sec, time.tv_nsec / 1_000_000)
    }

    private static func text(_ seconds: Int) -> [UInt8] {
        var (time, fields) = (time_t(seconds), tm())
        gmtime_r(&time, &fields)
        var text: [UInt8] = []
        append(Int(fields.tm_year) + 1900, digits: 4, to: &text)
        for (separator, number) in [
            ("-", fields.tm_mon + 1), ("-", fields.tm_mday), ("T", fields.tm_hour), (":", fields.tm_min),
            (":", fields.tm_sec),
        ] {
            text.append(contentsOf: separator.utf8)
            append(Int(number), digits: 2, to: &text)
        }
        return text
    }

    private static func append(_ number: Int, digits: Int, to text: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }
}
