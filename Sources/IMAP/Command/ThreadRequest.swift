/// THREAD and UID THREAD (RFC 5256 §3).
package struct ThreadRequest: Hashable, Sendable {
    /// How threads are made.
    package enum Algorithm: Hashable, Sendable {
        case orderedSubject
        case references
    }

    /// Which kind of numbers the answer has.
    package let numbering: MessageNumbering
    /// How threads are made.
    package let algorithm: Algorithm
    /// What to look for.
    package let key: SearchKey
}
