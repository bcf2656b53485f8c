/// Why a client cannot be made.
package struct DNSSetupError: Error, Hashable, Sendable, CustomStringConvertible {
    /// In plain words.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
