import Testing

@testable import MailClient

struct AttachmentFileTests {
    private static let names: [(String?, String)] = [
        ("report.pdf", "report.pdf"), ("../../etc/passwd", "passwd"), ("..\\..\\boot.ini", "boot.ini"), ("/abs/x", "x"),
        ("..", "attachment-3.pdf"), (".bashrc", "bashrc"), ("-rf", "rf"), ("", "attachment-3.pdf"),
        (nil, "attachment-3.pdf"),
        ("a\u{0}b\u{1B}[31m.txt", "ab[31m.txt"), ("gnp\u{202E}exe.txt", "gnpexe.txt"), ("  x . ", "x"),
        ("a<b>|c?.txt", "a_b__c_.txt"), ("ñandú 日本.txt", "ñandú 日本.txt"),
    ]

    @Test(arguments: names.indices)
    func safeNames(index: Int) {
        let (given, safe) = Self.names[index]
        let attachment = ReadableMessage.Attachment(
            number: 3, fileName: given, mediaType: "application/pdf", octets: 0, part: 0)
        #expect(AttachmentFile.safeName(attachment) == safe)
    }

    @Test func longNamesKeepTheirEnding() {
        let name = String(repeating: "ñ", count: 500) + ".pdf"
        let attachment = ReadableMessage.Attachment(number: 1, fileName: name, mediaType: "a/b", octets: 0, part: 0)
        let safe = AttachmentFile.safeName(attachment)
        #expect(safe.utf8.count <= 200 && safe.hasSuffix("ñ.pdf"))
    }
}
