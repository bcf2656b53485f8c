public import MailCore
public import Storage

/// Who is here: domains, accounts, aliases and lists, whom a recipient means, and whether a password is right.
///
/// - A login name is the account's address. A bare local part means the primary domain, which is the oldest.
///   Aliases are no login names.
/// - Local parts are compared without case.
public final class Directory: Sendable {
    /// What others do in the same transaction as the directory.
    public struct Hooks: Sendable {
        /// Called when an account has been made: the place to make its mailboxes.
        public var accountCreated: @Sendable (AccountID, SQLTransaction) throws -> Void
        /// Called when an account is removed: the place to remove its mail.
        public var accountRemoved: @Sendable (AccountID, SQLTransaction) throws -> Void

        /// The two hooks.
        public init(
            accountCreated: @escaping @Sendable (AccountID, SQLTransaction) throws -> Void = { _, _ in },
            accountRemoved: @escaping @Sendable (AccountID, SQLTransaction) throws -> Void = { _, _ in }
        ) {
            self.accountCreated = accountCreated
            self.accountRemoved = accountRemoved
        }
    }

    let store: Store
    let hooks: Hooks
    let limits: DirectoryLimits
    let clock: DirectoryClock
    let resolutions: ResolutionCache
    let senderRights: SenderRightCache
    let sendingCounts: SendingCountCache
    let logins: LoginCache
    let signing = SigningCache()
    let hasher: PasswordHasher
    /// Stands in for the store's own until there is a domain.
    let decoySecret = Sodium.randomOctets(32)

    /// A directory in a store that was opened with `Directory.schema`.
    public init(
        store: Store, hooks: Hooks = Hooks(), limits: DirectoryLimits? = nil, clock: DirectoryClock = .system
    ) {
        let limits = limits ?? DirectoryLimits(cores: DirectoryClock.cores)
        self.store = store
        self.hooks = hooks
        self.limits = limits
        self.clock = clock
        resolutions = ResolutionCache(weightMax: limits.cachedCopiesMax)
        senderRights = SenderRightCache(entriesMax: limits.cachedSenderRightsMax)
        sendingCounts = SendingCountCache(entriesMax: limits.cachedSendersMax)
        logins = LoginCache(entriesMax: limits.cachedLoginsMax, seconds: limits.cachedLoginSeconds)
        hasher = PasswordHasher(limits: limits)
    }

    /// Changes the directory; what was answered from memory before is void afterwards.
    func change<T: Sendable>(_ body: @escaping @Sendable (SQLTransaction) throws -> T) async throws -> T {
        let (resolutions, senderRights, signing) = (resolutions, senderRights, signing)
        return try await store.change { transaction in
            let result = try body(transaction)
            transaction.afterCommit {
                resolutions.invalidate()
                senderRights.invalidate()
                signing.invalidate()
            }
            return result
        }
    }

    /// Refuses a name that is too long to be one.
    func checkText(_ text: String) throws(DirectoryError) {
        guard text.utf8.count <= limits.textOctetsMax else { throw .textTooLong(octetsMax: limits.textOctetsMax) }
    }
}
