/// Why there are no records.
package enum DNSError: Error, Hashable, Sendable {
    /// The name does not exist, with any type (NXDOMAIN, RFC 2308 §2.1).
    case noSuchDomain(DNSSecurity)
    /// The name exists, without records of this type (RFC 2308 §2.2).
    case noData(DNSSecurity)
    /// The servers could not answer, or would not (SERVFAIL, REFUSED…).
    case serverFailure(detail: String)
    /// Nobody has answered within the time that a lookup may take.
    case timedOut
    /// DNSSEC was tampered with or is broken (RFC 4033 §5): nothing of the answer may be used.
    case bogus(reason: String)
    /// More is being looked up than the client does at one time.
    case tooManyLookups
    /// There was an answer, and nothing in it can be used.
    case malformed
    /// What was asked for is no name of the DNS: an address literal, or too long.
    case notAName
    /// The task was cancelled.
    case cancelled
    /// The client has been taken down, or libunbound failed.
    case stopped

    /// Whether asking later can help.
    package enum Permanence: Hashable, Sendable {
        /// The answer will be the same until somebody changes the zone.
        case permanent
        /// It may be another one next time.
        case temporary
    }

    /// Whether asking later can help.
    package var permanence: Permanence {
        switch self {
        case .noSuchDomain, .noData, .notAName: .permanent
        case .serverFailure, .timedOut, .bogus, .tooManyLookups, .malformed, .cancelled, .stopped: .temporary
        }
    }

    /// Of the proof that there is nothing; nil when nothing was proven.
    package var security: DNSSecurity? {
        switch self {
        case .noSuchDomain(let security), .noData(let security): security
        default: nil
        }
    }
}

extension DNSError: CustomStringConvertible {
    /// In plain words, after the name that was asked for: `example.org: there is no such domain`.
    package var description: String {
        switch self {
        case .noSuchDomain: "there is no such domain"
        case .noData: "the domain has no such record"
        case .serverFailure(let detail): "its name servers failed (\(detail))"
        case .timedOut: "no name server answered in time"
        case .bogus(let reason): "the answer is not what the domain has signed (DNSSEC: \(reason))"
        case .tooManyLookups: "too many lookups at one time"
        case .malformed: "the answer makes no sense"
        case .notAName: "this is no domain name"
        case .cancelled: "the lookup was cancelled"
        case .stopped: "the DNS client has stopped"
        }
    }
}
