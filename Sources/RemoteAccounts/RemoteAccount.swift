public import MailCore

/// A user's account elsewhere, whose mail is fetched.
public struct RemoteAccount: Sendable, Hashable {
    /// Whose it is here.
    public var account: AccountID
    /// Its number; never given to another.
    public var remote: Int64
    /// What its user calls it; one of a kind in the account.
    public var name: String
    /// How it is reached.
    public var settings: RemoteSettings
    /// The password or token, sealed by a `SecretBox`.
    public var sealedSecret: [UInt8]
    /// How it goes.
    public var state = State()

    /// How it goes with an account elsewhere.
    public struct State: Sendable, Hashable {
        /// When it is looked at next, in seconds since 1970.
        public var nextRun: Int64 = 0
        /// When it was looked at last; 0 for never.
        public var lastRun: Int64 = 0
        /// When that went well last; 0 for never.
        public var lastSuccess: Int64 = 0
        /// What went wrong last time, in plain words; empty when nothing did.
        public var lastError = ""
        /// How often in a row it went wrong.
        public var failures: Int64 = 0
        /// Messages that were brought, in all.
        public var messages: Int64 = 0
        /// Their octets.
        public var octets: Int64 = 0

        /// Nothing yet.
        public init() {}
    }

    /// How long after so many failures in a row it is tried again: 1, 2, 4 … minutes, six hours at most, and never sooner
    /// than it is looked at without failures.
    public static func pauseSeconds(afterFailures failures: Int64, pollSeconds: Int64) -> Int64 {
        guard failures > 0 else { return pollSeconds }
        let pause = Int64(60) << min(failures - 1, 9)
        return max(min(pause, 6 * 3600), min(pollSeconds, 6 * 3600))
    }
}
