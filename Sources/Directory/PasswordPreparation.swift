import SASL

/// Names and passwords in the form in which they are hashed and compared (RFC 4013), so that the same password typed
/// on two keyboards is the same.
enum PasswordPreparation {
    /// A name or password that is compared with a stored one; nil for what SASLprep forbids.
    static func query(_ text: String) -> String? {
        try? SASLprep.prepare(text.utf8, as: .query)
    }

    /// A password that will be stored; nil also for characters that are younger than SASLprep.
    static func stored(_ text: String) -> String? {
        try? SASLprep.prepare(text.utf8, as: .stored)
    }
}
