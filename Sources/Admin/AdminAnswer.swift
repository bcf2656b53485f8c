package import Directory
package import RemoteAccounts

/// What comes back for a request: any number of steps, then an end.
package enum AdminAnswer: Codable, Sendable {
    /// How far a long piece of work is.
    case progress(done: Int64, total: Int64?)
    /// Something to be told at once.
    case note(String)
    /// The end: it is done.
    case done(AdminResult)
    /// The end: it failed, and what to do next.
    case failed(problem: String, advice: String)
}

/// What a request has brought.
package enum AdminResult: Codable, Sendable {
    case nothing
    case domains([DomainSummary])
    case signingKeys([SigningKeySummary])
    case accounts([AccountReport])
    case appPasswords([AppPasswordReport])
    case sessions([WebSessionSummary])
    /// Whether there was something to be ended or turned off.
    case ended(count: Int)
    case aliases([AliasSummary])
    case lists([ListSummary])
    case mailboxes([MailboxReport])
    case removal(Removal)
    case queue([QueueReport], total: Int64)
    /// Recipients that something was done about.
    case recipients(Int)
    case traces([TraceReport])
    case transfer(TransferReport)
    case fetching([FetchAccountReport])
    case findings([FindingReport])
    case compaction(segments: Int, freedBytes: Int64)
}

/// An account with what it holds.
package struct AccountReport: Codable, Sendable {
    /// The account.
    package var account: AccountSummary
    /// Octets of its messages.
    package var usedBytes: Int64
    /// How many messages it has.
    package var messages: Int64
    /// Its new password, when one was generated: to be shown once.
    package var generatedPassword: AdminSecret?
}

/// A password for one program.
package struct AppPasswordReport: Codable, Sendable {
    /// All but the password.
    package var summary: AppPasswordSummary
    /// The password, when it was made: to be shown once.
    package var password: AdminSecret?
}

/// A mailbox of an account.
package struct MailboxReport: Codable, Sendable {
    /// Somebody with whom it is shared.
    package struct Access: Codable, Sendable {
        /// An address, `@` and a domain, or `anyone`.
        package var party: String
        /// Letters of RFC 4314 §2.1.
        package var rights: String
        /// The same for rights that are taken, whoever gives them; may be empty.
        package var denied: String
    }

    /// Its name, levels separated by `/`.
    package var name: String
    /// What others call it.
    package var nameForOthers: String
    /// What it is for, as IMAP has it: `\Sent`.
    package var specialUse: String?
    /// How many messages it has.
    package var messages: Int64
    /// How many of them are unread.
    package var unread: Int64
    /// Octets of its messages.
    package var bytes: Int64
    /// With whom it is shared.
    package var sharedWith: [Access]
}

/// A message in the queue.
package struct QueueReport: Codable, Sendable {
    /// One of its recipients.
    package struct Recipient: Codable, Sendable {
        /// Whom to try.
        package var address: String
        /// Where reports go; empty for nowhere.
        package var sender: String
        /// How often it was tried.
        package var attempts: Int64
        /// Seconds since 1970.
        package var nextAttemptSeconds: Int64
        /// What the other server said last.
        package var lastReply: String
    }

    /// The queue id.
    package var id: String
    /// Seconds since 1970.
    package var acceptedSeconds: Int64
    /// Octets of the message.
    package var sizeBytes: Int64
    /// `waiting` or `held`.
    package var state: String
    /// Those not yet done with.
    package var recipients: [Recipient]
}

/// What happened to a message.
package struct TraceReport: Codable, Sendable {
    /// Something that happened.
    package struct Event: Codable, Sendable {
        /// What.
        package var kind: String
        /// Seconds since 1970.
        package var seconds: Int64
        /// In the order in which they are told; what follows a `to` is about it.
        package var facts: [Fact]
    }

    /// One fact.
    package struct Fact: Codable, Sendable {
        /// What it is about.
        package var name: String
        /// The fact.
        package var text: String
    }

    /// The queue id.
    package var id: String
    /// In their order.
    package var events: [Event]
}

/// What an import or export has moved.
package struct TransferReport: Codable, Sendable {
    /// Messages that were moved.
    package var messages: Int64 = 0
    /// Their octets.
    package var bytes: Int64 = 0
    /// What was left out, with the reason.
    package var skipped: [String] = []
}

/// An account elsewhere and how it goes with it.
package struct FetchAccountReport: Codable, Sendable {
    /// The account here.
    package var account: String
    /// What its user calls it.
    package var name: String
    /// How it is reached.
    package var settings: RemoteSettings
    /// When it is looked at next, in seconds since 1970.
    package var nextRunSeconds: Int64
    /// When it was looked at last; 0 for never.
    package var lastRunSeconds: Int64
    /// When that went well last; 0 for never.
    package var lastSuccessSeconds: Int64
    /// What went wrong last time, in plain words; empty when nothing did.
    package var lastError: String
    /// How often in a row it went wrong.
    package var failures: Int64
    /// Messages that were brought, in all.
    package var messages: Int64
    /// Their octets.
    package var bytes: Int64
}

/// Something that a check has found.
package struct FindingReport: Codable, Sendable {
    /// Aliases and lists that lead nowhere: worth a look, no fault of the store.
    package static let directoryKind = "directory"

    /// What kind of thing.
    package var kind: String
    /// In plain words.
    package var text: String
    /// Whether it has been mended.
    package var isMended: Bool
}

/// Why a request failed.
package struct AdminFailure: Error, Sendable, Hashable {
    /// What is wrong.
    package let problem: String
    /// What to do next; may be empty.
    package let advice: String

    /// Puts the two together.
    package init(_ problem: String, advice: String = "") {
        self.problem = problem
        self.advice = advice
    }

    /// What another module says: behind a semicolon it tells what to do.
    init(_ error: any Error) {
        let text = "\(error)"
        guard let semicolon = text.firstIndex(of: ";") else {
            self.init(text)
            return
        }
        let advice = text[text.index(after: semicolon)...].drop { $0 == " " }
        self.init(String(text[..<semicolon]), advice: String(advice))
    }
}
