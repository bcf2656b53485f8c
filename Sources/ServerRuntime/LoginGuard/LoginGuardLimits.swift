/// How much guessing of passwords is borne.
public struct LoginGuardLimits: Hashable, Sendable {
    /// Wrong passwords from one IPv4 address or one IPv6 /64 within the window, after which it is banned. The same wrong
    /// password again, as a forgotten phone sends it, counts once.
    public var failuresPerHostMax = 10
    /// Wrong passwords for one account within the window, from wherever they come, after which hosts that the account
    /// has not logged in from are banned for it.
    public var failuresPerAccountMax = 50
    /// How long a failure is remembered.
    public var windowSeconds: Int64 = 900
    /// How long a ban lasts.
    public var banSeconds: Int64 = 900
    /// The longest wait before a refusal: one second after the first failure, twice as long after each further one.
    public var delaySecondsMax: Int64 = 5
    /// Whether this machine's own programs are watched as well.
    public var loopback = LoopbackRule.watched
    /// Hosts and accounts that are remembered; those that were not met for longest are forgotten first.
    public var entriesMax = 20_000
    /// Hosts that are known of an account.
    public var knownHostsMax = 8
    /// Wrong passwords of a host that are told apart.
    public var distinctPasswordsMax = 16

    /// What applies to loopback addresses.
    public enum LoopbackRule: Hashable, Sendable {
        /// As to any address.
        case watched
        /// No delay, no ban.
        case exempt
    }

    /// The defaults.
    public init() {}
}
