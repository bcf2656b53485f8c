import MailCore
import Testing

@Suite struct ObjectIDTests {
    @Test func oneSpelling() {
        let key = MailboxKey(account: AccountID(rawValue: 12), mailbox: MailboxID(rawValue: 3))
        #expect(key.objectID == "M12-3")
        #expect(MailboxKey(objectID: "M12-3") == key)
        #expect(EmailID(objectID: "E7") == EmailID(rawValue: 7))
        #expect(ThreadID(objectID: "T9223372036854775807") == ThreadID(rawValue: .max))
    }

    @Test(arguments: [
        "", "M", "M1", "M1-", "M-1", "M01-1", "M1-01", "M1-0", "M0-1", "m1-1", "M1-1-1", "M1_1", "M+1-1",
        "M1-9223372036854775808",
        "E", "E0", "E01", "E-1", "e1", "E1 ", "T0", "T\u{661}",
    ]) func noIDs(_ text: String) {
        #expect(MailboxKey(objectID: text) == nil)
        #expect(EmailID(objectID: text) == nil)
        #expect(ThreadID(objectID: text) == nil)
    }
}
