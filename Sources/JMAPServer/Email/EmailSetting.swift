internal import Delivery
internal import Directory
internal import InternetMessage
internal import JMAP
internal import JSON
internal import MailCore
internal import MailStore
internal import NIOCore
internal import Storage

/// One Email/set under way (RFC 8621 §4.6).
struct EmailSetting {
    let account: MailAccount
    let services: JMAPServices
    var response: JMAPSetResponse

    // MARK: Making

    mutating func create(_ objects: [(key: String, object: JSONObject)], _ call: inout JMAPCall) async throws {
        for (key, object) in objects {
            do {
                let description = try EmailDescription(object, account, call)
                let made = try await EmailWriting(account: account, services: services, user: call.user)
                    .file(description)
                call.noteCreated(key, made.id)
                response.created.append((key, made.object))
            } catch {
                response.notCreated.append((key, try JMAPSetError(email: error)))
            }
        }
    }

    // MARK: Changing

    /// All of them are changed together, in few transactions.
    mutating func update(_ objects: [(key: String, object: JSONObject)], _ call: JMAPCall) async throws {
        var operations: [(email: EmailID, operation: EmailOperation)] = []
        var keys: [(key: String, email: EmailID)] = []
        for (key, object) in objects {
            do {
                guard let email = Self.email(key, call) else { throw JMAPSetError(.notFound) }
                guard !keys.contains(where: { $0.email == email }) else {
                    throw JMAPSetError(.invalidPatch, "the Email is changed twice")
                }
                operations.append((email, .patch(try patch(object, email, call))))
                keys.append((key, email))
            } catch {
                response.notUpdated.append((key, try JMAPSetError(email: error)))
            }
        }
        let refused = try await perform(operations)
        for (key, email) in keys {
            if let refusal = refused[email] {
                response.notUpdated.append((key, JMAPSetError(refusal, account)))
            } else {
                response.updated.append((key, nil))
            }
        }
    }

    mutating func destroy(_ written: [String], _ call: JMAPCall) async throws {
        var keys: [(key: String, email: EmailID)] = []
        for key in written {
            if let email = Self.email(key, call) {
                if !keys.contains(where: { $0.email == email }) { keys.append((key, email)) }
            } else {
                response.notDestroyed.append((key, JMAPSetError(.notFound)))
            }
        }
        let refused = try await perform(keys.map { ($0.email, .destroy) })
        for (key, email) in keys {
            if let refusal = refused[email] {
                response.notDestroyed.append((key, JMAPSetError(refusal, account)))
            } else {
                response.destroyed.append(email.objectID)
            }
        }
    }

    private func perform(
        _ operations: [(email: EmailID, operation: EmailOperation)]
    ) async throws -> [EmailID: EmailRefusal] {
        guard !operations.isEmpty else { return [:] }
        let quota = try await services.quota(of: account.id)
        return try await services.mailStore.perform(
            operations, in: account.id, for: account.user, quota: quota, now: services.now())
    }

    private static func email(_ written: String, _ call: JMAPCall) -> EmailID? {
        call.id(written).flatMap { EmailID(objectID: $0.text) }
    }

    /// `keywords`, `keywords/$seen`, `mailboxIds`, `mailboxIds/M1-2`; nothing else of an Email changes.
    private func patch(
        _ object: JSONObject, _ email: EmailID, _ call: JMAPCall
    ) throws(JMAPSetError) -> EmailPatch {
        var patch = EmailPatch()
        for change in try JMAPPatch(object).changes {
            switch (change.property, change.path.count) {
            case ("keywords", 1):
                let keywords = try EmailKeywords(change.value)
                patch.keywordsBase = .nothing
                patch.addedFlags = keywords.flags
                patch.addedKeywords = keywords.keywords
            case ("keywords", 2):
                var keyword = EmailKeywords(flags: [], keywords: [])
                try keyword.add(change.path[1])
                if change.value == true {
                    patch.addedFlags.formUnion(keyword.flags)
                    patch.addedKeywords += keyword.keywords
                } else {
                    guard change.value == .null else { throw .invalid(["keywords"]) }
                    patch.removedFlags.formUnion(keyword.flags)
                    patch.removedKeywords += keyword.keywords
                }
            case ("mailboxIds", 1):
                patch.mailboxesBase = .nothing
                patch.addedMailboxes = try EmailDescription.mailboxes(change.value, account, call)
            case ("mailboxIds", 2):
                guard let mailbox = call.id(change.path[1]).flatMap({ account.mailbox($0) }) else {
                    throw .invalid(["mailboxIds"], "there is no mailbox \(change.path[1])")
                }
                guard change.value == true || change.value == .null else { throw .invalid(["mailboxIds"]) }
                if change.value == true {
                    patch.addedMailboxes.insert(mailbox)
                } else {
                    patch.removedMailboxes.insert(mailbox)
                }
            case ("id", 1) where change.value.string == email.objectID: break
            default: throw .invalid([change.property], "it cannot be changed")
            }
        }
        return patch
    }
}

/// Writes messages that clients describe, or have uploaded, and files them.
struct EmailWriting {
    let account: MailAccount
    let services: JMAPServices
    let user: JMAPUser

    /// A message that was filed.
    struct Filed {
        let id: JMAPID
        /// What the response tells of it.
        let object: JSONObject
    }

    /// Writes a message, files it.
    func file(_ description: EmailDescription) async throws -> Filed {
        let octets = try await blobs(description.blobs)
        var fields = description.fields
        let names = Set(fields.map { $0.name.lowercased() })
        let now = MailDate(secondsSince1970: services.now())
        if !names.contains("message-id") {
            var generator = SystemRandomNumberGenerator()
            let id = MessageBuilder.makeMessageID(
                date: now, domain: user.account.address.domain, using: &generator)
            fields.insert(DraftField("Message-ID", .identifiers([id.text])), at: 0)
        }
        if !names.contains("date") { fields.insert(DraftField("Date", .date(now)), at: 0) }
        let draft = DraftMessage(fields: fields, body: description.body.part(octets))
        let message = try await services.store.work {
            var generator = SystemRandomNumberGenerator()
            return try draft.bytes(using: &generator)
        }
        return try await file(
            message, in: description.mailboxes, description.keywords, receivedAt: description.receivedAt)
    }

    /// All blobs of a message that is to be written, together no larger than an upload may be.
    private func blobs(_ ids: Set<JMAPID>) async throws -> [JMAPID: [UInt8]] {
        var octets: [JMAPID: [UInt8]] = [:]
        var missing: [JMAPID] = []
        var room = services.limits.uploadOctetsMax
        for id in ids.sorted() {
            guard let blob = try await blob(id) else {
                missing.append(id)
                continue
            }
            guard let read = try await blob.octets(most: room) else { throw JMAPSetError(.tooLarge) }
            room -= Int64(read.count)
            octets[id] = read
        }
        guard missing.isEmpty else {
            throw JMAPSetError(
                .blobNotFound, nil, ["notFound": .array(missing.map { .string($0.text) })])
        }
        return octets
    }

    /// A blob of the account; where another's is shared, also what the user has uploaded.
    func blob(_ id: JMAPID) async throws -> JMAPBlob? {
        if account.isOwn { return try await services.blobs.find(id, of: account.id) }
        if case .upload = JMAPBlobID(id) { return try await services.blobs.find(id, of: account.user) }
        let (email, services) = (JMAPBlobID(id)?.email, services)
        guard let email else { return nil }
        let isSeen = try await services.store.read { transaction in
            let visible = try account.visible(in: transaction)
            return try MailStore.email(email, of: account.id, within: visible, in: transaction) != nil
        }
        return isSeen ? try await services.blobs.find(id, of: account.id) : nil
    }

    /// Files the octets of a message as they are.
    func file(
        _ octets: [UInt8], in mailboxes: Set<MailboxID>, _ keywords: EmailKeywords, receivedAt: Int64?
    ) async throws -> Filed {
        guard keywords.keywords.count <= services.mailStore.limits.keywordsOfMessageMax else {
            throw EmailRefusal.tooManyKeywords
        }
        let now = services.now()
        let message = try await services.delivery.prepare(MessageBody(ByteBuffer(bytes: octets)))
        let account = account
        let filed = try await services.delivery.file(message) { transaction in
            let rights = try MailStore.rights(of: account.user, in: account.id, in: transaction)
            for mailbox in mailboxes {
                guard let rights = rights[mailbox] else { throw EmailRefusal.noSuchMailbox(mailbox) }
                guard rights.contains(.insert) else { throw EmailRefusal.notPermitted }
            }
            let copies = mailboxes.sorted().map { mailbox in
                NewCopy(
                    account: account.id, mailbox: mailbox, flags: keywords.flags, keywords: keywords.keywords,
                    internalDate: receivedAt ?? now, saveDate: now)
            }
            let limit = try Directory.quotaBytes(of: account.id, in: transaction)
            return AppendPlan(copies: copies, quota: limit > 0 ? MailQuota(octetsMax: limit) : .none)
        }
        let thread = filed.copies.first?.thread ?? ThreadID(rawValue: filed.email.rawValue)
        let id = JMAPID(filed.email)
        return Filed(
            id: id,
            object: [
                "id": .string(id.text), "blobId": .string(JMAPBlobID.message(filed.email).id.text),
                "threadId": .string(thread.objectID), "size": .integer(Int64(octets.count)),
            ])
    }
}

extension JMAPBlobID {
    /// The message that it is, or that it is a part of.
    var email: EmailID? {
        switch self {
        case .message(let email), .part(let email, _): email
        case .upload: nil
        }
    }
}

extension JMAPServices {
    /// How much an account may hold.
    func quota(of account: AccountID) async throws -> MailQuota {
        try await store.read { transaction in
            let limit = try Directory.quotaBytes(of: account, in: transaction)
            return limit > 0 ? MailQuota(octetsMax: limit) : .none
        }
    }
}

extension JMAPSetError {
    /// Why nothing became of a message.
    init(_ refusal: EmailRefusal, _ account: MailAccount?) {
        switch refusal {
        case .notFound: self.init(.notFound)
        case .noMailbox: self = .invalid(["mailboxIds"], "an Email is in a mailbox")
        case .noSuchMailbox: self = .invalid(["mailboxIds"], "there is no such mailbox")
        case .notPermitted: self.init(.forbidden)
        case .tooManyKeywords: self.init(.tooManyKeywords)
        case .overQuota: self.init(.overQuota)
        }
    }

    /// Why a message is not as the client wants it.
    ///
    /// - Throws: `error`, where it is none of those that concern the one message.
    init(email error: any Error) throws {
        switch error {
        case let error as JMAPSetError: self = error
        case let error as EmailRefusal: self.init(error, nil)
        case let error as MessageWriteError: self = try .init(error)
        case MailStoreError.overQuota: self.init(.overQuota)
        case let error as StorageError where error.code == .diskFull: self.init(.overQuota, "the disk is full")
        default: throw error
        }
    }

    private init(_ error: MessageWriteError) throws {
        switch error {
        case .fieldName(let name): self = .invalid(["header:\(name)"], "the field cannot be written")
        case .identifier(let text): self = .invalid(["messageId"], "\(text) cannot be written")
        case .mediaType(let type): self = .invalid(["bodyStructure"], "\(type) is no such type")
        case .parameterName(let name): self = .invalid(["bodyStructure"], "\(name) is no parameter")
        case .nestingTooDeep: self = .invalid(["bodyStructure"], "it is nested too deep")
        case .addressNeedsUTF8, .authorMissing, .senderMissing, .noBoundary: throw error
        }
    }
}
