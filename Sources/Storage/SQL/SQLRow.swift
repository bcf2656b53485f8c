internal import CSQLite

/// One row of a result, valid until the closure that was given it returns. Columns count from 0.
public struct SQLRow {
    private let statement: OpaquePointer

    init(_ statement: OpaquePointer) {
        self.statement = statement
    }

    /// How many columns there are.
    public var count: Int { Int(sqlite3_column_count(statement)) }

    /// The number; 0 for NULL.
    public func integer(_ column: Int) -> Int64 { sqlite3_column_int64(statement, CInt(column)) }

    /// The characters; empty for NULL.
    public func text(_ column: Int) -> String {
        withOctets(column) { String(decoding: $0, as: UTF8.self) }
    }

    /// The octets; empty for NULL.
    public func octets(_ column: Int) -> [UInt8] {
        withOctets(column) { [UInt8]($0) }
    }

    /// Lends the octets without a copy; they must not leave the closure.
    public func withOctets<T>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        let start = sqlite3_column_blob(statement, CInt(column))
        let count = Int(sqlite3_column_bytes(statement, CInt(column)))
        return try body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }

    /// Whether it is NULL.
    public func isNull(_ column: Int) -> Bool { sqlite3_column_type(statement, CInt(column)) == SQLITE_NULL }

    /// The characters, or nil for NULL.
    public func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }

    /// The number, or nil for NULL.
    public func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }

    /// The octets, or nil for NULL.
    public func optionalOctets(_ column: Int) -> [UInt8]? { isNull(column) ? nil : octets(column) }

    /// The value as the engine holds it.
    public func value(_ column: Int) -> SQLValue {
        switch sqlite3_column_type(statement, CInt(column)) {
        case SQLITE_NULL: .null
        case SQLITE_INTEGER: .integer(integer(column))
        case SQLITE_BLOB: .octets(octets(column))
        default: .text(text(column))
        }
    }

    /// The column's name.
    public func name(_ column: Int) -> String {
        sqlite3_column_name(statement, CInt(column)).map { String(cString: $0) } ?? ""
    }
}
