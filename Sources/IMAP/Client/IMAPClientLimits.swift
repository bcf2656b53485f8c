/// What an IMAP server may do to a client.
package struct IMAPClientLimits: Hashable, Sendable {
    /// One response without the octets of messages: a search of a million messages has 8 MB of numbers.
    package var responseOctetsMax = 16 << 20
    /// Octets of one message.
    package var messageOctetsMax: Int64 = 1 << 30
    /// Numbers in one list.
    package var numbersMax = 4_000_000
    /// Flags of one message or mailbox.
    package var flagsMax = 200
    /// Capabilities.
    package var capabilitiesMax = 300
    /// How deep parentheses stand in each other.
    package var depthMax = 20
    /// Values in one structure, such as an envelope's.
    package var valuesMax = 100_000
    /// How deep structures stand in each other: messages within messages.
    package var structureDepthMax = 200
    /// A mailbox's name.
    package var nameOctetsMax = 1_000
    /// Challenges in one login.
    package var challengesMax = 10

    /// The limits as they stand above.
    package init() {}
}
