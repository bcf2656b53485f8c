package import MailCore

/// What an enhanced status code means to somebody who sent a message (RFC 3463 §3, RFC 7372, RFC 7505).
package struct StatusExplanation: Sendable, Hashable {
    /// A sentence about what is the matter.
    package let cause: String
    /// A sentence about what the sender can do.
    package let advice: String

    /// The explanation of a code; of one that is not known, that of its subject.
    package init(_ status: EnhancedStatusCode, _ language: ReportLanguage) {
        let topic = StatusTopic(status)
        switch language {
        case .english: self = Self.english(topic)
        case .spanish: self = Self.spanish(topic)
        }
    }

    init(_ cause: String, _ advice: String) {
        self.cause = cause
        self.advice = advice
    }
}

/// What codes are about; several codes are about the same.
enum StatusTopic: CaseIterable {
    case unknown
    case noSuchMailbox, noSuchDomain, badAddress, ambiguousAddress, recipientMoved, badSender, domainTakesNoMail
    case mailbox, mailboxDisabled, mailboxFull, tooLargeForMailbox, listExpansion
    case system, systemFull, notAccepting, tooLargeForSystem, misconfigured
    case network, noAnswer, connectionBroken, directoryFailure, noRoute, congestion, loop, expired
    case protocolError, tooManyRecipients
    case content, needsUTF8
    case policy, notAuthorized, listMembers, security, tlsRequired, authentication, senderNotVerified, tooMuchMail

    init(_ status: EnhancedStatusCode) {
        self =
            switch status.subject {
            case 1: Self.addressing(status.detail)
            case 2: Self.mailbox(status.detail)
            case 3: Self.system(status.detail)
            case 4: Self.network(status.detail)
            case 5: status.detail == 3 ? .tooManyRecipients : .protocolError
            case 6: [7, 8, 9, 10].contains(status.detail) ? .needsUTF8 : .content
            case 7: Self.policy(status.detail)
            default: .unknown
            }
    }

    private static func addressing(_ detail: UInt16) -> StatusTopic {
        switch detail {
        case 1: .noSuchMailbox
        case 2: .noSuchDomain
        case 4: .ambiguousAddress
        case 6: .recipientMoved
        case 7, 8, 9: .badSender
        case 10: .domainTakesNoMail
        default: .badAddress
        }
    }

    private static func mailbox(_ detail: UInt16) -> StatusTopic {
        switch detail {
        case 1: .mailboxDisabled
        case 2: .mailboxFull
        case 3: .tooLargeForMailbox
        case 4: .listExpansion
        default: .mailbox
        }
    }

    private static func system(_ detail: UInt16) -> StatusTopic {
        switch detail {
        case 1: .systemFull
        case 2: .notAccepting
        case 4: .tooLargeForSystem
        case 5: .misconfigured
        default: .system
        }
    }

    private static func network(_ detail: UInt16) -> StatusTopic {
        switch detail {
        case 1: .noAnswer
        case 2: .connectionBroken
        case 3: .directoryFailure
        case 4: .noRoute
        case 5: .congestion
        case 6: .loop
        case 7: .expired
        default: .network
        }
    }

    private static func policy(_ detail: UInt16) -> StatusTopic {
        switch detail {
        case 1: .notAuthorized
        case 2: .listMembers
        case 3, 4, 5, 6, 7, 10, 11: .security
        case 8, 9, 12, 14: .authentication
        case 13: .mailboxDisabled
        case 20...27: .senderNotVerified
        case 28: .tooMuchMail
        case 30: .tlsRequired
        default: .policy
        }
    }
}
