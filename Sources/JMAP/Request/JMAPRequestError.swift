package import JSON

/// Why a whole request is refused (RFC 8620 §3.6.1): a problem details object (RFC 7807).
package enum JMAPRequestError: Error, Hashable, Sendable {
    /// A capability in `using` that is none of ours.
    case unknownCapability(String)
    /// Not I-JSON, or not of type application/json.
    case notJSON(String)
    /// Not a Request object.
    case notRequest(String)
    /// Beyond this limit of the session object.
    case limit(String)

    /// The status of the response.
    package var status: Int { 400 }

    /// The problem details object.
    package var json: JSONObject {
        switch self {
        case .unknownCapability(let name): problem("unknownCapability", "The server does not have \"\(name)\".")
        case .notJSON(let why): problem("notJSON", why)
        case .notRequest(let why): problem("notRequest", why)
        case .limit(let name):
            problem("limit", "The request is beyond \(name) of the session object.").merging(["limit": .string(name)])
        }
    }

    private func problem(_ type: String, _ detail: String) -> JSONObject {
        [
            "type": .string("urn:ietf:params:jmap:error:" + type), "status": .integer(Int64(status)),
            "detail": .string(detail),
        ]
    }
}
