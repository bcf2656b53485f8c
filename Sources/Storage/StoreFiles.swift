/// The names in the data folder.
enum StoreFiles {
    static func database(_ folder: String) -> String { "\(folder)/paloma.db" }
    static func writeAheadLog(_ folder: String) -> String { "\(folder)/paloma.db-wal" }
    static func log(_ folder: String) -> String { "\(folder)/log" }
    static func spool(_ folder: String) -> String { "\(folder)/spool" }
    static func lock(_ folder: String) -> String { "\(folder)/lock" }
    static func snapshots(_ folder: String) -> String { "\(folder)/snapshots" }
}
