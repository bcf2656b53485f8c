/// Which fields of a header a signature covers (RFC 6376 §5.4).
public struct SignedHeaderFields: Sendable, Hashable {
    /// Named once more often than they are there, so that nobody can add another one (RFC 6376 §5.4.2, §8.15).
    public var sealed: [String]
    /// Sealed where they are there: those that others on the way may rightly add.
    public var sealedIfPresent: [String]
    /// Covered where they are there.
    public var covered: [String]

    /// Three lists of names in lower case; each name stands in one of them. `from` has to be among them (RFC 6376 §5.4).
    public init(sealed: [String], sealedIfPresent: [String] = [], covered: [String] = []) {
        precondition((sealed + sealedIfPresent + covered).contains("from"), "From is always signed (RFC 6376 §5.4)")
        self.sealed = sealed
        self.sealedIfPresent = sealedIfPresent
        self.covered = covered
    }

    /// What RFC 6376 §5.4.1 recommends, with the fields that later RFCs ask for: List-Unsubscribe and
    /// List-Unsubscribe-Post (RFC 8058 §4), and those that say how the body is read. Trace fields are none of them.
    public static let recommended = SignedHeaderFields(
        sealed: ["from", "to", "cc", "reply-to", "subject", "date", "message-id"],
        sealedIfPresent: [
            "sender", "in-reply-to", "references", "mime-version", "content-type", "content-transfer-encoding",
        ],
        covered: [
            "content-disposition", "content-id", "content-language", "resent-date", "resent-from", "resent-sender",
            "resent-to", "resent-cc", "resent-message-id", "list-id", "list-help", "list-unsubscribe",
            "list-unsubscribe-post", "list-subscribe", "list-post", "list-owner", "list-archive", "auto-submitted",
        ])

    /// `h=` for a header: the names in order, each as often as it counts.
    ///
    /// - Parameter occurrencesMax: how often one name is listed at most; those above are left out from the top.
    func names(for header: HeaderFields, occurrencesMax: Int) -> [String] {
        var counts: [String: Int] = [:]
        for field in header.fields { counts[field.name, default: 0] += 1 }
        var names: [String] = []
        func add(_ name: String, _ more: Int) {
            let count = min(counts[name, default: 0], occurrencesMax) + more
            names.append(contentsOf: Array(repeating: name, count: count))
        }
        for name in sealed { add(name, 1) }
        for name in sealedIfPresent where counts[name] != nil { add(name, 1) }
        for name in covered { add(name, 0) }
        return names
    }
}
