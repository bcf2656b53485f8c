internal import MailCore

/// Replies of AUTH (RFC 4954 §4, §6).
extension SMTPReply {
    /// The client is who it says.
    static let loggedIn = SMTPReply(235, EnhancedStatusCode(.success, 7, 0), "Authentication successful")

    /// `334` and base64; a challenge has no enhanced status code.
    static func challenge(_ base64: [UInt8]) -> SMTPReply {
        SMTPReply(334, String(decoding: base64, as: UTF8.self))
    }

    /// Wrong name, wrong password, a disabled account: nobody is told which.
    package static let loginFailed = SMTPReply(
        535, EnhancedStatusCode(.permanentFailure, 7, 8), "Authentication credentials invalid")

    /// Logins cannot be checked now.
    package static let loginUnavailable = SMTPReply(
        454, EnhancedStatusCode(.persistentTransientFailure, 7, 0), "Logins cannot be checked now, try again later")

    /// After too many failed ones.
    static let tooManyFailedLogins = SMTPReply(
        421, EnhancedStatusCode(.persistentTransientFailure, 7, 0), "Too many failed logins, closing")

    /// MAIL before AUTH.
    static let loginRequired = SMTPReply(
        530, EnhancedStatusCode(.permanentFailure, 7, 0), "Authentication required: log in with AUTH first")

    /// AUTH in clear text where that is not taken.
    static let loginNeedsTLS = SMTPReply(
        538, EnhancedStatusCode(.permanentFailure, 7, 11), "Logins are taken under TLS alone: send STARTTLS first")

    /// A mechanism that was not announced.
    static let unknownMechanism = SMTPReply(
        504, EnhancedStatusCode(.permanentFailure, 5, 4), "This mechanism is not served; EHLO lists those that are")

    /// A second AUTH.
    static let alreadyLoggedIn = SMTPReply(
        503, EnhancedStatusCode(.permanentFailure, 5, 1), "Already logged in; there is one login per connection")

    /// AUTH between MAIL and the message's end.
    static let loginWithinTransaction = SMTPReply(
        503, EnhancedStatusCode(.permanentFailure, 5, 1), "AUTH is not permitted within a mail transaction")

    /// `*`
    static let loginCancelled = SMTPReply(
        501, EnhancedStatusCode(.permanentFailure, 7, 0), "Authentication cancelled")

    /// No base64.
    static let undecodableResponse = SMTPReply(
        501, EnhancedStatusCode(.permanentFailure, 5, 2), "This is no base64; authentication cancelled")

    /// A message that does not follow the mechanism's grammar.
    static let malformedResponse = SMTPReply(
        501, EnhancedStatusCode(.permanentFailure, 5, 2),
        "This is no message of the mechanism; authentication cancelled")

    /// A response beyond the limit (RFC 4954 §4).
    static let responseTooLong = SMTPReply(
        500, EnhancedStatusCode(.permanentFailure, 5, 6), "Authentication exchange line is too long")
}
