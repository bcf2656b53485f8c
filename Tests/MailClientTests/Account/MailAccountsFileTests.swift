import RemoteLinks
import Testing

@testable import MailClient

struct MailAccountsFileTests {
    private let text = """
        default = "work"
        [[account]]
        name = "home"
        address = "ana@example.test"
        imap = "imap.example.test"
        submission = "smtp.example.test:2465"
        password_command = "pass mail"
        [[account]]
        name = "work"
        address = "ana@work.test"
        imap = "[::1]:1143"
        imap_tls = "starttls"
        certificate_fingerprint = "\(String(repeating: "AB:", count: 31))AB"
        """

    @Test func accounts() throws {
        let file = try MailAccountsFile.parse(text, file: "mail.toml", privacy: .readableByOthers)
        #expect(file.account(nil)?.name == "work" && file.account("ANA@example.test")?.name == "home")
        let home = try #require(file.account("home"))
        #expect(home.imap.port == 993 && home.imap.tls == .implicit && home.submission?.port == 2465)
        let work = try #require(file.account("work"))
        #expect(
            work.imap.host == "::1" && work.imap.port == 1143 && work.imap.tls == .startTLS && work.submission == nil)
        #expect(work.imap.fingerprint == Array(repeating: 0xAB, count: 32))
    }

    @Test(arguments: [
        ("pasword = \"x\"", "did you mean password?"), ("password = \"x\"", "others can read this file"),
        ("certificate_fingerprint = \"AB\"", "no fingerprint"), ("imap_tls = \"ssl\"", "can't be"),
    ])
    func mistakes(line: String, told: String) {
        let account = "[[account]]\naddress = \"a@b.test\"\nimap = \"h\"\n\(line)\n"
        do {
            _ = try MailAccountsFile.parse(account, file: "mail.toml", privacy: .readableByOthers)
            Issue.record("nothing was wrong")
        } catch {
            #expect("\(error)".contains(told) && "\(error)".contains("mail.toml:4"))
        }
    }
}
