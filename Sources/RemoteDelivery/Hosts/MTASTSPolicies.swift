package import DNSClient
package import Logging
package import MailCore
internal import MailQueue
package import NIOCore
package import SenderAuthentication
package import Storage

/// The TLS policies that other domains publish by MTA-STS (RFC 8461).
///
/// A policy that is good is used at once. Another id in the DNS, or a domain that has none here yet, has the policy read
/// first, for `PolicyFetchLimits.timeMax` at most; when that fails, the one that was known holds, if any. Each policy is
/// kept in the store, and read again daily while mail goes to its domain (`run`): whoever wants to keep it from
/// us has to do so for as long as it is good (RFC 8461 §10.2).
package actor MTASTSPolicies {
    /// What was read, or not.
    private enum Outcome: Sendable {
        case policy(MTASTSPolicy)
        case failed
        /// Whoever read it was cancelled.
        case givenUp
    }

    /// Whether the policies in the store are known.
    private enum Loading {
        case notBegun
        case underWay([CheckedContinuation<Void, Never>])
        case done
    }

    private let record: @Sendable (Domain) async -> MTASTSRecord?
    private let fetcher: PolicyFetcher
    private let queue: MailQueue
    private let limits: SenderAuthenticationLimits
    private let now: @Sendable () -> Int64
    private let logger: Logger

    private var cache: MTASTSCache
    private var loading = Loading.notBegun
    /// Domains whose policy is being read, each with who waits for it.
    private var waiting: [Domain: [CheckedContinuation<Outcome, Never>]] = [:]
    /// Domains whose policy was used since it was read.
    private var used: Set<Domain> = []

    /// How old a policy becomes before it is read again (RFC 8461 §3.3).
    private static let refreshSeconds: Int64 = 86_400
    /// How often that is looked at.
    private static let refreshInterval = Duration.seconds(3600)
    /// Policies that are read again at one time.
    private static let refreshesMax = 4

    init(
        record: @escaping @Sendable (Domain) async -> MTASTSRecord?, fetcher: PolicyFetcher, store: Store,
        limits: SenderAuthenticationLimits = SenderAuthenticationLimits(), now: @escaping @Sendable () -> Int64,
        logger: Logger
    ) {
        self.record = record
        self.fetcher = fetcher
        queue = MailQueue(store: store)
        self.limits = limits
        self.now = now
        self.logger = logger
        cache = MTASTSCache(limits: limits)
    }

    /// Looks for records and hosts in the DNS.
    ///
    /// - Parameter roots: whose signature counts for a policy's host.
    /// - Parameter port: the port of that host; any but 443 is for tests.
    package init(
        dns: DNSClient, store: Store, roots: TrustRoots = .system, port: Int = 443, group: any EventLoopGroup,
        now: @escaping @Sendable () -> Int64, logger: Logger
    ) {
        self.init(
            record: { await Self.record(of: $0, in: dns) },
            fetcher: PolicyFetcher(dns: dns, roots: roots, port: port, group: group), store: store, now: now,
            logger: logger)
    }

    /// A DNS that does not answer is like one without a record: it makes no policy void (RFC 8461 §5.1).
    private static func record(of domain: Domain, in dns: DNSClient) async -> MTASTSRecord? {
        guard let name = DNSName(MTASTSRecord.name(for: domain)) else { return nil }
        do throws(DNSError) {
            return MTASTSRecord(records: try await dns.txt(name).records.map(\.text))
        } catch {
            return nil
        }
    }

    // MARK: Before mail goes out

    /// The policy of a domain; nil when it has none, or none that can be read.
    package func policy(of domain: Domain) async -> MTASTSPolicy? {
        guard !domain.isAddressLiteral else { return nil }
        await load()
        let record = await record(domain)
        while true {
            switch cache.advice(for: domain, record: record, at: now()) {
            case .noPolicy:
                return nil
            case .use(let policy):
                used.insert(domain)
                return policy
            case .fetch(let id, let known):
                switch await read(domain, id) {
                case .policy(let policy): return policy
                case .failed: return known
                case .givenUp: if Task.isCancelled { return known }
                }
            }
        }
    }

    /// Reads a policy, once for all who want it at that time.
    private func read(_ domain: Domain, _ id: String) async -> Outcome {
        if waiting[domain] != nil { return await withCheckedContinuation { waiting[domain]?.append($0) } }
        waiting[domain] = []
        let outcome = await fetch(domain, id)
        for waiter in waiting.removeValue(forKey: domain) ?? [] { waiter.resume(returning: outcome) }
        return outcome
    }

    private func fetch(_ domain: Domain, _ id: String) async -> Outcome {
        let policy: MTASTSPolicy
        do throws(PolicyFetchFailure) {
            policy = try await fetcher.fetch(domain)
        } catch .cancelled {
            return .givenUp
        } catch {
            tell(error, domain)
            cache.fetchFailed(for: domain, at: now())
            return .failed
        }
        cache.store(policy, id: id, for: domain, at: now())
        used.remove(domain)
        logger.info(
            "MTA-STS policy read", metadata: ["domain": "\(domain)", "mode": "\(policy.mode.rawValue)", "id": "\(id)"])
        await keep(policy, id, domain)
        return .policy(policy)
    }

    /// RFC 8461 §3.3 wants it known, unless the domain has nothing to lose.
    private func tell(_ failure: PolicyFetchFailure, _ domain: Domain) {
        let level: Logger.Level = cache.entries[domain]?.policy.mode == MTASTSPolicy.Mode.none ? .debug : .notice
        logger.log(
            level: level, "MTA-STS policy not read", metadata: ["domain": "\(domain)", "reason": "\(failure)"])
    }

    // MARK: In the store

    private func keep(_ policy: MTASTSPolicy, _ id: String, _ domain: Domain) async {
        let kept = KeptPolicy(domain: domain.ascii, id: id, text: policy.text, fetchedAt: now())
        do {
            try await queue.keep(kept, limit: limits.cachedPoliciesMax)
        } catch {
            logger.error("MTA-STS policy not kept", metadata: ["domain": "\(domain)", "error": "\(error)"])
        }
    }

    /// Reads what the store has, once; those who come meanwhile wait.
    private func load() async {
        switch loading {
        case .done:
            return
        case .underWay(let waiters):
            return await withCheckedContinuation { loading = .underWay(waiters + [$0]) }
        case .notBegun:
            loading = .underWay([])
        }
        let end: Loading
        do {
            let kept = try await queue.policies(limit: limits.cachedPoliciesMax)
            let entries = kept.compactMap { entry($0) }
            cache = MTASTSCache(
                entries: Dictionary(entries, uniquingKeysWith: { first, _ in first })
                    .merging(cache.entries) { _, read in read }, limits: limits)
            end = .done
        } catch {
            logger.error("kept MTA-STS policies not read", metadata: ["error": "\(error)"])
            // The next one tries again.
            end = .notBegun
        }
        if case .underWay(let waiters) = loading { for waiter in waiters { waiter.resume() } }
        loading = end
    }

    private func entry(_ kept: KeptPolicy) -> (Domain, MTASTSCache.Entry)? {
        guard let domain = Domain(kept.domain), let policy = try? MTASTSPolicy(Array(kept.text.utf8)) else {
            return nil
        }
        return (domain, MTASTSCache.Entry(policy: policy, id: kept.id, fetchedAtSeconds: kept.fetchedAt))
    }

    // MARK: Again and again

    /// Reads the policies that are used again before they expire; until it is cancelled.
    package func run() async {
        while !Task.isCancelled {
            do { try await Task.sleep(for: Self.refreshInterval) } catch { return }
            await refresh()
        }
    }

    /// Reads the policies again that are used and a day old.
    func refresh() async {
        await load()
        let seconds = now()
        used.formIntersection(cache.entries.keys)
        var due = used.filter { domain in
            guard let entry = cache.entries[domain] else { return false }
            return entry.fetchedAtSeconds <= seconds - Self.refreshSeconds
        }
        await withTaskGroup { group in
            for _ in 0..<Self.refreshesMax {
                if let domain = due.popFirst() { group.addTask { await self.refresh(domain) } }
            }
            while await group.next() != nil, !Task.isCancelled {
                if let domain = due.popFirst() { group.addTask { await self.refresh(domain) } }
            }
        }
    }

    /// Whatever the DNS says: without its record, too, the policy may be there (RFC 8461 §10.2).
    private func refresh(_ domain: Domain) async {
        guard let entry = cache.entries[domain] else { return }
        _ = await read(domain, await record(domain)?.id ?? entry.id)
    }
}
