/// How far the directory goes, and how much it keeps in memory.
public struct DirectoryLimits: Sendable {
    /// Aliases and lists within one another.
    public var nestingMax = 32
    /// Members of one list, and copies that one recipient may become.
    public var copiesMax = 100_000
    /// Targets of one alias.
    public var aliasTargetsMax = 1000
    /// A person's or a list's name, in octets.
    public var textOctetsMax = 1000
    /// Stems of a subaddress that are tried, the longest first.
    public var subaddressStemsMax = 8
    /// Resolutions kept in memory, each counted as one plus its copies.
    public var cachedCopiesMax = 100_000
    /// Answers kept in memory to whether an account may send as an address.
    public var cachedSenderRightsMax = 20_000
    /// Accounts whose messages of the day are known without asking the store.
    public var cachedSendersMax = 20_000
    /// Passwords hashed at the same time; each takes 19 MiB and a core for some 15 ms.
    public var hashesAtOnceMax: Int
    /// Passwords that wait to be hashed; those beyond are told to come back.
    public var hashesWaitingMax = 256
    /// Logins that are remembered as right.
    public var cachedLoginsMax = 20_000
    /// How long a right login is remembered.
    public var cachedLoginSeconds: Int64 = 600
    /// The shortest password, in characters.
    public var passwordCharactersMin = 8
    /// The longest password, in octets; a line of AUTH has room for it (RFC 4954 §4 allows 12288 octets).
    public var passwordOctetsMax = 1024
    /// The rounds of PBKDF2 in the keys of SCRAM (RFC 7677 §4 asks for at least 4096).
    public var scramIterations = 10_000

    /// Passwords of one account for programs.
    public var appPasswordsMax = 100
    /// Browsers in which one account is logged in; the one that was used least lately is logged out.
    public var webSessionsMax = 100
    /// How long a browser stays logged in that is not used.
    public var webSessionIdleSeconds: Int64 = 30 * 86_400
    /// How long a browser stays logged in at most.
    public var webSessionSecondsMax: Int64 = 180 * 86_400
    /// How exactly the last use of a session or app password is kept.
    public var lastUseSeconds: Int64 = 900

    /// The values that suit a machine with so many cores.
    public init(cores: Int) {
        hashesAtOnceMax = max(1, cores)
    }
}
