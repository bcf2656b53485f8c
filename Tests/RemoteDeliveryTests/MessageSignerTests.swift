import AgentTestSupport
import Directory
import InternetMessage
import Logging
import MailCore
import MailQueue
import NIOCore
import SMTP
import SenderAuthentication
import Storage
import Testing

@testable import RemoteDelivery

/// What leaves carries signatures that fit exactly the octets that are handed out.
@Suite struct MessageSignerTests {
    private static let head = "From: Ana <ana@example.test>\r\nTo: x@far.test\r\nSubject: cafe\r\n"
    private static let mime =
        head + "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"

    /// Messages, each with whether it needs eight bits.
    static let messages: [(String, EnvelopeParameters.BodyType)] = [
        (head + "\r\nhello\r\n", .sevenBit),
        (head + "\r\n", .sevenBit),
        (head, .sevenBit),
        (head + "\r\n.\r\n..\r\n trailing \t \r\n\r\n\r\n", .sevenBit),
        (mime + "\r\nSe\u{f1}or \u{d1}and\u{fa}\r\n", .eightBitMIME),
        // Several pieces; the empty line stands at the end of the first one.
        (
            head + "X-Long:" + String(repeating: "\r\n " + String(repeating: "y", count: 74), count: 4000)
                + "\r\n\r\nbody\r\n", .sevenBit
        ),
        (
            mime + "\r\n" + String(repeating: "Se\u{f1}or " + String(repeating: "z", count: 60) + "\r\n", count: 9000),
            .eightBitMIME
        ),
    ]

    private static func item(
        _ text: String, _ body: EnvelopeParameters.BodyType, _ origin: QueuedMessage.Origin, in test: TestStore
    ) async throws -> QueueItem {
        let email = test.store.reserveEmailID()
        let recipient = QueuedMessage.Recipient(
            recipient: EnvelopeRecipient(path: .address(try address("x@far.test"))),
            reversePath: .address(try address("ana@example.test")))
        let message = QueuedMessage(
            origin: origin, parameters: EnvelopeParameters(body: body), acceptedAt: 7, recipients: [recipient])
        try await test.store.deliver(email, MessageBody(ByteBuffer(string: text))) { transaction in
            try MailQueue.enqueue(message, email, in: transaction)
            return (DeliveryRecord(email: email, copies: [], queued: message), ())
        }
        return try #require(try await test.queue.due("far.test", at: 7, limit: 1).first)
    }

    private static func handedOut(_ message: OutgoingMessage) async throws -> [UInt8] {
        let reader = message.reader()
        var octets: [UInt8] = []
        while let piece = try await reader.next() {
            #expect(piece.readableBytes > 0)
            octets += piece.readableBytesView
        }
        #expect(try await reader.next() == nil)
        #expect(octets.count == Int(message.sizeOctets))
        return octets
    }

    private static func verify(_ octets: [UInt8], _ keys: [DKIMSigningKey], _ domain: Domain) -> [DKIMVerification] {
        let end = octets.indices.first { octets[$0...].starts(with: "\r\n\r\n".utf8) }.map { $0 + 4 } ?? octets.count
        var verifier = DKIMVerifier(header: Array(octets[..<end]), at: 1_600_000_000)
        verifier.update(Array(octets[end...]))
        let answers = keys.map { ($0.recordName(in: domain), DKIMKeyAnswer.records([$0.recordText])) }
        return verifier.results(keys: Dictionary(uniqueKeysWithValues: answers))
    }

    private static func withSigner(
        _ body: (TestStore, MessageSigner, Domain) async throws -> Void
    ) async throws {
        try await withTestStore { test in
            let domain = try #require(Domain("example.test"))
            try await test.directory.addDomain(domain)
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            try await body(test, MessageSigner(store: test.store, directory: test.directory, logger: logger), domain)
        }
    }

    @Test func whatIsHandedOutVerifies() async throws {
        try await Self.withSigner { test, signer, domain in
            let keys = try await test.directory.signingKeys(for: domain)
            for (text, body) in Self.messages {
                let item = try await Self.item(text, body, .submitted, in: test)
                for extensions: SMTPCapabilities.Extensions in [[.eightBitMIME], [], [.binaryMIME, .chunking]] {
                    var capabilities = SMTPCapabilities()
                    capabilities.extensions = extensions
                    var message = OutgoingMessage(item, test.store)
                    try await message.prepare(for: capabilities)
                    let plain = try await Self.handedOut(message)
                    let told = await signer.sign(&message, item, at: 1_500_000_000)
                    #expect(told.count == keys.count)
                    let octets = try await Self.handedOut(message)
                    #expect(octets.suffix(plain.count) == plain[...])
                    #expect(Self.verify(octets, keys, domain).map(\.result) == keys.map { _ in .pass })
                    let isConverted =
                        body != .sevenBit && !extensions.contains(.eightBitMIME) && !extensions.contains(.binaryMIME)
                    #expect(message.body == (isConverted ? .sevenBit : body))
                    if isConverted {
                        let end = octets.indices.first { octets[$0...].starts(with: "\r\n\r\n".utf8) } ?? 0
                        #expect(octets[end...].allSatisfy { $0 < 0x80 })
                    } else {
                        #expect(plain == Array(text.utf8))
                    }
                }
                try await test.store.change {
                    try MailQueue.settleAndNote(
                        Settlement(email: EmailID(rawValue: item.queueID.rawValue), recipients: [0], at: 7), in: $0)
                }
            }
        }
    }

    /// Mail of others is led on as it is, and so is what names no author of ours.
    @Test(arguments: [
        (head + "\r\nx\r\n", QueuedMessage.Origin.received), ("From: <x@other.test>\r\n\r\nx\r\n", .submitted),
        ("Subject: x\r\n\r\nx\r\n", .submitted), ("\r\nx\r\n", .submitted), ("", .submitted),
        ("X: " + String(repeating: "y", count: 2 << 20), .submitted),
    ])
    func whatIsNotOursIsNotSigned(_ text: String, _ origin: QueuedMessage.Origin) async throws {
        try await Self.withSigner { test, signer, _ in
            let item = try await Self.item(text, .sevenBit, origin, in: test)
            var message = OutgoingMessage(item, test.store)
            #expect(await signer.sign(&message, item, at: 1_500_000_000) == [])
            #expect(try await Self.handedOut(message) == Array(text.utf8))
        }
    }
}
