import CSodium

/// Octets that nobody may see in a log: never described, wiped when the last holder lets go.
///
/// `@unchecked Sendable`: `storage` is written only inside `init`, before a reference exists elsewhere, and in
/// `deinit`, when none is left; in between it is only read.
package final class SecretBytes: @unchecked Sendable {
    /// Room for one octet at least, so that C always gets an address.
    private let storage: UnsafeMutablePointer<UInt8>
    /// How many octets.
    package let count: Int

    /// A copy of the octets; the caller's own copy is the caller's to forget.
    package convenience init(_ octets: some Collection<UInt8>) {
        self.init(count: octets.count) { storage in
            var position = 0
            for octet in octets {
                storage[position] = octet
                position += 1
            }
        }
    }

    /// `count` octets, zero at first, that `fill` writes.
    package init(count: Int, filling fill: (UnsafeMutablePointer<UInt8>) -> Void) {
        self.count = count
        storage = .allocate(capacity: max(1, count))
        storage.initialize(repeating: 0, count: max(1, count))
        fill(storage)
    }

    deinit {
        sodium_memzero(storage, count)
        storage.deallocate()
    }

    /// The octets, for the length of the call.
    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(start: storage, count: count))
    }

    /// The address of the octets, for the length of the call.
    func withPointer<Result>(_ body: (UnsafePointer<UInt8>) throws -> Result) rethrows -> Result {
        try body(UnsafePointer(storage))
    }

    /// Compares in a time that depends on the lengths only.
    package func isEqual(to other: SecretBytes) -> Bool {
        count == other.count && sodium_memcmp(storage, other.storage, count) == 0
    }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Says only how long the secret is.
    package var description: String { "<secret, \(count) octets>" }
    /// As `description`.
    package var debugDescription: String { description }
    /// No children, so that `dump` shows no pointer either.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
