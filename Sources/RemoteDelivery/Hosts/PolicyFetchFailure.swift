internal import DNSClient
internal import SenderAuthentication

/// Why a domain's MTA-STS policy could not be read.
enum PolicyFetchFailure: Error, Hashable, Sendable {
    /// The policy's host has none.
    case noAddress(DNSError)
    /// No connection came about, or it broke; the system's word for it.
    case connectionLost(String)
    /// The host is not the one that was meant (RFC 8461 §3.3).
    case notVerified(String)
    /// Anything but 200; redirects are not followed (RFC 8461 §3.3).
    case status(Int)
    /// Not `text/plain` (RFC 8461 §3.2).
    case contentType(String)
    /// More than the limit.
    case tooLarge
    /// What came is no policy.
    case malformed(MTASTSPolicy.Fault)
    /// The time was up.
    case timedOut
    /// Our side does not want to go on.
    case cancelled
}

extension PolicyFetchFailure: CustomStringConvertible {
    /// A line for logs.
    var description: String {
        switch self {
        case .noAddress(let error): "its host has no address: \(error)"
        case .connectionLost(let reason): "no connection: \(reason)"
        case .notVerified(let reason): "its host is not verified: \(reason)"
        case .status(let status): "its host answers with status \(status)"
        case .contentType(let type): "it is no text/plain, but '\(type)'"
        case .tooLarge: "it is too large"
        case .malformed(let fault): "it is malformed: \(fault)"
        case .timedOut: "its host is too slow"
        case .cancelled: "cancelled"
        }
    }
}
