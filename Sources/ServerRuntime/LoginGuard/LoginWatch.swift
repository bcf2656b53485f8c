/// Who guesses passwords, and what is done about it: slow answers first, then a ban for a while.
///
/// - **A host** (an IPv4 address, an IPv6 /64) is banned after a few wrong passwords, whatever the accounts.
/// - **An account** is guarded against many hosts together: after more wrong passwords those hosts are banned for it that
///   it has not logged in from. Who sits where the account's user usually sits is not locked out by others' guessing.
///
/// Names that nobody has are treated like accounts, so that a ban does not tell which there are. Accounts stand here as hashes of
/// their names: long names that somebody makes up take no more room than others.
struct LoginWatch: Sendable {
    private let limits: LoginGuardLimits
    private var hosts: RecencyTable<HostKey, LoginRecord>
    private var accounts: RecencyTable<Int, Account>

    private struct Account: Sendable {
        var record = LoginRecord()
        /// Where it has logged in from, the latest last.
        var knownHosts: [HostKey] = []
    }

    init(limits: LoginGuardLimits) {
        self.limits = limits
        hosts = RecencyTable(entriesMax: limits.entriesMax)
        accounts = RecencyTable(entriesMax: limits.entriesMax)
    }

    /// Hosts and accounts that are remembered.
    var count: Int { hosts.count + accounts.count }

    /// Whether a host may try to log in, as an account when its name is known.
    func refusal(_ host: HostKey?, account: Int? = nil, now: Int64) -> LoginRefusal? {
        guard !isExempt(host) else { return nil }
        if let host, let seconds = hosts[host]?.banLeft(now: now) { return .hostBanned(seconds: seconds) }
        guard let account, let known = accounts[account], let seconds = known.record.banLeft(now: now) else {
            return nil
        }
        if let host, known.knownHosts.contains(host) { return nil }
        return .accountBanned(seconds: seconds)
    }

    /// Notes a refused login.
    ///
    /// - Parameter password: a hash of name and password; nil where the password is not known.
    /// - Returns: how many seconds the refusal is to be held back, and whether this failure led to a ban.
    mutating func fail(_ host: HostKey?, account: Int?, password: Int?, now: Int64) -> LoginFailure {
        guard !isExempt(host) else { return LoginFailure(delaySeconds: 0, ban: nil) }
        var refusals = 1
        if let account {
            var entry = accounts[account] ?? Account()
            let isKnown = host.map(entry.knownHosts.contains) ?? false
            // A user who mistypes at home must not shut the account for the rest of the world.
            if !isKnown {
                entry.record.noteFailure(
                    password: password, now: now, limits: limits, failuresMax: limits.failuresPerAccountMax)
                accounts.set(entry, for: account)
                if host == nil { refusals = max(refusals, entry.record.refusals(now: now, limits: limits)) }
            }
        }
        if let host {
            var record = hosts[host] ?? LoginRecord()
            record.noteFailure(password: password, now: now, limits: limits, failuresMax: limits.failuresPerHostMax)
            hosts.set(record, for: host)
            refusals = max(refusals, record.refusals(now: now, limits: limits))
        }
        return LoginFailure(delaySeconds: delay(refusals), ban: refusal(host, account: account, now: now))
    }

    /// Notes a login: the host is the account's from here on. What the host did wrong before stays, else one account of an
    /// attacker's own would wash away all guessing.
    mutating func succeed(_ host: HostKey?, account: Int) {
        guard let host else { return }
        var entry = accounts[account] ?? Account()
        guard entry.knownHosts.last != host else { return }
        entry.knownHosts.removeAll { $0 == host }
        entry.knownHosts.append(host)
        if entry.knownHosts.count > limits.knownHostsMax { entry.knownHosts.removeFirst() }
        accounts.set(entry, for: account)
    }

    private func delay(_ refusals: Int) -> Int64 {
        let doublings = min(max(refusals - 1, 0), 30)
        return min(1 << Int64(doublings), limits.delaySecondsMax)
    }

    private func isExempt(_ host: HostKey?) -> Bool {
        limits.loopback == .exempt && host?.isLoopback == true
    }
}

/// Why somebody may not even try to log in.
public enum LoginRefusal: Hashable, Sendable {
    /// Too many wrong passwords from there.
    case hostBanned(seconds: Int64)
    /// Too many wrong passwords for this account, from everywhere.
    case accountBanned(seconds: Int64)

    /// How long it lasts.
    public var seconds: Int64 {
        switch self {
        case .hostBanned(let seconds), .accountBanned(let seconds): seconds
        }
    }

    /// For replies: what was too much, and when it is over.
    public var text: String {
        let minutes = (seconds + 59) / 60
        let wait = minutes == 1 ? "in a minute" : "in \(minutes) minutes"
        return switch self {
        case .hostBanned: "Too many failed logins from your address, try again \(wait)"
        case .accountBanned: "Too many failed logins for this account, try again \(wait)"
        }
    }
}

/// What follows from a refused login.
public struct LoginFailure: Hashable, Sendable {
    /// How long the refusal is to be held back.
    public let delaySeconds: Int64
    /// The ban that is in force after it.
    public let ban: LoginRefusal?
}
