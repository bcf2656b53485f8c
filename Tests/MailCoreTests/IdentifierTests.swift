import MailCore
import Testing

@Suite struct IdentifierTests {
    @Test(arguments: [0, 1, 30, 31, 1_000_000, Int64.max])
    func queueIDReadsWhatItWrites(value: Int64) {
        let id = QueueID(rawValue: value)
        #expect(id.description.utf8.count >= 8)
        #expect(QueueID(id.description) == id)
        #expect(QueueID(id.description.lowercased()) == id)
    }

    @Test(arguments: ["", "1", "AAAAAAAA", "ZZZZZZZZZZZZZ", "ZZZZZZZZZZZZZZZZZZZZ", "0000 000"])
    func queueIDRefuses(text: String) {
        #expect(QueueID(text) == nil)
    }

    @Test(arguments: ["$Forwarded", "Work", "a.b-c"])
    func keywordAccepts(text: String) {
        #expect(Keyword(text)?.text == text)
        #expect(Keyword(text) == Keyword(text.uppercased()))
    }

    @Test(arguments: ["", "\\Seen", "a b", "a(b", "a]", "ñ"])
    func keywordRefuses(text: String) {
        #expect(Keyword(text) == nil)
    }
}

@Suite struct ObjectIdentifierTests {
    @Test func spelling() {
        #expect(EmailID(rawValue: 12).objectID == "E12")
        #expect(ThreadID(rawValue: 12).objectID == "T12")
        #expect(EmailID(objectID: "E12") == EmailID(rawValue: 12))
        #expect(ThreadID(objectID: "T\(Int64.max)") == ThreadID(rawValue: .max))
        for text in ["", "E", "T12", "e12", "E0", "E-1", "E+1", "E01", "E99999999999999999999", "12"] {
            #expect(EmailID(objectID: text) == nil)
        }
    }
}
