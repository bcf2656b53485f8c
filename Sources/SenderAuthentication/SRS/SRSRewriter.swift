internal import Crypto
internal import FoundationEssentials
public import MailCore

/// Rewrites the return paths of mail that is forwarded, so that they are of our domain, and back: the Sender Rewriting
/// Scheme, as libsrs2 and postsrsd do it. Whoever has their secret can go on with it.
///
/// ```
/// SRS0=HHHH=TT=sender.example=user@ours.example
/// SRS1=HHHH=first.example==HHHH=TT=sender.example=user@ours.example     when somebody before us has done it, too
/// ```
///
/// HHHH: the beginning of an HMAC over what follows, so that nobody can have mail sent anywhere through us. TT: the day.
/// All of it survives a change of case.
public struct SRSRewriter: Sendable {
    /// Why a local part leads back to nobody.
    public enum Failure: Error, Sendable, Hashable {
        /// It does not begin with `SRS0` or `SRS1`.
        case notRewritten
        /// A part is missing.
        case malformed
        /// Nobody here has made it.
        case badHash
        /// It is too old, or from the future.
        case expired
    }

    private let secret: SymmetricKey
    private let domain: Domain
    private let validDays: Int
    private let hashCharacters: Int

    /// How many days there are before they begin anew: two characters of 5 bits.
    private static let daysMax = 1024

    /// A rewriter.
    ///
    /// - Parameters:
    ///   - secret: known to us alone.
    ///   - domain: ours, in rewritten addresses.
    ///   - validDays: how long reports come back; mail waits some five days in queues.
    ///   - hashCharacters: 6 bits each, less what folding of case takes; at least 4.
    public init(secret: [UInt8], domain: Domain, validDays: Int = 21, hashCharacters: Int = 4) {
        precondition((0..<Self.daysMax / 2).contains(validDays), "more days than the scheme can count")
        precondition((4...24).contains(hashCharacters), "a hash of 4 to 24 characters")
        self.secret = SymmetricKey(data: secret)
        self.domain = domain
        self.validDays = validDays
        self.hashCharacters = hashCharacters
    }

    /// The path under which a message is forwarded. The null path stays what it is, and so does one whose rewritten
    /// local part is longer than 64 octets, which nobody has to take (RFC 5321 §4.5.3.1.1).
    ///
    /// - Parameter seconds: the time, since 1970.
    public func forward(_ path: ReversePath, at seconds: Int64) -> ReversePath {
        guard let sender = path.address, sender.domain != domain else { return path }
        let local = sender.localPart.text
        let rewritten: String
        switch SRSForm(local) {
        case .srs1(let first, let opaque):
            rewritten = "SRS1=\(hash(first, opaque))=\(first)=\(opaque)"
        case .srs0(let opaque):
            rewritten = "SRS1=\(hash(sender.domain.ascii, opaque))=\(sender.domain.ascii)=\(opaque)"
        case nil:
            let day = SRSDay(seconds: seconds).text
            let domain = sender.domain.ascii
            rewritten = "SRS0=\(hash(day, domain, local))=\(day)=\(domain)=\(local)"
        }
        guard let localPart = LocalPart(unquoted: rewritten) else { return path }
        return .address(EmailAddress(localPart: localPart, domain: domain))
    }

    /// Whether a local part looks like one of these.
    public static func isRewritten(_ localPart: LocalPart) -> Bool {
        SRSForm.tag(localPart.text) != nil
    }

    /// The sender that a rewritten local part stands for.
    ///
    /// - Parameter seconds: the time, since 1970.
    public func reverse(_ localPart: LocalPart, at seconds: Int64) throws(Failure) -> EmailAddress {
        guard let tag = SRSForm.tag(localPart.text) else { throw .notRewritten }
        let rest = localPart.text.dropFirst(5)
        switch tag {
        case .srs0:
            let parts = rest.split(separator: "=", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 4, !parts[3].isEmpty else { throw .malformed }
            guard isRight(parts[0], for: parts[1], parts[2], parts[3]) else { throw .badHash }
            guard let day = SRSDay(text: parts[1]) else { throw .malformed }
            guard day.age(atSeconds: seconds) <= validDays else { throw .expired }
            return try address(parts[3], parts[2])
        case .srs1:
            let parts = rest.split(separator: "=", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3, let separator = parts[2].first, SRSForm.separators.contains(separator) else {
                throw .malformed
            }
            guard isRight(parts[0], for: parts[1], parts[2]) else { throw .badHash }
            return try address("SRS0" + parts[2], parts[1])
        }
    }

    private func address(_ local: String, _ domain: String) throws(Failure) -> EmailAddress {
        guard let localPart = LocalPart(unquoted: local), let domain = Domain(domain) else { throw .malformed }
        return EmailAddress(localPart: localPart, domain: domain)
    }

    /// The hash over parts, which folding of case does not change.
    private func hash(_ parts: String...) -> String { String(fullHash(parts).prefix(hashCharacters)) }

    private func fullHash(_ parts: [String]) -> String {
        var authentication = HMAC<Insecure.SHA1>(key: secret)
        for part in parts { authentication.update(data: Array(part.lowercased().utf8)) }
        return Base64.encode(Array(authentication.finalize()))
    }

    /// Compares in a time that does not depend on where they differ. A hash that was made with more characters than are
    /// asked for is right, too; one with fewer is not.
    private func isRight(_ given: String, for parts: String...) -> Bool {
        let given = Array(given.lowercased().utf8)
        let right = Array(fullHash(parts).lowercased().utf8)
        guard given.count >= hashCharacters, given.count <= right.count else { return false }
        var difference: UInt8 = 0
        for (one, other) in zip(given, right) { difference |= one ^ other }
        return difference == 0
    }
}

extension SRSRewriter: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without the secret.
    public var description: String { "<SRS for \(domain)>" }
    /// The same.
    public var debugDescription: String { description }
    /// Nothing for `dump` to find.
    public var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)]()) }
}
