/// The threads of a mailbox (RFC 5256 §4), as tables: a thread may be as deep as a mailbox has messages, and values within
/// values would be taken apart by recursion.
package struct ThreadForest: Sendable, Hashable {
    /// For each node its message's number, of the command's kind; nil for a message that is not there.
    package private(set) var numbers: [UInt32?] = []
    /// For each node those below it, in their order.
    package private(set) var children: [[Int]] = []
    /// The first node of each thread, in their order.
    package var roots: [Int] = []

    /// No threads.
    package init() {}

    /// Adds a node, whose children were added before.
    ///
    /// - Returns: its place.
    package mutating func add(_ number: UInt32?, children: [Int] = []) -> Int {
        numbers.append(number)
        self.children.append(children)
        return numbers.count - 1
    }
}
