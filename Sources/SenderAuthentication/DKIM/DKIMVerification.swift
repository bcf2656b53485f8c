public import MailCore

/// What became of one signature, in the words of RFC 8601 §2.7.1.
public enum DKIMResult: String, Sendable, Hashable, Codable {
    /// There is no signature.
    case none
    /// It is valid.
    case pass
    /// It is not: the message or the field was changed, or the key is another one.
    case fail
    /// It is valid, but in a way that is not accepted here: the key is too short.
    case policy
    /// It cannot be read.
    case neutral
    /// The key cannot be had now; later perhaps.
    case temporaryError = "temperror"
    /// It can never be verified.
    case permanentError = "permerror"
}

/// One signature of a message, verified.
public struct DKIMVerification: Sendable, Hashable {
    /// The outcome.
    public let result: DKIMResult
    /// Why, in a few words; empty when it passed.
    public let reason: String
    /// Who signed, `d=`; nil when the field cannot be read.
    public let domain: Domain?
    /// Under which selector.
    public let selector: DKIMSelector?
    /// For whom, `i=`.
    public let identity: String
    /// How; empty when it cannot be read.
    public let algorithm: String
    /// The first characters of `b=`, which tell signatures apart (RFC 6008 §4).
    public let signaturePrefix: String
    /// Whether all of the body is signed, or only its first octets (`l=`).
    public let bodyCoverage: BodyCoverage
    /// What the domain says of its key.
    public let flags: DKIMKeyRecord.Flags

    /// How much of the body a signature covers.
    public enum BodyCoverage: Sendable, Hashable {
        /// All of it.
        case whole
        /// Something may have been added at its end (RFC 6376 §8.2).
        case part
    }
}

/// What the DNS says to the name of a key.
public enum DKIMKeyAnswer: Sendable, Hashable {
    /// The TXT records, the strings of each joined; none when the name has none.
    case records([String])
    /// No answer can be had now.
    case unavailable
}
