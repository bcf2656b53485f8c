internal import Crypto

/// The hash of a message's body for DKIM, while the body comes in pieces (RFC 6376 §3.7).
public struct BodyHash: Sendable {
    /// How the body is made canonical.
    public let canonicalization: Canonicalization
    private var canonicalizer: BodyCanonicalizer
    private var hasher = SHA256()
    /// Octets of the canonical body so far.
    private var canonicalOctets: Int64 = 0
    /// How many octets of it are hashed, `l=` of a signature; nil: all.
    private let octetsMax: Int64?

    /// Begins a body.
    public init(_ canonicalization: Canonicalization = .relaxed) {
        self.init(canonicalization, octetsMax: nil)
    }

    /// Begins a body of which a signature may count the first octets only.
    init(_ canonicalization: Canonicalization, octetsMax: Int64?) {
        self.canonicalization = canonicalization
        self.octetsMax = octetsMax
        canonicalizer = BodyCanonicalizer(canonicalization)
    }

    /// Takes the next octets of the body, as they are on the wire: lines end with CRLF.
    public mutating func update(_ octets: UnsafeRawBufferPointer) {
        let octetsMax = octetsMax
        var hasher = hasher
        var count = canonicalOctets
        canonicalizer.update(octets) { Self.hash($0, &hasher, &count, octetsMax) }
        self.hasher = hasher
        canonicalOctets = count
    }

    /// Takes the next octets of the body.
    public mutating func update(_ octets: some Sequence<UInt8>) {
        let isDone: Void? = octets.withContiguousStorageIfAvailable { update(UnsafeRawBufferPointer($0)) }
        if isDone == nil { Array(octets).withUnsafeBytes { update($0) } }
    }

    /// The hash of the whole body.
    public consuming func finish() -> BodyDigest {
        let octetsMax = octetsMax
        var hasher = hasher
        var count = canonicalOctets
        canonicalizer.finish { Self.hash($0, &hasher, &count, octetsMax) }
        return BodyDigest(
            canonicalization: canonicalization, octets: Array(hasher.finalize()), canonicalOctets: count)
    }

    private static func hash(
        _ octets: UnsafeRawBufferPointer, _ hasher: inout SHA256, _ count: inout Int64, _ octetsMax: Int64?
    ) {
        let room = octetsMax.map { max(0, $0 - count) } ?? Int64(octets.count)
        if room > 0 {
            hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: octets.prefix(Int(clamping: room))))
        }
        count += Int64(octets.count)
    }
}

/// The finished hash of a body.
public struct BodyDigest: Sendable, Hashable {
    /// How the body was made canonical.
    public let canonicalization: Canonicalization
    /// SHA-256, 32 octets.
    public let octets: [UInt8]
    /// How long the canonical body is.
    public let canonicalOctets: Int64
}
