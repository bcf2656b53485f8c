package import MailCore

/// `[tls]`: the certificate that the server shows.
package struct TLSConfiguration: Hashable, Sendable {
    /// PEM, the server's own certificate first; an absolute path.
    package let certificatePath: String
    /// PEM; an absolute path.
    package let keyPath: String
    /// What the policies say that our domains publish (RFC 8461 §3.2).
    package var strictTransport = StrictTransport.testing

    /// What others do whose connection to us is not as the policy says.
    package enum StrictTransport: String, CaseIterable, Hashable, Sendable {
        /// They send, and report it.
        case testing
        /// They do not send.
        case enforce
        /// There is no policy any more.
        case none
    }
}

/// `[dns]`: whom to ask.
package struct DNSConfiguration: Hashable, Sendable {
    /// Empty: the ones that the system uses.
    package var servers: [SocketEndpoint] = []
    /// Files with DNSKEY or DS records, absolute paths; empty: the root's key that the system has.
    package var trustAnchorPaths: [String] = []
    /// How long one lookup may take.
    package var lookupSecondsMax = 20

    /// The defaults.
    package init() {}
}

/// `[limits]`: what a client may ask of us.
package struct LimitsConfiguration: Hashable, Sendable {
    /// Octets of one message (RFC 1870 §6.1).
    package var messageSizeBytesMax = 50 << 20
    /// Recipients of one message (RFC 5321 §4.5.3.1.8: at least 100).
    package var recipientsMax = 1000
    /// Connections at one time, over all listeners.
    package var connectionsMax = 10_000
    /// Connections at one time from one address that is not loopback.
    package var connectionsPerAddressMax = 100
    /// New connections in a minute from one address that is not loopback.
    package var connectionsPerAddressPerMinuteMax = 600
    /// IMAP sessions at one time of one account.
    package var imapSessionsPerAccountMax = 100

    /// The smallest message size that may be set (RFC 5321 §4.5.3.1.7).
    package static let messageSizeBytesLeast = 64 * 1024
    /// The largest: the store keeps a message's size in 32 bits.
    package static let messageSizeBytesGreatest = 2 << 30 - 1
    /// The smallest number of recipients that may be set (RFC 5321 §4.5.3.1.8).
    package static let recipientsLeast = 100

    /// The defaults.
    package init() {}
}

/// `[login]`: how much guessing of passwords is borne.
package struct LoginConfiguration: Hashable, Sendable {
    /// Wrong passwords from one address within the window, after which it is banned.
    package var failuresPerAddressMax = 10
    /// Wrong passwords for one account within the window, after which addresses that it was never used from are banned for
    /// it.
    package var failuresPerAccountMax = 50
    /// How long a failure is remembered.
    package var windowMinutes = 15
    /// How long a ban lasts.
    package var banMinutes = 15
    /// The longest wait before a refusal; 0 for none.
    package var delaySecondsMax = 5
    /// What applies to this machine's own addresses.
    package var loopback = Loopback.watched

    /// What applies to this machine's own addresses.
    package enum Loopback: String, CaseIterable, Hashable, Sendable {
        /// As to any other.
        case watched
        /// No wait, no ban.
        case exempt
    }

    /// The defaults.
    package init() {}
}

/// `[submission]`: what our own users may send.
package struct SubmissionConfiguration: Hashable, Sendable {
    /// Messages of one account in a day.
    package var messagesPerDayMax = 2000
    /// Different recipients of one account in a day.
    package var recipientsPerDayMax = 5000
    /// How far ahead a message's release may lie.
    package var holdDaysMax = 366
    /// Whom the header of a message may name as its author.
    package var headerFrom = HeaderFrom.own

    /// Whom From may name.
    package enum HeaderFrom: String, CaseIterable, Hashable, Sendable {
        /// One of the account's addresses, there or in Sender.
        case own
        /// Anybody.
        case any
    }

    /// The defaults.
    package init() {}
}

/// `[log]`: what is written to standard error.
package struct LogConfiguration: Hashable, Sendable {
    /// For whom.
    package enum Format: String, CaseIterable, Hashable, Sendable {
        /// Lines for people.
        case human
        /// One JSON object in a line.
        case json
    }

    /// From which weight on.
    package enum Level: String, CaseIterable, Hashable, Sendable {
        /// Everything.
        case trace
        /// For those who look for a fault.
        case debug
        /// The life of every message.
        case info
        /// What is worth a look in the morning.
        case notice
        /// What may become a fault.
        case warning
        /// What failed.
        case error
    }

    /// For whom.
    package let format: Format
    /// From which weight on.
    package let level: Level
}

/// The whole file, checked; it never changes after.
package struct Configuration: Hashable, Sendable {
    /// As the user named it.
    package let file: String
    /// By which the server greets (RFC 5321 §4.3.1).
    package let hostname: Domain
    /// An absolute path.
    package let dataDirectory: String
    /// nil when there is no `[tls]`.
    package let tls: TLSConfiguration?
    /// `[dns]`.
    package let dns: DNSConfiguration
    /// `[outbound]` and every `[[route]]`.
    package let outbound: OutboundConfiguration
    /// `[queue]`.
    package let queue: QueueConfiguration
    /// Every `[[listener]]` in the order of the file.
    package let listeners: [ConfiguredListener]
    /// `[limits]`.
    package let limits: LimitsConfiguration
    /// `[login]`.
    package let login: LoginConfiguration
    /// `[submission]`.
    package let submission: SubmissionConfiguration
    /// `[log]`.
    package let log: LogConfiguration

    /// Where the commands reach the running server: a Unix socket for its own user.
    package var controlSocketPath: String { "\(dataDirectory)/control.sock" }
}
