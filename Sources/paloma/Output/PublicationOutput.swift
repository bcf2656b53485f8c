import Directory
import DomainSetup
import SenderAuthentication
import TerminalOutput

/// The records that a domain should publish, for people.
struct PublicationOutput {
    let publication: DomainPublication
    let printer: Printer

    func show() {
        printer.line("")
        printer.line("To be published in the DNS:")
        var note = ""
        for record in publication.records {
            if record.note != note {
                let optional = record.need == .optional ? " (optional)" : ""
                printer.line("")
                printer.line("  \(record.note)\(optional)")
            }
            note = record.note
            printer.line("    \(record.name)  \(record.data.type)  \(record.data.value)")
        }
        printer.line("")
        printer.line("To be served at \(MTASTSPolicy.address(for: publication.domain)), if you want MTA-STS:")
        let policy = DomainPublication.policy(publication.server).text
        for line in policy.split(whereSeparator: \.isNewline) { printer.line("    \(line)") }
        printer.line("")
        printer.line("Once that is done: paloma domain check \(publication.domain)")
    }
}

/// A domain with what it should publish, for programs.
struct DomainOutput: Encodable {
    private enum Key: CodingKey {
        case records, mtaSTSPolicy
    }

    let summary: DomainSummary
    let publication: DomainPublication

    /// The summary's own names, and two more.
    func encode(to encoder: any Encoder) throws {
        try summary.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(publication.records.map { RecordOutput($0) }, forKey: .records)
        try container.encode(DomainPublication.policy(publication.server).text, forKey: .mtaSTSPolicy)
    }
}

/// A record, for programs.
struct RecordOutput: Encodable {
    let name: String
    let type: String
    let value: String
    let purpose: DomainRecord.Purpose
    let need: DomainRecord.Need

    init(_ record: DomainRecord) {
        name = record.name
        type = record.data.type
        value = record.data.value
        purpose = record.purpose
        need = record.need
    }
}
