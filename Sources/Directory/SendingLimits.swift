/// How much an account may send in a day, so that a stolen password does little harm before somebody notices.
///
/// A day is one of UTC. Counted are messages that were accepted, and the different recipients that they were addressed to,
/// ours and others'.
public struct SendingLimits: Sendable, Hashable {
    /// Messages of one account in a day.
    public var messagesPerDayMax = 2_000
    /// Different recipients of one account in a day.
    public var recipientsPerDayMax = 5_000

    /// The defaults.
    public init() {}
}

/// What an account has sent on a day.
public struct SendingCount: Sendable, Hashable {
    /// Days since 1970, UTC.
    public var day: Int64
    /// Messages that were accepted.
    public var messages: Int
    /// Different recipients.
    public var recipients: Int

    static let secondsPerDay: Int64 = 86_400

    static func day(of seconds: Int64) -> Int64 { seconds / secondsPerDay }
}

/// An account has sent as much as it may in a day.
public struct SendingExcess: Error, Sendable, Hashable {
    /// What of.
    public enum Kind: Sendable, Hashable {
        /// The message would be one too many.
        case messages(max: Int)
        /// The message has more new recipients than are left.
        case recipients(max: Int, left: Int)
    }

    /// What of.
    public var kind: Kind
    /// Seconds until the next day begins.
    public var secondsLeft: Int64

    init(_ kind: Kind, at seconds: Int64) {
        self.kind = kind
        secondsLeft = SendingCount.secondsPerDay - seconds % SendingCount.secondsPerDay
    }

    /// For replies: what was too much, and when it is over.
    public var text: String {
        let hours = (secondsLeft + 3599) / 3600
        let end = "the count begins anew at 00:00 UTC (in \(hours) \(hours == 1 ? "hour" : "hours"))"
        return switch kind {
        case .messages(let max): "This account has sent \(max) messages today, which is its limit; \(end)"
        case .recipients(let max, let left):
            "This account may write to \(max) different recipients a day, of which \(left) are left; \(end)"
        }
    }
}
