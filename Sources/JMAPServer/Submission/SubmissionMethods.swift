internal import JMAP
internal import JSON
internal import MailCore
internal import MailSettings
internal import MailTrace
internal import SMTP
internal import Storage

/// Submissions: messages that were handed in, and what became of them (RFC 8621 §7).
///
/// **What is kept.** An EmailSubmission is written down before its message is delivered, with the number under which the
/// message goes out and the status `sending`; when the delivery is durable it becomes `pending` (held until a time) or
/// `final`. After a crash between the two the trace of that number tells what happened. What is `pending` becomes `final`
/// when its time has come, with the first call that sees it.
enum SubmissionMethods {
    static let methods: [JMAPMethod] = [
        JMAPMethod("EmailSubmission/get", .submission) { arguments, call in
            try await settle(arguments, call)
            return try await objects.get(arguments, call) { try await show($0, call) }
        },
        JMAPMethod("EmailSubmission/changes", .submission) { arguments, call in
            try await settle(arguments, call)
            return try await objects.changes(arguments, call)
        },
        JMAPMethod("EmailSubmission/query", .submission) { arguments, call in
            try await settle(arguments, call)
            return try await SubmissionQuery.query(arguments, call)
        },
        JMAPMethod("EmailSubmission/queryChanges", .submission) { arguments, call in
            try await settle(arguments, call)
            return try await SubmissionQuery.queryChanges(arguments, call)
        },
        JMAPMethod("EmailSubmission/set", .submission) { arguments, call in
            try await settle(arguments, call)
            return try await SubmissionSet.run(arguments, &call)
        },
    ]

    static let objects = StoredObjects(
        kind: .submission,
        properties: [
            "id", "identityId", "emailId", "threadId", "envelope", "sendAt", "undoStatus", "deliveryStatus",
            "dsnBlobIds", "mdnBlobIds",
        ])

    /// How long a submission is known that is done with, and how many (RFC 8621 §7 lets a server forget them at any time).
    private static let (keptSeconds, keptMax): (Int64, Int) = (90 * 86_400, 2000)

    // MARK: What a client sees

    /// An object as it is kept, with what becomes of its recipients.
    private static func show(_ kept: JSONObject, _ call: JMAPCall) async throws -> JSONObject {
        var shown = kept
        shown["sendAt"] = .string(UTCDateTime.write(kept["sendAt"]?.integer ?? 0))
        shown["dsnBlobIds"] = []
        shown["mdnBlobIds"] = []
        shown["deliveryStatus"] = try await deliveryStatus(of: kept, call)
        return shown
    }

    private static func deliveryStatus(of kept: JSONObject, _ call: JMAPCall) async throws -> JSONValue {
        guard kept["undoStatus"]?.string == "final", let number = kept["queueId"]?.integer else { return .null }
        let found = try await call.services.traces.find(.queueID(QueueID(rawValue: number)))
        let status = DeliveryStatus(found.flatMap(\.events))
        var map = JSONObject()
        for entry in kept["envelope"]?.object?["rcptTo"]?.array ?? [] {
            guard let text = entry.object?["email"]?.string, let address = EmailAddress(text) else { continue }
            map[text] = status.json(of: address)
        }
        return .object(map)
    }

    // MARK: What time does

    /// What is due becomes final, what a crash left behind is found out, what is old is forgotten.
    private static func settle(_ arguments: JMAPArguments, _ call: JMAPCall) async throws {
        let account = try call.ownAccount(try arguments.id("accountId"))
        let now = call.services.now()
        let due = try await call.services.settings.list(.submission, of: account).objects.filter {
            isDue(StoredObjects.object($0), at: now)
        }
        guard !due.isEmpty else { return }
        let state = try await call.services.store.change { transaction in
            for stored in due {
                guard let there = try MailSettings.object(stored.id, .submission, of: account, in: transaction) else {
                    continue
                }
                var object = StoredObjects.object(there)
                guard isDue(object, at: now) else { continue }
                if isOld(object, at: now) {
                    try MailSettings.remove(there.id, .submission, of: account, in: transaction)
                    continue
                }
                object["undoStatus"] = "final"
                if let email = object["queueId"]?.integer, object["isSending"]?.bool == true {
                    object["isSending"] = nil
                    let isThere = try transaction.content(of: EmailID(rawValue: email)) != nil
                    if !isThere { object["undoStatus"] = "canceled" }
                }
                try MailSettings.put(
                    there.id, StoredObjects.text(object), .submission, of: account, in: transaction)
            }
            return try MailSettings.state(.submission, of: account, in: transaction)
        }
        call.services.push.announce("EmailSubmission", state: "\(state)", of: account)
    }

    private static func isDue(_ object: JSONObject, at now: Int64) -> Bool {
        let sendAt = object["sendAt"]?.integer ?? 0
        if object["isSending"]?.bool == true { return sendAt < now - sendingSecondsMax }
        return object["undoStatus"]?.string == "pending" ? sendAt <= now : isOld(object, at: now)
    }

    private static func isOld(_ object: JSONObject, at now: Int64) -> Bool {
        object["undoStatus"]?.string != "pending" && (object["sendAt"]?.integer ?? 0) < now - keptSeconds
    }

    /// After so long what is still being sent was left behind by a crash.
    private static let sendingSecondsMax: Int64 = 600

    /// Room for one more: those sent longest ago go.
    static func makeRoom(_ account: AccountID, in transaction: SQLTransaction) throws {
        let all = try MailSettings.list(.submission, of: account, in: transaction)
        guard all.count >= keptMax else { return }
        for stored in all.prefix(all.count - keptMax + 1)
        where StoredObjects.object(stored)["undoStatus"]?.string != "pending" {
            try MailSettings.remove(stored.id, .submission, of: account, in: transaction)
        }
    }
}
