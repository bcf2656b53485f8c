import MailCore
import Testing

@testable import Storage

/// What stands in the log before a message's octets, and the notes.
@Suite struct RecordCodingTests {
    private static func address(_ text: String) -> EmailAddress? { EmailAddress(text) }

    private static func recipient(
        _ text: String, from sender: String = "", notify: EnvelopeRecipient.Notify? = nil,
        original: EnvelopeRecipient.OriginalRecipient? = nil, task: QueuedMessage.Task = .deliver
    ) -> QueuedMessage.Recipient {
        QueuedMessage.Recipient(
            recipient: EnvelopeRecipient(
                path: address(text).map(ForwardPath.address) ?? .postmaster, notify: notify, originalRecipient: original
            ),
            reversePath: address(sender).map(ReversePath.address) ?? .null, task: task)
    }

    private static let recipients = [
        recipient("a@far.test"), recipient(""),
        recipient("\"c d\"@far.test", from: "josé@bücher.example", notify: .never, task: .reportDelivered),
        recipient(
            "josé@far.test", from: "s@a.test", notify: [.success, .failure, .delay],
            original: .init(addressType: "utf-8", address: "josé"), task: .reportExpanded),
        recipient("e@far.test", notify: []),
    ]

    static let messages: [QueuedMessage] = {
        let parameters: [EnvelopeParameters] = [
            EnvelopeParameters(),
            EnvelopeParameters(
                body: .binaryMIME, smtpUTF8: .needed, requireTLS: .required, dsnReturn: .headers, envelopeID: ""),
            EnvelopeParameters(
                body: .eightBitMIME, dsnReturn: .full, envelopeID: "QQ314159", holdUntil: 4_000_000_000,
                deliverBy: .init(deadline: 4_000_000_001, mode: .returnMessage)),
            EnvelopeParameters(deliverBy: .init(deadline: 1, mode: .notify, trace: .wanted)),
        ]
        var messages = parameters.map {
            QueuedMessage(origin: .submitted, parameters: $0, acceptedAt: 1_700_000_000, recipients: recipients)
        }
        messages.append(QueuedMessage(origin: .generated, parameters: .init(), acceptedAt: -1, recipients: []))
        // What is left of a message keeps its numbers.
        messages[0].recipients.removeFirst(2)
        return messages
    }()

    private static let copy = FiledCopy(
        account: AccountID(rawValue: 1), mailbox: MailboxID(rawValue: 2), uid: UID(rawValue: .max),
        modSeq: ModSeq(rawValue: 3), thread: ThreadID(rawValue: 4), flags: SystemFlags(rawValue: 5),
        keywords: ["$Junk", "ñ"], internalDate: -7, saveDate: 8, prefix: [0, 255])

    private static let settlements = [
        Settlement(email: EmailID(rawValue: 9), recipients: [0, 1, 400], at: 1_700_000_000),
        Settlement(email: EmailID(rawValue: .max), recipients: [], at: 0),
    ]

    static let records: [DeliveryRecord] =
        messages.map { DeliveryRecord(email: EmailID(rawValue: 77), copies: [], queued: $0) } + [
            DeliveryRecord(email: EmailID(rawValue: 1), copies: [], queued: nil),
            DeliveryRecord(
                email: EmailID(rawValue: .max), copies: [copy, copy], queued: messages[2], trace: [1, 2, 3],
                settles: settlements),
            DeliveryRecord(
                email: EmailID(rawValue: 3), copies: [copy], queued: nil, trace: [1],
                retrieval: Retrieval(
                    account: AccountID(rawValue: 1), remote: .max, folder: 0, key: [0, 255], fingerprint: [], at: -1)),
            DeliveryRecord(
                email: EmailID(rawValue: 2), copies: [copy], queued: nil,
                replaced: ReplacedCopy(
                    mailbox: MailboxKey(account: AccountID(rawValue: 1), mailbox: MailboxID(rawValue: 300)),
                    uid: UID(rawValue: .max), modSeq: ModSeq(rawValue: 1 << 40))),
            {
                var record = DeliveryRecord(email: EmailID(rawValue: 3), copies: [copy], queued: nil)
                record.followers = 99
                return record
            }(),
        ]

    @Test(arguments: records) func recordsComeBack(_ record: DeliveryRecord) throws {
        #expect(try DeliveryRecord(octets: record.octets) == record)
    }

    static let notes: [LogNote] =
        settlements.map { .settled($0) } + [
            .filed(EmailID(rawValue: 1), copy),
            .expunged(
                AccountID(rawValue: 1), MailboxID(rawValue: 2), [UID(rawValue: 5), UID(rawValue: 1)],
                ModSeq(rawValue: 9)),
            .flags(
                AccountID(rawValue: 1), MailboxID(rawValue: 2), [UID(rawValue: 3), UID(rawValue: 8)],
                ModSeq(rawValue: 4),
                SystemFlags(rawValue: 5), keywords: ["x"]),
            .rows(
                table: "t", key: [.init(name: "k", value: .integer(1)), .init(name: "l", value: .text("m"))],
                rows: [
                    [.init(name: "a", value: .null), .init(name: "b", value: .text("ñ"))],
                    [.init(name: "c", value: .octets([1]))],
                ]),
        ]

    @Test(arguments: notes) func notesComeBack(_ note: LogNote) throws {
        #expect(try LogNote(octets: note.octets) == note)
    }

    /// A record as the first version wrote it: no origin, no hold, no deadline, no numbers, nothing behind the entry.
    @Test(arguments: [nil, "QQ314159"]) func theFirstLayoutIsRead(envelopeID: String?) throws {
        var writer = OctetWriter()
        writer.write(Int64(77))
        writer.write(count: 0)
        writer.write(octet: QueuedMessage.Layout.ordered.rawValue)
        for octet: UInt8 in [1, 1, 0, 2] { writer.write(octet: octet) }
        writer.write(optional: envelopeID)
        writer.write(Int64(1_700_000_000))
        writer.write(count: Self.recipients.count)
        for entry in Self.recipients {
            writer.write(entry.reversePath.address?.written ?? "")
            writer.write(entry.recipient.path.address?.written ?? "")
            writer.write(octet: entry.recipient.notify.map { $0.rawValue | 0x80 } ?? 0)
            writer.write(optional: entry.recipient.originalRecipient?.addressType)
            writer.write(optional: entry.recipient.originalRecipient?.address)
        }
        let parameters = EnvelopeParameters(
            body: .eightBitMIME, smtpUTF8: .needed, dsnReturn: .headers, envelopeID: envelopeID)
        var expected = QueuedMessage(
            origin: .received, parameters: parameters, acceptedAt: 1_700_000_000, recipients: Self.recipients)
        for index in expected.recipients.indices { expected.recipients[index].task = .deliver }
        let record = try DeliveryRecord(octets: writer.octets)
        #expect(record == DeliveryRecord(email: EmailID(rawValue: 77), copies: [], queued: expected))
        // Written anew it has today's layout.
        #expect(try DeliveryRecord(octets: record.octets) == record)
    }

    /// Octets that were damaged are an error or another record, never a trap.
    @Test(arguments: records) func damagedRecordsEnd(_ record: DeliveryRecord) {
        let whole = record.octets
        for count in 0..<whole.count { _ = try? DeliveryRecord(octets: Array(whole.prefix(count))) }
        for index in whole.indices {
            for value: UInt8 in [0, 1, 0x7f, 0x80, 0xff] {
                var octets = whole
                octets[index] = value
                _ = try? DeliveryRecord(octets: octets)
            }
        }
    }

    @Test(arguments: notes) func damagedNotesEnd(_ note: LogNote) {
        let whole = note.octets
        for count in 0..<whole.count { _ = try? LogNote(octets: Array(whole.prefix(count))) }
        for index in whole.indices {
            for value: UInt8 in [0, 1, 0x7f, 0x80, 0xff] {
                var octets = whole
                octets[index] = value
                _ = try? LogNote(octets: octets)
            }
        }
    }
}
