package import MailCore

/// Why a message was not written. Nothing of a message that is refused for its fields was given to the sink.
package enum MessageWriteError: Error, Equatable {
    /// No field name of RFC 5322 §3.6.8, or longer than 70 octets, or one that the builder writes itself.
    case fieldName(String)
    /// An identifier with blanks, controls, angle brackets or 8-bit octets inside, or an empty or endless one.
    case identifier(String)
    /// No `type/subtype` of RFC 2045 §5.1.
    case mediaType(String)
    /// A parameter's name is no token, or its name is the writer's own.
    case parameterName(String)
    /// The address needs SMTPUTF8 (RFC 6531 §3.3) and the options say ASCII.
    case addressNeedsUTF8(EmailAddress)
    /// RFC 5322 §3.6.2: there is at least one author.
    case authorMissing
    /// RFC 5322 §3.6.2: more than one author needs a sender.
    case senderMissing
    /// More levels of multiparts than any reader follows.
    case nestingTooDeep
    /// The randomness given made the same boundaries again and again, all of them in the content.
    case noBoundary
}
