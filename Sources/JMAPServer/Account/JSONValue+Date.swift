internal import JSON
internal import SMTP

extension JSONValue {
    /// A UTCDate (RFC 8620 §1.4).
    static func date(_ secondsSince1970: Int64) -> JSONValue { .string(UTCDateTime.write(secondsSince1970)) }
}
