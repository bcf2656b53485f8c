public import MailCore

/// Signs messages for a domain, with each of its keys (RFC 6376 §5, RFC 8463).
public struct DKIMSigner: Sendable {
    private let domain: Domain
    private let keys: [DKIMSigningKey]
    private let canonicalization: MessageCanonicalization
    private let signedFields: SignedHeaderFields
    private let lifetimeSeconds: Int64?
    private let limits: SenderAuthenticationLimits

    /// Why a message cannot be signed.
    public enum Failure: Error, Sendable, Hashable {
        /// It has no From (RFC 6376 §5.4: nothing to sign for), or more than one.
        case noSingleFrom
        /// The header is larger than the limit.
        case headerTooLarge
        /// The key does not sign.
        case key(DKIMPrivateKey.Failure)
    }

    /// A signer.
    ///
    /// - Parameters:
    ///   - domain: who takes responsibility, `d=`.
    ///   - keys: each makes a signature of its own.
    ///   - lifetimeSeconds: after what time signatures expire, `x=`; nil: never.
    public init(
        domain: Domain, keys: [DKIMSigningKey], canonicalization: MessageCanonicalization = .relaxed,
        signedFields: SignedHeaderFields = .recommended, lifetimeSeconds: Int64? = nil,
        limits: SenderAuthenticationLimits = SenderAuthenticationLimits()
    ) {
        self.domain = domain
        self.keys = keys
        self.canonicalization = canonicalization
        self.signedFields = signedFields
        self.lifetimeSeconds = lifetimeSeconds
        self.limits = limits
    }

    /// The hash to be fed with the body.
    public var bodyHash: BodyHash { BodyHash(canonicalization.body) }

    /// The signatures of a message: whole DKIM-Signature fields, each with its line end, to be put on top of it.
    ///
    /// - Parameters:
    ///   - header: the octets of the header as they will be sent, with or without the empty line behind it.
    ///   - bodyHash: of `bodyHash`.
    ///   - seconds: the time, since 1970.
    public func signatures(
        header: [UInt8], bodyHash: BodyDigest, at seconds: Int64
    ) throws(Failure) -> [[UInt8]] {
        precondition(bodyHash.canonicalization == canonicalization.body, "the body was hashed in another form")
        guard header.count <= limits.headerOctetsMax else { throw .headerTooLarge }
        let fields = HeaderFields(header)
        guard fields.fields.count(where: { $0.name == "from" }) == 1 else { throw .noSingleFrom }
        let names = signedFields.names(for: fields, occurrencesMax: 16)
        let selected = fields.selected(by: names)
        var signatures: [[UInt8]] = []
        for key in keys {
            let unsigned = unsignedField(key, names, bodyHash, seconds)
            let digest = SignedData.digest(
                of: selected, signature: Self.canonical(unsigned, canonicalization.header), canonicalization.header)
            do {
                let signature = try key.privateKey.signature(of: digest)
                signatures.append(Array((unsigned.with(base64: Base64.encode(signature)) + "\r\n").utf8))
            } catch {
                throw .key(error)
            }
        }
        return signatures
    }

    /// The field up to `b=`.
    private func unsignedField(
        _ key: DKIMSigningKey, _ names: [String], _ bodyHash: BodyDigest, _ seconds: Int64
    ) -> FoldedTags {
        var field = FoldedTags(name: "DKIM-Signature")
        field.add("v=1")
        field.add("a=\(key.privateKey.algorithm.rawValue)")
        field.add("c=\(canonicalization)")
        field.add("d=\(domain.ascii)")
        field.add("s=\(key.selector.text)")
        field.add("t=\(seconds)")
        if let lifetimeSeconds { field.add("x=\(seconds + lifetimeSeconds)") }
        field.add("h=", pieces: names, separator: ":")
        field.add("bh=\(Base64.encode(bodyHash.octets))")
        return field
    }

    private static func canonical(_ field: FoldedTags, _ canonicalization: Canonicalization) -> [UInt8] {
        // One field, by the way in which it was written.
        HeaderFields(Array(field.with(base64: "").utf8)).fields[0].canonical(canonicalization)
    }
}

/// A header field of tags, folded so that no line is longer than RFC 5322 §2.1.1 recommends where that can be.
private struct FoldedTags {
    private static let columnsMax = 78
    private static let fold = "\r\n\t"
    /// How many columns a tab at the beginning of a line may take.
    private static let indentation = 8

    private var text: String
    private var column: Int
    private var isFirst = true

    init(name: String) {
        text = name + ":"
        column = text.utf8.count
    }

    /// Adds a tag.
    mutating func add(_ tag: String) {
        begin(columns: tag.utf8.count + 1)
        append(tag)
    }

    /// Adds a tag whose value may be folded behind each separator.
    mutating func add(_ tag: String, pieces: [String], separator: String) {
        begin(columns: tag.utf8.count + (pieces.first?.utf8.count ?? 0) + 1)
        append(tag)
        for (index, piece) in pieces.enumerated() {
            let piece = index + 1 < pieces.count ? piece + separator : piece
            if index > 0, column + piece.utf8.count + 1 > Self.columnsMax { newLine() }
            append(piece)
        }
    }

    /// The whole field with `b=` at its end; the value is folded wherever a line is full.
    func with(base64: String) -> String {
        var field = self
        field.begin(columns: 16)
        field.append("b=")
        for character in base64 {
            if field.column >= Self.columnsMax { field.newLine() }
            field.append(String(character))
        }
        return field.text
    }

    private mutating func begin(columns: Int) {
        if !isFirst { append(";") }
        isFirst = false
        if column + 1 + columns > Self.columnsMax { newLine() } else { append(" ") }
    }

    private mutating func newLine() {
        text += Self.fold
        column = Self.indentation
    }

    private mutating func append(_ piece: String) {
        text += piece
        column += piece.utf8.count
    }
}
