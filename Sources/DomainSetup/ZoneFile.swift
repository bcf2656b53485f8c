package import MailCore

/// Records as a piece of a zone file (RFC 1035 §5.1), to be put behind the zone's SOA and NS.
package enum ZoneFile {
    private static let ttlSeconds = 3600

    /// The records in a zone of this name. Optional ones, and those that belong into another zone, are comments.
    package static func text(_ records: [DomainRecord], zone: Domain) -> String {
        var lines = ["$ORIGIN \(zone.ascii).", "$TTL \(ttlSeconds)"]
        let width = records.map { name($0, zone).utf8.count }.max() ?? 0
        var note = ""
        for record in records {
            if record.note != note { lines += ["", "; \(record.note)"] }
            note = record.note
            let name = name(record, zone)
            let padding = String(repeating: " ", count: width - name.utf8.count)
            let line = "\(name)\(padding)  IN  \(record.data.type)  \(record.data.zoneFileValue)"
            lines.append(isActive(record, zone) ? line : "; \(line)")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func isActive(_ record: DomainRecord, _ zone: Domain) -> Bool {
        guard isInside(record.name, zone), record.data != .unnamedAddress else { return false }
        // A retired key is there and stays for a while.
        return record.need != .optional || record.purpose == .signingKey
    }

    private static func isInside(_ name: String, _ zone: Domain) -> Bool {
        name == zone.ascii || name.hasSuffix(".\(zone.ascii)")
    }

    /// `@`, a name within the zone, or a whole one with its last dot.
    private static func name(_ record: DomainRecord, _ zone: Domain) -> String {
        if record.name == zone.ascii { return "@" }
        guard isInside(record.name, zone) else { return "\(record.name)." }
        return String(record.name.dropLast(zone.ascii.count + 1))
    }
}
