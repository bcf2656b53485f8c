/// What a look at the DNS has found about one record.
package struct RecordFinding: Sendable, Hashable {
    /// The short answer.
    package enum Status: String, Sendable, Hashable, Codable {
        /// It is there and right.
        case ok
        /// It is not there.
        case missing
        /// Another one is there.
        case differs
        /// The DNS does not answer.
        case unknown
        /// It is not there, and need not be.
        case unused
    }

    /// The record that should be there.
    package let record: DomainRecord
    /// The short answer.
    package let status: Status
    /// What is there, one text for each record.
    package let found: [String]
    /// What is wrong and what to do, in plain words; empty when nothing is.
    package let advice: String

    init(_ record: DomainRecord, _ status: Status, found: [String] = [], _ advice: String = "") {
        self.record = record
        self.status = status
        self.found = found
        self.advice = advice
    }

    /// Whether something has to be done.
    package var isTrouble: Bool {
        switch status {
        case .ok, .unused: false
        case .missing, .differs, .unknown: true
        }
    }
}
