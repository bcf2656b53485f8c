/// A name and a kind of records, in the class of the Internet.
struct DNSQuestion: Hashable, Sendable {
    let name: DNSName
    let type: DNSRecordType
}
