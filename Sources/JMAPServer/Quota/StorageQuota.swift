internal import Directory
internal import JMAP
internal import JSON
internal import MailCore
internal import MailStore
internal import Storage

/// The one quota that an account has: octets of its mail. Without a limit there is none.
struct StorageQuota: Hashable, Sendable {
    static let id = JMAPID(made: "storage")

    let used: Int64
    let limit: Int64

    /// The account's quota as it is.
    static func read(_ account: AccountID, _ store: Store) async throws -> StorageQuota? {
        try await store.read { transaction in
            let limit = try Directory.quotaBytes(of: account, in: transaction)
            guard limit > 0 else { return nil }
            return StorageQuota(used: try MailStore.usage(account, in: transaction).octets, limit: limit)
        }
    }

    /// What a client knows by a state string: `none`, or `used-limit`.
    enum Known {
        case none
        case some(StorageQuota)

        init?(state: String) {
            if state == "none" {
                self = .none
                return
            }
            let numbers = state.split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
            guard numbers.count == 2, let used = numbers[0], let limit = numbers[1] else { return nil }
            self = .some(StorageQuota(used: used, limit: limit))
        }
    }

    static func state(_ quota: StorageQuota?) -> String { quota.map { "\($0.used)-\($0.limit)" } ?? "none" }

    /// RFC 9425 §4.
    var json: JSONObject {
        [
            "id": .string(Self.id.text), "resourceType": "octets", "used": .integer(used), "hardLimit": .integer(limit),
            "scope": "account", "name": "Storage", "types": ["Mail"], "description": .null, "warnLimit": .null,
            "softLimit": .null,
        ]
    }

    /// RFC 9425 §5.3.
    static func fits(_ filter: JMAPFilter) throws(JMAPMethodError) -> Bool {
        switch filter {
        case .condition(let object):
            var fits = true
            for name in object.names {
                let text = try JMAPArguments(object).string(name)
                switch name {
                case "name": fits = fits && "storage".contains(text.lowercased())
                case "scope": fits = fits && text == "account"
                case "resourceType": fits = fits && text == "octets"
                case "type": fits = fits && text == "Mail"
                default: throw .unsupportedFilter("quotas have no condition \(name)")
                }
            }
            return fits
        case .and(let filters):
            var all = true
            for filter in filters { all = try fits(filter) && all }
            return all
        case .or(let filters):
            var any = false
            for filter in filters { any = try fits(filter) || any }
            return any
        case .not(let filters):
            var any = false
            for filter in filters { any = try fits(filter) || any }
            return !any
        }
    }
}
