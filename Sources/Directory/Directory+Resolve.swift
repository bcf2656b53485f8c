public import MailCore
internal import Storage

extension Directory {
    /// What becomes of a recipient: asked at every RCPT and again when a message is filed.
    ///
    /// - Throws: `StorageError` when the store cannot be read.
    public func resolve(_ path: ForwardPath) async throws -> Resolution {
        if let known = resolutions.resolution(path) { return known }
        let generation = resolutions.generation
        let limits = limits
        let found = try await store.read { try Resolver.resolve(path, in: $0, limits: limits) }
        resolutions.keep(found, for: path, of: generation)
        return found
    }

    /// The same without waiting, when the recipient was asked for lately; nil when it was not.
    public func knownResolution(_ path: ForwardPath) -> Resolution? {
        resolutions.resolution(path)
    }
}
