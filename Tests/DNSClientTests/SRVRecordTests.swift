import MailCore
import Testing

@testable import DNSClient

@Suite struct SRVRecordTests {
    /// (a record's data, what it says).
    static let table: [([UInt8], String?)] = [
        ([0, 1, 0, 2, 1, 0xD1, 1, 0x61, 4, 0x74, 0x65, 0x73, 0x74, 0], "1 2 465 a.test"),
        ([0, 0, 0, 0, 0, 0, 0], "0 0 0 ."),
        ([0, 0, 0, 0, 0, 0], nil),
        ([0, 0, 0, 0, 0], nil),
        ([0, 0, 0, 0, 0, 0, 0, 0], nil),
        ([0, 0, 0, 0, 0, 0, 9, 0x61, 0], nil),
        ([], nil),
    ]

    @Test(arguments: table) func data(_ octets: [UInt8], _ text: String?) {
        let record = SRVRecord(data: octets)
        #expect(record.map { "\($0.priority) \($0.weight) \($0.port) \($0.target?.ascii ?? ".")" } == text)
    }
}
