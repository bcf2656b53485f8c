/// Which server this is; one machine plays them all.
package enum Role: Hashable, Sendable {
    /// Port 25: takes mail from other servers for our domains (RFC 5321).
    case mta
    /// Ports 587 and 465: takes mail from our users (RFC 6409).
    case submission
    /// Takes mail from a neighbour and answers for each recipient (RFC 2033).
    case lmtp
}
