public import MailCore
internal import NIOPosix
public import SenderAuthentication
internal import Storage

extension Directory {
    /// The keys with which mail of a domain is signed; none for a domain that is not ours. A domain that has none yet
    /// gets them.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    public func signingKeys(for name: Domain) async throws -> [DKIMSigningKey] {
        if let known = signing.keys(of: name) { return known }
        let generation = signing.generation
        let found = try await store.read { transaction in
            try transaction.domain(name).map { try transaction.signingKeys(of: $0) }
        }
        guard let found else { return [] }
        var active = found.filter { $0.state == .active }.map(\.signingKey)
        if active.isEmpty {
            active = try await makeSigningKeys(for: name)
        } else {
            signing.keep(active, of: name, of: generation)
        }
        return active
    }

    /// All keys of a domain, the oldest first; it gets some when it has none.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    public func signingKeySummaries(of name: Domain) async throws -> [SigningKeySummary] {
        _ = try await store.read { try $0.requireDomain(name) }
        _ = try await signingKeys(for: name)
        return try await store.read { try $0.signingKeySummaries(of: try $0.requireDomain(name)) }
    }

    /// Makes new keys that do not sign yet: their records have to be published first.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    public func rotateSigningKeys(of name: Domain) async throws -> [SigningKeySummary] {
        _ = try await signingKeySummaries(of: name)
        let keys = try await Directory.generateKeys()
        let now = clock.wallSeconds()
        return try await change { transaction in
            let domain = try transaction.requireDomain(name)
            guard try !transaction.signingKeys(of: domain).contains(where: { $0.state == .next }) else {
                throw DirectoryError.rotationUnderWay(name)
            }
            for key in keys { try transaction.addSigningKey(key, of: domain, .next, at: now) }
            return try transaction.signingKeySummaries(of: domain)
        }
    }

    /// Lets the new keys sign. Those that signed so far are retired, and those retired before are removed.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    public func activateSigningKeys(of name: Domain) async throws -> [SigningKeySummary] {
        try await change { transaction in
            let domain = try transaction.requireDomain(name)
            let keys = try transaction.signingKeys(of: domain)
            guard keys.contains(where: { $0.state == .next }) else { throw DirectoryError.noRotation(name) }
            for key in keys {
                switch key.state {
                case .next: try transaction.setState(.active, of: key)
                case .active: try transaction.setState(.retired, of: key)
                case .retired: try transaction.removeSigningKey(key)
                }
            }
            return try transaction.signingKeySummaries(of: domain)
        }
    }

    /// The first keys of a domain. Whoever else makes some at the same time wins or loses; all get the same keys.
    private func makeSigningKeys(for name: Domain) async throws -> [DKIMSigningKey] {
        let keys = try await Directory.generateKeys()
        let now = clock.wallSeconds()
        return try await change { transaction in
            let domain = try transaction.requireDomain(name)
            if try !transaction.signingKeys(of: domain).contains(where: { $0.state == .active }) {
                for key in keys { try transaction.addSigningKey(key, of: domain, .active, at: now) }
            }
            return try transaction.signingKeys(of: domain).filter { $0.state == .active }.map(\.signingKey)
        }
    }

    /// One key of each kind, made on a thread where it does no harm: RSA takes some tenths of a second.
    private static func generateKeys() async throws -> [DKIMPrivateKey] {
        do {
            return try await NIOThreadPool.singleton.runIfActive {
                try DKIMAlgorithm.allCases.map { try DKIMPrivateKey.generate($0) }
            }
        } catch is DKIMPrivateKey.Failure {
            throw DirectoryError.noSigningKey
        }
    }
}

extension SQLTransaction {
    fileprivate func signingKeySummaries(of domain: DomainRow) throws -> [SigningKeySummary] {
        try signingKeys(of: domain).map { row in
            SigningKeySummary(
                selector: row.selector.text, algorithm: row.privateKey.algorithm.rawValue, state: row.state,
                recordName: row.signingKey.recordName(in: domain.name), recordText: row.signingKey.recordText,
                createdSeconds: row.createdSeconds)
        }
    }
}
