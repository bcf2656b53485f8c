internal import JMAP
internal import JSON
internal import MailCore
internal import MailStore
internal import Storage

/// One Mailbox/set under way (RFC 8621 §2.5).
struct MailboxSetting {
    let account: MailAccount
    let services: JMAPServices
    let messages: MailStore.DestroyedMessages
    var response: JMAPSetResponse

    /// A mailbox may be made below one that the same call makes: parents come first, whatever their order in the request.
    mutating func create(_ objects: [(key: String, object: JSONObject)], _ call: inout JMAPCall) async throws {
        var waiting = objects
        while !waiting.isEmpty {
            var left: [(key: String, object: JSONObject)] = []
            for (key, object) in waiting {
                let parent = object["parentId"]?.string
                let isLater = waiting.contains { "#\($0.key)" == parent && $0.key != key }
                if isLater, call.id(parent ?? "") == nil {
                    left.append((key, object))
                } else {
                    try await create(key, object, &call)
                }
            }
            guard left.count < waiting.count else {
                response.notCreated += left.map { ($0.key, .invalid(["parentId"], "there is no such mailbox")) }
                return
            }
            waiting = left
        }
    }

    private mutating func create(_ key: String, _ object: JSONObject, _ call: inout JMAPCall) async throws {
        do {
            let description = try MailboxDescription(account, call).patch(object.members.map { ($0.key, $0.value) })
            guard description.name != nil else { throw JMAPSetError.invalid(["name"], "a mailbox has a name") }
            let made = try await services.mailStore.make(
                description, in: account.id, for: account.user, now: services.now())
            let id = account.id(of: made.mailbox)
            call.noteCreated(key, id)
            response.created.append((key, try await created(id, object)))
        } catch {
            response.notCreated.append((key, try JMAPSetError(mailbox: error)))
        }
    }

    /// The properties that the client did not give.
    private func created(_ id: JMAPID, _ object: JSONObject) async throws -> JSONObject {
        let properties = MailboxProperty.allCases.filter { object[$0.rawValue] == nil || $0 == .id }
        let (account, mailStore) = (account, services.mailStore)
        let list = try await services.store.read { transaction in
            try MailboxList(account, properties, mailStore, transaction).objects(properties)
        }
        return list.first { $0.id == id }?.object ?? ["id": .string(id.text)]
    }

    mutating func update(_ objects: [(key: String, object: JSONObject)], _ call: JMAPCall) async throws {
        for (key, object) in objects {
            do {
                let mailbox = try mailbox(key, call)
                let patch = try JMAPPatch(object)
                if let deep = patch.changes.first(where: { $0.path.count > 1 }) {
                    throw JMAPSetError.invalid([deep.property], "it cannot be changed")
                }
                let changes = try MailboxDescription(account, call).patch(
                    patch.changes.map { ($0.property, $0.value) }.filter { $0.0 != "id" || $0.1.string != key })
                try await services.mailStore.change(mailbox, changes, for: account.user, now: services.now())
                response.updated.append((key, nil))
            } catch {
                response.notUpdated.append((key, try JMAPSetError(mailbox: error)))
            }
        }
    }

    /// A mailbox and those below it may go with one call, whatever their order.
    mutating func destroy(_ keys: [String], _ call: JMAPCall) async throws {
        var waiting = keys
        while true {
            var left: [String] = []
            for key in waiting {
                do {
                    try await services.mailStore.destroy(try mailbox(key, call), messages, for: account.user)
                    response.destroyed.append(call.id(key)?.text ?? key)
                } catch MailboxOccupied.hasChildren {
                    left.append(key)
                } catch {
                    response.notDestroyed.append((key, try JMAPSetError(mailbox: error)))
                }
            }
            if left.isEmpty || left.count == waiting.count {
                response.notDestroyed += left.map { ($0, JMAPSetError(.mailboxHasChild)) }
                return
            }
            waiting = left
        }
    }

    private func mailbox(_ written: String, _ call: JMAPCall) throws(JMAPSetError) -> MailboxKey {
        guard let mailbox = call.id(written).flatMap({ account.mailbox($0) }) else { throw JMAPSetError(.notFound) }
        return MailboxKey(account: account.id, mailbox: mailbox)
    }
}

/// Reads what a client says of a mailbox.
private struct MailboxDescription {
    private let account: MailAccount
    private let call: JMAPCall

    init(_ account: MailAccount, _ call: JMAPCall) {
        self.account = account
        self.call = call
    }

    func patch(_ properties: [(String, JSONValue)]) throws(JMAPSetError) -> MailboxPatch {
        var patch = MailboxPatch()
        for (name, value) in properties {
            switch MailboxProperty(rawValue: name) {
            case .name: patch.name = try read(name, value.string)
            case .parentId: patch.parent = try parent(value)
            case .role: patch.role = try role(value)
            case .sortOrder:
                let order = value == .null ? 0 : value.integer
                patch.sortOrder = try read(name, order.flatMap { (0..<(1 << 31)).contains($0) ? $0 : nil })
            case .isSubscribed:
                patch.subscription = try read(name, value == .null ? false : value.bool) ? .subscribed : .unsubscribed
            case .id, .totalEmails, .unreadEmails, .totalThreads, .unreadThreads, .myRights, nil:
                throw .invalid([name], "it cannot be set")
            }
        }
        return patch
    }

    private func read<Value>(_ name: String, _ value: Value?) throws(JMAPSetError) -> Value {
        guard let value else { throw .invalid([name]) }
        return value
    }

    private func parent(_ value: JSONValue) throws(JMAPSetError) -> MailboxPatch.Parent {
        guard value != .null else { return .top }
        let mailbox = value.string.flatMap { call.id($0) }.flatMap { account.mailbox($0) }
        guard let mailbox else { throw .invalid(["parentId"], "there is no such mailbox") }
        return .below(mailbox)
    }

    private func role(_ value: JSONValue) throws(JMAPSetError) -> MailboxPatch.Role {
        guard value != .null else { return .none }
        let use = SpecialUse.allCases.first { $0.rawValue.dropFirst().lowercased() == value.string }
        guard let use else { throw .invalid(["role"], "no mailbox can be given that role") }
        return .use(use)
    }
}

extension JMAPSetError {
    /// Why a mailbox is not as the client wants it.
    ///
    /// - Throws: `error`, where it is none of those that concern the one mailbox.
    fileprivate init(mailbox error: any Error) throws {
        switch error {
        case let error as JMAPSetError: self = error
        case MailboxOccupied.hasChildren: self.init(.mailboxHasChild)
        case MailboxOccupied.hasMessages: self.init(.mailboxHasEmail)
        case let error as MailStoreError: try self.init(error)
        default: throw error
        }
    }

    private init(_ error: MailStoreError) throws {
        switch error {
        case .noSuchMailbox: self.init(.notFound)
        case .mailboxExists, .badMailboxName, .reservedMailboxName: self = .invalid(["name"], error.description)
        case .cannotRename: self = .invalid(["parentId"], error.description)
        case .specialUseTaken, .noSuchSpecialUse: self = .invalid(["role"], error.description)
        case .notPermitted, .inboxStays: self.init(.forbidden, error.description)
        case .tooManyMailboxes, .tooManySubscriptions: self.init(.overQuota, error.description)
        default: throw error
        }
    }
}
