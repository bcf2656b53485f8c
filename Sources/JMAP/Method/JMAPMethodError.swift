package import JSON

/// Why a method call is refused (RFC 8620 §3.6.2 and the methods of §5); its response is `["error", {…}, id]`.
package enum JMAPMethodError: Error, Hashable, Sendable {
    case serverUnavailable(String)
    case serverFail(String)
    case serverPartialFail
    case unknownMethod
    case invalidArguments(String)
    case invalidResultReference(String)
    case forbidden(String)
    case accountNotFound
    case accountNotSupportedByMethod
    case accountReadOnly
    /// More ids than the session object permits.
    case requestTooLarge
    case cannotCalculateChanges
    /// At most so many changes the client wanted to hear of.
    case tooManyChanges
    case stateMismatch
    case anchorNotFound
    case unsupportedSort(String)
    case unsupportedFilter(String)
    case fromAccountNotFound
    case fromAccountNotSupportedByMethod
    /// RFC 9404 §4.3.
    case unknownDataType

    /// The arguments of the response.
    package var json: JSONObject {
        let (type, description) = words
        guard let description else { return ["type": .string(type)] }
        return ["type": .string(type), "description": .string(description)]
    }

    private var words: (type: String, description: String?) {
        switch self {
        case .serverUnavailable(let why): ("serverUnavailable", why)
        case .serverFail(let why): ("serverFail", why)
        case .serverPartialFail: ("serverPartialFail", nil)
        case .unknownMethod: ("unknownMethod", nil)
        case .invalidArguments(let why): ("invalidArguments", why)
        case .invalidResultReference(let why): ("invalidResultReference", why)
        case .forbidden(let why): ("forbidden", why)
        case .accountNotFound: ("accountNotFound", nil)
        case .accountNotSupportedByMethod: ("accountNotSupportedByMethod", nil)
        case .accountReadOnly: ("accountReadOnly", nil)
        case .requestTooLarge: ("requestTooLarge", nil)
        case .cannotCalculateChanges: ("cannotCalculateChanges", nil)
        case .tooManyChanges: ("tooManyChanges", nil)
        case .stateMismatch: ("stateMismatch", nil)
        case .anchorNotFound: ("anchorNotFound", nil)
        case .unsupportedSort(let why): ("unsupportedSort", why)
        case .unsupportedFilter(let why): ("unsupportedFilter", why)
        case .fromAccountNotFound: ("fromAccountNotFound", nil)
        case .fromAccountNotSupportedByMethod: ("fromAccountNotSupportedByMethod", nil)
        case .unknownDataType: ("unknownDataType", nil)
        }
    }
}
