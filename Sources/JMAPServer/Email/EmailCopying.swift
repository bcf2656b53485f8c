internal import JMAP
internal import JSON
internal import MailCore
internal import MailStore
internal import Storage

/// One Email/copy under way (RFC 8621 §4.7).
struct EmailCopying {
    let source: MailAccount
    let target: MailAccount
    let services: JMAPServices
    private(set) var created: [(key: String, object: JSONObject)] = []
    private(set) var notCreated: [(key: String, error: JMAPSetError)] = []
    /// The originals of what was copied.
    private(set) var copied: [EmailID] = []

    init(source: MailAccount, target: MailAccount, services: JMAPServices) {
        self.source = source
        self.target = target
        self.services = services
    }

    mutating func run(_ objects: [(key: String, object: JSONObject)], _ call: inout JMAPCall) async throws {
        var requests: [(key: String, request: EmailCopyRequest)] = []
        for (key, object) in objects {
            do {
                requests.append((key, try await request(object, call)))
            } catch {
                notCreated.append((key, try JMAPSetError(email: error)))
            }
        }
        let quota = try await services.quota(of: target.id)
        let outcomes = try await services.mailStore.copy(
            requests.map(\.request), from: source.id, to: target.id, for: target.user, quota: quota,
            now: services.now())
        for ((key, request), outcome) in zip(requests, outcomes) {
            switch outcome {
            case .copied:
                let id = JMAPID(request.email)
                call.noteCreated(key, id)
                created.append((key, try await described(request.email)))
                copied.append(request.email)
            case .alreadyThere:
                let facts: JSONObject = ["existingId": .string(request.email.objectID)]
                notCreated.append((key, JMAPSetError(.alreadyExists, nil, facts)))
            case .refused(let refusal): notCreated.append((key, JMAPSetError(refusal, target)))
            }
        }
    }

    private func described(_ email: EmailID) async throws -> JSONObject {
        let target = target
        let stored = try await services.store.read { try MailStore.email(email, of: target.id, in: $0) }
        return [
            "id": .string(email.objectID), "blobId": .string(JMAPBlobID.message(email).id.text),
            "threadId": .string(stored?.thread.objectID ?? email.objectID),
            "size": .integer(stored?.earliest.octets ?? 0),
        ]
    }

    /// What is not given is as it is there.
    private func request(_ object: JSONObject, _ call: JMAPCall) async throws -> EmailCopyRequest {
        let known = ["id", "mailboxIds", "keywords", "receivedAt"]
        if let other = object.names.first(where: { !known.contains($0) }) {
            throw JMAPSetError.invalid([other], "it cannot be set")
        }
        let id = object["id"]?.string.flatMap { call.id($0) }
        guard let email = id.flatMap({ EmailID(objectID: $0.text) }) else { throw JMAPSetError(.notFound) }
        let source = source
        let stored = try await services.store.read { transaction in
            let visible = try source.visible(in: transaction)
            return try MailStore.email(email, of: source.id, within: visible, in: transaction)
        }
        guard let stored else { throw JMAPSetError(.notFound) }
        guard let mailboxes = object["mailboxIds"] else { throw JMAPSetError.invalid(["mailboxIds"]) }
        return EmailCopyRequest(
            email: email, mailboxes: try EmailDescription.mailboxes(mailboxes, target, call),
            keywords: try object["keywords"].map { try EmailKeywords($0) } ?? EmailKeywords(stored.copies),
            receivedAt: try object["receivedAt"].flatMap { try EmailDescription.date($0) })
    }
}
