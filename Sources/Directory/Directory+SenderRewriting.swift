public import MailCore
internal import SenderAuthentication
internal import Storage

extension Directory {
    /// The expansion of a recipient with return paths of our own where an alias leads elsewhere: SPF would refuse mail
    /// from us that says to come from the sender's domain. Copies of lists have their own path already, mail without a
    /// return path keeps none, and senders of ours stay themselves.
    ///
    /// - Throws: `StorageError`.
    public func forwarding(_ expansion: Expansion, from reversePath: ReversePath) async throws -> Expansion {
        guard let sender = reversePath.address,
            expansion.remoteCopies.contains(where: { $0.reason == .alias && $0.returnPath == nil })
        else { return expansion }
        guard try await store.read({ try $0.domain(sender.domain) == nil }) else { return expansion }
        let secret = try await rewritingSecret()
        let now = clock.wallSeconds()
        var forwarded = expansion
        for index in forwarded.remoteCopies.indices {
            let copy = forwarded.remoteCopies[index]
            guard copy.reason == .alias, copy.returnPath == nil else { continue }
            // The domain that was written to is ours and has records that name us.
            let rewriter = SRSRewriter(secret: secret, domain: copy.originalTo.domain)
            forwarded.remoteCopies[index].returnPath = rewriter.forward(reversePath, at: now)
        }
        return forwarded
    }

    /// Whom a rewritten address of a domain of ours stands for; nil when nobody here has made it or it is too old.
    func rewrittenSender(_ address: EmailAddress) async throws -> EmailAddress? {
        let rewriter = SRSRewriter(secret: try await rewritingSecret(), domain: address.domain)
        return try? rewriter.reverse(address.localPart, at: clock.wallSeconds())
    }

    /// The secret of rewritten senders; made when it is needed first, since it has to outlive the process.
    private func rewritingSecret() async throws -> [UInt8] {
        if let known = signing.rewritingSecret { return known }
        let secret: [UInt8]
        if let stored = try await store.read({ try $0.rewritingSecret() }) {
            secret = stored
        } else {
            secret = try await change { try $0.ensureRewritingSecret() }
        }
        signing.rewritingSecret = secret
        return secret
    }
}

extension SQLTransaction {
    fileprivate func rewritingSecret() throws -> [UInt8]? {
        try first("SELECT value FROM directory_setting WHERE name = 'srs_secret'") {
            Sodium.octets(base64: $0.text(0))
        } ?? nil
    }

    fileprivate func ensureRewritingSecret() throws -> [UInt8] {
        if let known = try rewritingSecret() { return known }
        let secret = Sodium.randomOctets(32)
        try run(
            "INSERT INTO directory_setting (name, value) VALUES ('srs_secret', ?1)",
            .text(secret.withUnsafeBytes(Sodium.base64)))
        try salvage(table: "directory_setting", key: "name", "srs_secret")
        return secret
    }
}
