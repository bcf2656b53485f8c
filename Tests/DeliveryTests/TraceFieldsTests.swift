import AgentTestSupport
import Directory
import InternetMessage
import MailCore
import Testing

@testable import Delivery

@Suite struct TraceFieldsTests {
    private static func received(
        helloName: String? = "mx.elsewhere.example", peer: String? = "192.0.2.1", tls: String? = nil,
        recipient: ForwardPath? = nil
    ) -> TraceFields.Received {
        TraceFields.Received(
            helloName: helloName, peerAddress: peer, hostname: "mail.example.test", protocolKeyword: "ESMTP", tls: tls,
            queueID: QueueID(rawValue: 1), recipient: recipient, date: MailDate(secondsSince1970: TestStore.now))
    }

    private static let date = "Tue, 14 Nov 2023 22:13:20 +0000"

    @Test func plain() {
        #expect(
            Self.received().field == """
                Received: from mx.elsewhere.example ([192.0.2.1])\r
                \tby mail.example.test (Paloma) with ESMTP id 00000001;\r
                \t\(Self.date)\r

                """)
    }

    @Test func everything() throws {
        let recipient = ForwardPath.address(try address("ana@example.test"))
        let field = Self.received(
            helloName: "[IPv6:2001:db8::1]", peer: "2001:db8::1", tls: "TLSv1.3 TLS_AES_128_GCM_SHA256",
            recipient: recipient
        ).field
        #expect(
            field == """
                Received: from [IPv6:2001:db8::1] ([IPv6:2001:db8::1])\r
                \tby mail.example.test (Paloma) with ESMTP id 00000001\r
                \t(using TLSv1.3 TLS_AES_128_GCM_SHA256)\r
                \tfor <ana@example.test>;\r
                \t\(Self.date)\r

                """)
    }

    @Test func fromASocketOfThisMachine() {
        #expect(
            Self.received(helloName: nil, peer: nil).field.hasPrefix("Received: from unknown\r\n\tby mail.example.test")
        )
    }

    /// RFC 6531 §3.7.3 would have UTF-8 in `for` only of messages by SMTPUTF8; without it nothing is missing.
    @Test(arguments: [ForwardPath.postmaster, nil]) func recipientsThatAreNotTold(_ path: ForwardPath?) throws {
        #expect(!Self.received(recipient: path).field.contains("for "))
        let address = ForwardPath.address(try address("josé@example.test"))
        #expect(!Self.received(recipient: address).field.contains("for "))
    }

    @Test func theFieldIsRead() {
        let text = Self.received().field + Self.received().field + "Subject: x\r\n\r\nReceived: y\r\n"
        let count = text.utf8.withContiguousStorageIfAvailable { octets in
            let octets = UnsafeRawBufferPointer(octets)
            return ParsedMessage(parsing: octets).receivedCount(in: octets)
        }
        #expect(count == 2)
    }

    // MARK: The lines of one copy

    /// Delivered-To, X-Original-To, the list's return path, the sender, the lines.
    static let prefixes: [(String, String, String?, String?, String)] = [
        (
            "ana@example.test", "ana@example.test", nil, "s@a.example",
            "Return-Path: <s@a.example>\r\nDelivered-To: ana@example.test\r\nX-Original-To: ana@example.test\r\n"
        ),
        (
            "ana@example.test", "info@example.test", nil, nil,
            "Return-Path: <>\r\nDelivered-To: ana@example.test\r\nX-Original-To: info@example.test\r\n"
        ),
        (
            "ana@example.test", "news@example.test", "news-bounces@example.test", "s@a.example",
            """
            Return-Path: <news-bounces@example.test>\r\nDelivered-To: ana@example.test\r
            X-Original-To: news@example.test\r

            """
        ),
        (
            "josé@example.test", "\"a b\"@example.test", nil, "ñ@xn--bcher-kva.example",
            """
            Return-Path: <ñ@xn--bcher-kva.example>\r\nDelivered-To: josé@example.test\r
            X-Original-To: "a b"@example.test\r

            """
        ),
    ]

    @Test(arguments: prefixes.indices) func prefix(_ index: Int) throws {
        let (delivered, original, list, from, expected) = Self.prefixes[index]
        let copy = LocalCopy(
            account: AccountID(rawValue: 1), deliveredTo: try address(delivered), originalTo: try address(original),
            returnPath: try list.map { .address(try address($0)) })
        let sender = try from.map { ReversePath.address(try address($0)) } ?? .null
        #expect(String(decoding: TraceFields.prefix(of: copy, reversePath: sender), as: UTF8.self) == expected)
    }
}
