/// An APPEND or REPLACE under way.
struct AppendTransfer: Sendable {
    let tag: CommandTag
    var grammar: AppendGrammar
    /// Parts of the piece of text read last about which the session was not asked yet, the last one first.
    var parts: [AppendPart] = []
    /// The part that the session is asked about.
    var asked: AppendPart?
    /// The literal with which the piece ended, whose octets the last part is; nil where the command ended.
    var header: LiteralHeader?
    /// Octets announced of the message that is coming.
    var messageOctets: UInt64 = 0
    /// Whether the session has something to throw away.
    var hasPlace = false
}
