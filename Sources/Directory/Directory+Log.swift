public import Storage

/// What the log's notes say of numbers.
extension Directory {
    /// Tables whose keys are numbers of a counter.
    private static let counters: [String: Counter] = [
        "domain": .domain, "account": .account, "alias": .expansion, "mailing_list": .expansion,
        "address_target": .target, "app_password": .appPassword,
    ]

    /// Sees the numbers that rows in a note have: also those of rows that are gone.
    public static func numbers(in rows: NotedRows, _ seen: inout NumbersSeen) {
        if let counter = counters[rows.table], case .integer(let number) = rows.key.first?.value {
            seen.see(number, of: .directory(counter.rawValue))
        }
        if rows.table == "directory_counter", case .text(let name) = rows.key.first?.value {
            for row in rows.rows {
                guard let value = NotedRows.integer("value", of: row) else { continue }
                seen.see(value, of: .directory(name))
            }
        }
    }

    /// Numbers that the log names are not given again.
    public static func reserve(_ seen: NumbersSeen, in transaction: SQLTransaction) throws {
        for (series, number) in seen.highest {
            guard case .directory(let name) = series else { continue }
            try transaction.run(
                """
                INSERT INTO directory_counter (name, value) VALUES (?1, ?2)
                ON CONFLICT (name) DO UPDATE SET value = max(directory_counter.value, excluded.value)
                """, .text(name), .integer(number))
        }
    }

    /// Goes on with higher numbers in a database that is made anew: what the log named last may be damaged.
    public static func skipNumbers(in transaction: SQLTransaction) throws {
        try transaction.run("UPDATE directory_counter SET value = value + ?1", .integer(numberStride))
    }

    /// More numbers than are likely to have been given without a trace in what is left of the log.
    private static let numberStride: Int64 = 1000
}
