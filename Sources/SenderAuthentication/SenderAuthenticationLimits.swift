/// How much of what others publish and send is looked at.
public struct SenderAuthenticationLimits: Sendable {
    /// Octets of one tag-list: a DKIM-Signature field, a key record or a policy record.
    public var tagListOctetsMax = 16 * 1024
    /// Tags of one tag-list.
    public var tagsMax = 64
    /// Signatures of one message that are verified, from the top; the others are left alone (RFC 6376 §6.1).
    public var signaturesMax = 8
    /// Names in the `h=` of a signature.
    public var signedNamesMax = 256
    /// Octets of a message's header.
    public var headerOctetsMax = 4 << 20
    /// The smallest RSA key that signs or verifies anything, in bits (RFC 8301 §3.2).
    public var rsaKeyBitsMin = 1024
    /// The largest, in bits: verifying takes a time that grows with it (RFC 6376 §3.3.3 asks for 2048, RFC 8301 §3.2 for 4096).
    public var rsaKeyBitsMax = 8192
    /// Octets of an MTA-STS policy (RFC 8461 §3.3 suggests 64 KiB).
    public var policyOctetsMax = 64 * 1024
    /// Patterns of one MTA-STS policy.
    public var policyPatternsMax = 256
    /// Policies that a cache of MTA-STS keeps.
    public var cachedPoliciesMax = 10_000

    /// The usual values.
    public init() {}
}
