/// A message's place in a thread (RFC 5256 §4).
package struct ThreadNode: Sendable {
    /// Of the command's kind; nil for a message that is not there.
    package var number: UInt32?
    /// In their order.
    package var children: [ThreadNode]

    /// As above.
    package init(_ number: UInt32?, children: [ThreadNode] = []) {
        self.number = number
        self.children = children
    }
}
