/// What e-mails are sorted by beside their rows, as it was read for those that were sorted.
struct SortTexts: Sendable {
    /// What the header says, folded (RFC 5256 §2.1, RFC 5957 §3).
    struct Facts: Sendable {
        var sent: Int64?
        var subject: [UInt8]
        var from: [UInt8]
        var to: [UInt8]

        var octets: Int { 160 + subject.count + from.count + to.count }
    }

    private var facts: [Int32: Facts] = [:]
    private(set) var octets = 0

    /// What is known of the e-mail at a place.
    func facts(_ place: Int32) -> Facts? { facts[place] }

    mutating func keep(_ new: Facts, _ place: Int32) {
        if let old = facts.updateValue(new, forKey: place) { octets -= old.octets }
        octets += new.octets
    }

    mutating func forget(_ place: Int32) {
        guard !facts.isEmpty, let old = facts.removeValue(forKey: place) else { return }
        octets -= old.octets
    }
}
