/// Whether a listener takes logins, and on which connections.
package enum LoginPolicy: Hashable, Sendable {
    /// None: AUTH is not announced.
    case none
    /// Under TLS alone (RFC 8314 §3, RFC 4954 §4).
    case requiresTLS
    /// In clear text too: for a listener on a loopback address.
    case allowsClearText
}
