/// `BINARY[…]`: a part without its transfer encoding.
package struct BinaryFetch: Hashable, Sendable {
    /// Which part.
    package let part: PartPath
    /// Whether the message becomes `\Seen`.
    package let effect: SeenEffect
    /// Which decoded octets; nil for all.
    package let range: OctetRange?

    /// As above.
    package init(part: PartPath, effect: SeenEffect = .sets, range: OctetRange? = nil) {
        self.part = part
        self.effect = effect
        self.range = range
    }
}
