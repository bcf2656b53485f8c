/// What a POP3 server may do to a client.
package struct POP3ClientLimits: Hashable, Sendable {
    /// A reply's line with its line end, and a line of a list: RFC 2449 §4 asks for 512, challenges of AUTH are longer
    /// (RFC 5034 §4: 12,288 octets).
    package var lineOctetsMax = 16_384
    /// Messages that a maildrop may list.
    package var messagesMax = 1_000_000
    /// Octets of one message.
    package var messageOctetsMax: Int64 = 1 << 30
    /// A unique id: RFC 1939 §7 has 70, servers have more.
    package var uniqueIDOctetsMax = 255
    /// Lines of capabilities.
    package var capabilitiesMax = 200
    /// Commands that wait for their reply, where the server can pipeline (RFC 2449 §6.6).
    package var pipelinedMax = 16
    /// Challenges in one login.
    package var challengesMax = 10

    /// The limits as they stand above.
    package init() {}
}
