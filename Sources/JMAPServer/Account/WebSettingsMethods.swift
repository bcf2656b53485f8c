internal import JMAP
internal import JSON
internal import MailCore
internal import MailSettings

/// What the webmail remembers: one object, whose members are the webmail's own.
enum WebSettingsMethods {
    static let methods: [JMAPMethod] = [
        JMAPMethod("WebSettings/get", .account) { arguments, call in
            let get = try JMAPGetCall(arguments, limits: call.limits)
            let account = try call.ownAccount(get.accountID)
            let kept = try await objects.object(id.text, of: account, call) ?? ["id": .string(id.text)]
            let asked = get.ids ?? [id]
            return get.response(
                state: try await objects.state(of: account, call),
                list: asked.contains(id) ? [get.properties.map { kept.only(["id"] + $0) } ?? kept] : [],
                notFound: asked.filter { $0 != id })
        },
        JMAPMethod("WebSettings/changes", .account) { arguments, call in try await objects.changes(arguments, call) },
        JMAPMethod("WebSettings/set", .account) { arguments, call in
            let set = try JMAPSetCall(arguments, limits: call.limits)
            let account = try call.ownAccount(set.accountID)
            var runner = try SetRunner(set, oldState: try await objects.state(of: account, call))
            try await runner.create(&call) { _, _ in throw JMAPSetError(.singleton) }
            try await runner.update(&call) { id, patch, call in
                guard id == Self.id else { throw JMAPSetError(.notFound) }
                let kept = try await objects.object(id.text, of: account, call) ?? ["id": .string(id.text)]
                let changed = try patch.applied(to: kept)
                guard changed["id"] == kept["id"] else { throw JMAPSetError.invalid(["id"]) }
                guard StoredObjects.text(changed).utf8.count <= octetsMax else {
                    throw JMAPSetError(.tooLarge, "settings have at most \(octetsMax) octets")
                }
                try await objects.put(id.text, changed, of: account, call)
                return nil
            }
            try await runner.destroy(&call) { _, _ in throw JMAPSetError(.singleton) }
            return runner.finish(
                newState: try await objects.state(of: account, call), of: "WebSettings", account, call)
        },
    ]

    private static let objects = StoredObjects(kind: .web, properties: ["id"])
    private static let id = JMAPID(made: "singleton")
    private static let octetsMax = 64 << 10
}
