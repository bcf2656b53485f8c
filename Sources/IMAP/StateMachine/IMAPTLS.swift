/// TLS on the connection, now.
package enum IMAPTLS: Hashable, Sendable {
    /// The listener has no certificate.
    case unavailable
    /// STARTTLS would start it.
    case available
    /// It is on, by STARTTLS or from the first octet.
    case active
}
