/// A part's place in a message: `1.2` is its first part's second. Empty for the message itself.
package struct PartPath: Hashable, Sendable {
    /// Each from 1 up.
    package let numbers: [UInt32]

    /// From its numbers.
    package init(_ numbers: [UInt32] = []) { self.numbers = numbers }

    /// Whether it means the message itself.
    package var isWhole: Bool { numbers.isEmpty }
}
