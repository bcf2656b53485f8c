/// How the server is.
public enum Health: Equatable, Sendable {
    /// It takes mail.
    case ok
    /// It does not, or not everywhere: why, for people.
    case failing([String])

    /// `{"status":"failing","reasons":["…"]}`.
    var json: String {
        switch self {
        case .ok: #"{"status":"ok","reasons":[]}"#
        case .failing(let reasons):
            #"{"status":"failing","reasons":["# + reasons.map(Health.quoted).joined(separator: ",") + "]}"
        }
    }

    /// A JSON string (RFC 8259 §7).
    private static func quoted(_ text: String) -> String {
        var json = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": json += "\\\""
            case "\\": json += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: json.unicodeScalars.append(scalar)
            }
        }
        return json + "\""
    }
}
