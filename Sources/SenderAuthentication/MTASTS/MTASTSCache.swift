public import MailCore

/// The policies of other domains, as long as they are good (RFC 8461 §5.1). A value: whoever has it keeps it on disk, so
/// that a restart does not open the door to an attacker who blocks the policy.
public struct MTASTSCache: Sendable {
    /// A policy with what the cache knows of it.
    public struct Entry: Sendable, Hashable {
        /// The policy.
        public var policy: MTASTSPolicy
        /// The id of the record with which it was read.
        public var id: String
        /// When it was read, in seconds since 1970.
        public var fetchedAtSeconds: Int64

        /// An entry, as it comes from the disk.
        public init(policy: MTASTSPolicy, id: String, fetchedAtSeconds: Int64) {
            self.policy = policy
            self.id = id
            self.fetchedAtSeconds = fetchedAtSeconds
        }

        func isGood(at seconds: Int64) -> Bool {
            let age = seconds.subtractingReportingOverflow(fetchedAtSeconds)
            return !age.overflow && age.partialValue < policy.maxAgeSeconds
        }
    }

    /// What to do before mail goes to a domain.
    public enum Advice: Sendable, Hashable {
        /// There is no policy.
        case noPolicy
        /// This one holds.
        case use(MTASTSPolicy)
        /// Read the policy and tell `store` or `fetchFailed`; when it cannot be read, this one holds, if any.
        case fetch(id: String, meanwhile: MTASTSPolicy?)
    }

    /// What is kept, by domain.
    public private(set) var entries: [Domain: Entry]
    /// When a policy could not be read: not before some minutes are over again (RFC 8461 §3.3).
    private var failures: [Domain: Int64] = [:]
    private let limits: SenderAuthenticationLimits

    /// How long nobody asks again after a failure.
    private static let pauseSeconds: Int64 = 300

    /// A cache with what was kept.
    public init(
        entries: [Domain: Entry] = [:], limits: SenderAuthenticationLimits = SenderAuthenticationLimits()
    ) {
        self.entries = entries
        self.limits = limits
    }

    /// What holds for a domain.
    ///
    /// - Parameter record: what the DNS says now; nil when it has no record or does not answer, which does not make a
    ///   known policy void (RFC 8461 §5.1).
    public func advice(for domain: Domain, record: MTASTSRecord?, at seconds: Int64) -> Advice {
        let known = entries[domain].flatMap { $0.isGood(at: seconds) ? $0 : nil }
        guard let record else { return known.map { .use($0.policy) } ?? .noPolicy }
        if let known, known.id == record.id { return .use(known.policy) }
        if let failure = failures[domain], seconds >= failure, seconds - failure < Self.pauseSeconds {
            return known.map { .use($0.policy) } ?? .noPolicy
        }
        return .fetch(id: record.id, meanwhile: known?.policy)
    }

    /// Keeps a policy that was read.
    public mutating func store(_ policy: MTASTSPolicy, id: String, for domain: Domain, at seconds: Int64) {
        failures[domain] = nil
        if entries[domain] == nil { makeRoom(at: seconds) }
        entries[domain] = Entry(policy: policy, id: id, fetchedAtSeconds: seconds)
    }

    /// Notes that a policy could not be read; what is known of the domain still holds.
    public mutating func fetchFailed(for domain: Domain, at seconds: Int64) {
        if failures.count >= limits.cachedPoliciesMax { failures = [:] }
        failures[domain] = seconds
    }

    /// Drops what has expired; when that is not enough, the oldest.
    private mutating func makeRoom(at seconds: Int64) {
        guard entries.count >= limits.cachedPoliciesMax else { return }
        entries = entries.filter { $0.value.isGood(at: seconds) }
        guard entries.count >= limits.cachedPoliciesMax else { return }
        let oldest = entries.min { $0.value.fetchedAtSeconds < $1.value.fetchedAtSeconds }
        if let oldest { entries[oldest.key] = nil }
    }
}
