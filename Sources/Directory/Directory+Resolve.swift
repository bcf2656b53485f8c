public import MailCore
internal import SenderAuthentication
internal import Storage

extension Directory {
    /// What becomes of a recipient: asked at every RCPT and again when a message is filed.
    ///
    /// - Throws: `StorageError` when the store cannot be read.
    public func resolve(_ path: ForwardPath) async throws -> Resolution {
        if let known = resolutions.resolution(path) { return known }
        if let rewritten = try await resolveRewritten(path) { return rewritten }
        let generation = resolutions.generation
        let limits = limits
        let found = try await store.read { try Resolver.resolve(path, in: $0, limits: limits) }
        resolutions.keep(found, for: path, of: generation)
        return found
    }

    /// What becomes of a report for a sender whose address was rewritten when mail was forwarded (`forwarding`): it goes
    /// to that sender, and never to a catch-all. What is too old or was not made here is nobody. nil for other addresses.
    ///
    /// Such an answer is not kept: it is good for some weeks only.
    private func resolveRewritten(_ path: ForwardPath) async throws -> Resolution? {
        guard let address = path.address, SRSRewriter.isRewritten(address.localPart) else { return nil }
        let isNobodys = try await store.read { transaction in
            let isOurs = try transaction.domain(address.domain) != nil
            return try isOurs && transaction.address(address.lookupKey) == nil
        }
        guard isNobodys else { return nil }
        guard let sender = try await rewrittenSender(address) else { return .unknownUser }
        // The domain may have become ours since.
        if try await store.read({ try $0.domain(sender.domain) != nil }) { return try await resolve(.address(sender)) }
        var expansion = Expansion()
        expansion.remoteCopies = [RemoteCopy(address: sender, originalTo: address, reason: .alias)]
        return .deliver(expansion)
    }

    /// The same without waiting, when the recipient was asked for lately; nil when it was not.
    public func knownResolution(_ path: ForwardPath) -> Resolution? {
        resolutions.resolution(path)
    }
}
