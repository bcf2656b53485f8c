import MailCore
import Testing

@testable import SMTP

@Suite struct SMTPCommandParserTests {
    private func parse(
        _ line: String, _ extensions: SMTPExtensions = [.standard, .auth, .requireTLS]
    ) throws(SMTPCommandError) -> SMTPCommand {
        try SMTPCommandParser.parse(Array(line.utf8), extensions)
    }

    @Test func readsChunks() throws {
        #expect(try parse("bdat 0") == .chunk(.init(octets: 0, order: .more)))
        #expect(try parse("BDAT 1000 last ") == .chunk(.init(octets: 1_000, order: .last)))
    }

    @Test(arguments: [
        "BDAT", "BDAT ", "BDAT -1", "BDAT +1", "BDAT 1LAST", "BDAT 1 FIRST", "BDAT 1 LAST x", "BDAT 0x10",
    ])
    func anUnreadableChunkIsFatal(_ line: String) {
        let error = #expect(throws: SMTPCommandError.self) { _ = try parse(line) }
        #expect(error?.severity == .fatal)
    }

    @Test func readsAllParameters() throws {
        var parameters = MailParameters()
        parameters.sizeOctets = 12
        parameters.envelope = EnvelopeParameters(
            body: .eightBitMIME, smtpUTF8: .needed, requireTLS: .required, dsnReturn: .full, envelopeID: "a b")
        parameters.submitter = .null
        let line = "MAIL FROM:<>  size=12 Body=8bitmime SMTPUTF8 REQUIRETLS RET=full ENVID=a+20b AUTH=<>  "
        #expect(try parse(line) == .mail(.null, parameters))
    }

    @Test(arguments: [
        "SIZE", "SIZE=", "SIZE=-1", "SIZE=1a", "SIZE=123456789012345678901", "BODY", "BODY=", "RET=ALL", "RET", "ENVID",
        "ENVID=+0D+0A", "ENVID=\(String(repeating: "x", count: 101))", "SMTPUTF8=1", "REQUIRETLS=1", "AUTH", "AUTH=+",
        "AUTH=x",
        "=1", "-", "RET=FULL RET=FULL", "size=1 SIZE=1", "X=1", "HOLDFOR=10", "SIZE=1=", "SIZE =1", "?",
        "AUTH=<a@b.example>x",
    ]) func refusesParametersOfMail(_ text: String) {
        #expect(throws: SMTPCommandError.self) { _ = try parse("MAIL FROM:<a@b.example> " + text) }
    }

    @Test(arguments: [
        "NOTIFY", "NOTIFY=", "NOTIFY=NEVER,DELAY", "NOTIFY=SUCCESS,", "NOTIFY=,SUCCESS", "NOTIFY=X", "ORCPT",
        "ORCPT=a@b", "ORCPT=;a",
        "ORCPT=rfc822;", "ORCPT=rfc822;+0Aa", "ORCPT=rf c;a", "ORCPT=rfc822;\(String(repeating: "x", count: 500))",
        "SIZE=1",
        "ORCPT=utf-8;\\x{D800}", "ORCPT=rf(c;a", "NOTIFY=NEVER NOTIFY=NEVER",
    ]) func refusesParametersOfRecipient(_ text: String) {
        #expect(throws: SMTPCommandError.self) { _ = try parse("RCPT TO:<a@b.example> " + text) }
    }

    /// What is not announced is not recognised (RFC 5321 §4.1.1.11).
    @Test(arguments: ["SMTPUTF8", "RET=FULL", "ENVID=x", "REQUIRETLS", "AUTH=<>"])
    func parametersBelongToExtensions(_ text: String) {
        let error = #expect(throws: SMTPCommandError.self) { _ = try parse("MAIL FROM:<a@b.example> " + text, []) }
        #expect(error?.reply.code == 555)
    }

    @Test func verbsInAnyCase() throws {
        for (line, command) in [
            ("quit", SMTPCommand.quit), ("QuIt ", .quit), ("noop", .noop), ("Rset", .reset), ("data", .data),
            ("help me", .help),
            ("starttls", .startTLS), ("vrfy x", .verify), ("expn x", .expand), ("get / http/1.1", .http),
            ("CONNECT a:25", .http),
        ] {
            #expect(try parse(line) == command)
        }
    }

    @Test(arguments: [
        "", " ", "QUITS", "QUI", "\u{e9}", "NOOP\u{7f}", "ETRN x", "SEND FROM:<a@b.example>", "XCLIENT NAME=x", "EHLO:",
    ])
    func unknownVerbs(_ line: String) {
        let error = #expect(throws: SMTPCommandError.self) { _ = try parse(line) }
        #expect(error?.reply.code == 500)
    }

    @Test func secretsAreNotShown() throws {
        guard case .authenticate(let request) = try parse("auth plain AGFAYgBzZWNyZXQ=") else {
            Issue.record("no AUTH")
            return
        }
        #expect(request.mechanism == "PLAIN")
        #expect(request.initialResponse.map { String(decoding: $0, as: UTF8.self) } == "AGFAYgBzZWNyZXQ=")
        var dumped = ""
        dump(request, to: &dumped)
        for text in ["\(request)", "\(SMTPCommand.authenticate(request))", String(reflecting: request), dumped] {
            #expect(!text.contains("AGF") && !text.contains("65"), "\(text)")
        }
    }

    @Test(arguments: ["localhost", "[127.0.0.1]", "[IPv6:::1]", "-", "a_b", "пример.example", "x.y."])
    func takesAnyHelloName(_ name: String) throws {
        #expect(try parse("EHLO " + name) == .ehlo(HelloName(name)!))
    }
}
