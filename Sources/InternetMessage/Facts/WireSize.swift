/// What sending a message line by line adds to its octets: POP3 ends each line with CRLF, also one that was stored with a
/// bare LF (RFC 1939 §3), and the last one.
package enum WireSize {
    /// The octets that come to those of a stored message, not counting stuffed dots and the closing line, which RFC 1939
    /// §11 leaves out of the size. Header lines put before the message, whole ones, change nothing in it.
    package static func addedOctets(to bytes: UnsafeRawBufferPointer) -> Int {
        let octets = Octets(bytes)
        guard !octets.isEmpty else { return 0 }
        var added = 0
        var next = 0
        while let end = octets.first(ASCII.lf, from: next) {
            // Before the first octet stands NUL.
            if octets[end - 1] != ASCII.cr { added += 1 }
            next = end + 1
        }
        return next == octets.end ? added : added + 2
    }
}
