/// What searching and indexing may cost.
package struct MailSearchLimits: Sendable {
    /// Messages that are indexed in one transaction, at most.
    package var batchMessagesMax = 256
    /// Octets of them, at most (one larger message makes a batch of its own).
    package var batchOctetsMax: Int64 = 8 << 20
    /// How long what arrives waits for more, in milliseconds: a batch of one message costs nearly what ten cost.
    package var lingerMilliseconds = 500
    /// The same where more keeps coming: a flood is indexed in large batches, which cost less and take less of its time.
    package var lingerMillisecondsMax = 5_000
    /// Ranges of new messages that are kept in mind; with more, the store is looked through instead.
    package var arrivalsMax = 4_096
    /// Messages that may be gone before the index is looked through for them, as a share of all: one in so many.
    package var forgetOneIn: Int64 = 16
    /// Octets of what is kept in memory of mailboxes, so that a search need not read which message is where.
    package var imageOctetsMax = 64 << 20
    /// Octets of what is kept in memory of accounts whose mail is listed: about 120 a message.
    package var accountImageOctetsMax = 256 << 20
    /// E-mails that went and are remembered, for each such account.
    package var rememberedGoneMax = 20_000
    /// How often a list is looked at again because messages had to be read for it.
    package var queryRoundsMax = 64
    /// Messages of a mailbox that are looked at in one snapshot of the store.
    package var pageMessages = 50_000
    /// The same where texts may have to be read.
    package var textPageMessages = 4_000
    /// Octets of messages that are read together.
    package var readOctetsMax: Int64 = 4 << 20
    /// So few messages are read rather than asked for in the index.
    package var readRatherMax = 8

    /// The limits as they stand above.
    package init() {}
}
