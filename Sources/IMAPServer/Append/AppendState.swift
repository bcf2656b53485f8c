internal import Delivery
internal import IMAP
internal import MailCore
internal import Storage

/// The messages of an APPEND or REPLACE that are under way.
///
/// None of them is in the store before the command's end. What has come is in memory and in files without a name: nothing
/// is left of it when the client breaks off or the server dies.
struct AppendState {
    /// A message that comes.
    struct Incoming {
        let options: AppendOptions
        var spool: MessageSpool
        /// What the octets that come next may hold.
        var content: LiteralContent
    }

    /// A message that is there.
    struct Whole {
        let options: AppendOptions
        let message: Delivery.PreparedMessage
    }

    /// Where they go.
    let mailbox: MailboxName
    /// The message in whose place they come.
    let replaces: UID?
    /// In the order of the command.
    var whole: [Whole] = []
    var incoming: Incoming?
    /// Octets of `whole` that are in memory.
    var heldOctets: Int64 = 0
    /// What went wrong while octets came: said when the client has sent them.
    var failure: IMAPCompletion?

    /// Nothing has come.
    init(to mailbox: MailboxName, replaces: UID?) {
        self.mailbox = mailbox
        self.replaces = replaces
    }

    /// Octets that have come.
    var octetCount: Int64 { whole.reduce(incoming?.spool.count ?? 0) { $0 + $1.message.count } }
}

/// The mailbox that the session has appended to last: clients append one message after the other. That it is there, and what
/// may be done with it, is looked up again by the transaction that files them.
struct AppendDestination {
    let account: AccountID
    let name: MailboxName
    let owner: AccountID
    /// 0: none.
    let quotaOctets: Int64
}

/// What is done after octets of a message were taken.
enum AppendDemand {
    /// The next ones.
    case more
    /// `flushMessages` first.
    case flush
}
