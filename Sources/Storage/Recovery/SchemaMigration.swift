/// Makes the tables, or leads them to this version, in one transaction, with a copy of the database taken before.
struct SchemaMigration {
    let parts: [SchemaPart]
    let folder: String

    func run(_ connection: SQLiteConnection) throws {
        try connection.execute(
            script: "CREATE TABLE IF NOT EXISTS schema_part (name TEXT PRIMARY KEY, version INTEGER NOT NULL)")
        var present: [String: Int] = [:]
        try connection.run("SELECT name, version FROM schema_part", []) { row in
            present[row.text(0)] = Int(row.integer(1))
        }
        for part in parts {
            guard present[part.name, default: 0] <= part.versions.count else {
                throw StorageError(
                    .newerSchema,
                    """
                    the store in \(folder) was made by a newer Paloma (\(part.name) \(present[part.name] ?? 0), this one \
                    knows \(part.versions.count)); use that version, or the copy in \(StoreFiles.snapshots(folder))
                    """)
            }
        }
        let pending = parts.filter { present[$0.name, default: 0] < $0.versions.count }
        guard !pending.isEmpty else { return }
        if !present.isEmpty { try takeSnapshot(connection, of: present) }
        try connection.execute(script: "BEGIN IMMEDIATE")
        do {
            for part in pending { try migrate(part, from: present[part.name, default: 0], connection) }
            try connection.execute(script: "COMMIT")
        } catch {
            try? connection.execute(script: "ROLLBACK")
            throw error
        }
    }

    private func migrate(_ part: SchemaPart, from version: Int, _ connection: SQLiteConnection) throws {
        for statements in part.versions[version...] {
            for statement in statements { try connection.execute(script: statement) }
        }
        try connection.run(
            "INSERT INTO schema_part VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET version = excluded.version",
            [.text(part.name), .integer(Int64(part.versions.count))]
        ) { _ in }
    }

    private func takeSnapshot(_ connection: SQLiteConnection, of versions: [String: Int]) throws {
        try Folder.make(StoreFiles.snapshots(folder))
        let name = versions.sorted { $0.key < $1.key }.map { "\($0.key)\($0.value)" }.joined(separator: "-")
        let path = "\(StoreFiles.snapshots(folder))/before-migration-from-\(name).db"
        try Folder.remove(file: path)
        try connection.run(composed: "VACUUM INTO ?1", [.text(path)]) { _ in }
        try File(path, .read).synchronize()
        try Folder.synchronize(StoreFiles.snapshots(folder))
    }
}
