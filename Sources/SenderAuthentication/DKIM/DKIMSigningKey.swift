public import MailCore

/// A key with the selector under which it is published.
public struct DKIMSigningKey: Sendable {
    /// Where verifiers find it.
    public let selector: DKIMSelector
    /// The secret.
    public let privateKey: DKIMPrivateKey

    /// The two together.
    public init(selector: DKIMSelector, privateKey: DKIMPrivateKey) {
        self.selector = selector
        self.privateKey = privateKey
    }

    /// Where the record stands.
    public func recordName(in domain: Domain) -> String { "\(selector.text)._domainkey.\(domain.ascii)" }

    /// What stands there.
    public var recordText: String { DKIMKeyRecord(privateKey.publicKey).text }
}
