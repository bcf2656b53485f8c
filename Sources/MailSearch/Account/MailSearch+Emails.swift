internal import InternetMessage
package import MailCore
internal import MailStore
internal import NIOCore
internal import Storage

/// Lists of an account's e-mails, as JMAP asks for them (RFC 8621 §4.4).
extension MailSearch {
    /// Part of a list. Throws `EmailQueryFailure.anchorNotFound`.
    package func list(
        _ query: EmailQuery, of account: AccountID, _ window: EmailWindow
    ) async throws -> EmailList {
        try await evaluate(query, of: account) { places, image in
            let start: Int
            switch window.start {
            case .position(let position): start = position >= 0 ? position : max(0, places.count + position)
            case .anchor(let email, let offset):
                guard let anchor = image.places[email.rawValue], let index = places.firstIndex(of: anchor) else {
                    throw EmailQueryFailure.anchorNotFound
                }
                start = max(0, index + offset)
            }
            let first = min(start, places.count)
            let end = first + min(max(0, window.limit), places.count - first)
            return EmailList(
                clock: image.clock, total: places.count, position: start,
                emails: places[first..<end].map { EmailID(rawValue: image.emails[Int($0)]) })
        }
    }

    /// How a list has changed since a tick of the account's clock. Throws `EmailQueryFailure`.
    ///
    /// - Parameter most: e-mails that are told of, removed and added together.
    package func changes(
        _ query: EmailQuery, of account: AccountID, since tick: ModSeq, most: Int
    ) async throws -> EmailListChanges {
        do {
            return try await changes(query, of: account, ChangedSince(tick: tick), most: most)
        } catch EmailQueryFailure.cannotCalculateChanges {
            // The image is younger than that; the store's history may reach further back.
            guard let since = try await history(of: account, since: tick, query) else {
                throw EmailQueryFailure.cannotCalculateChanges
            }
            return try await changes(query, of: account, since, most: most)
        }
    }

    private func changes(
        _ query: EmailQuery, of account: AccountID, _ since: ChangedSince, most: Int
    ) async throws -> EmailListChanges {
        try await evaluate(query, of: account) { places, image in
            guard since.tick >= image.floor, since.tick <= image.clock else {
                throw EmailQueryFailure.cannotCalculateChanges
            }
            let changed = ChangedEmails(image, since, query)
            var added: [EmailListChanges.Added] = []
            for (index, place) in places.enumerated() where changed.places.contains(Int(place)) {
                added.append(.init(email: EmailID(rawValue: image.emails[Int(place)]), index: index))
            }
            guard changed.removed.count + added.count <= most else { throw EmailQueryFailure.tooManyChanges }
            return EmailListChanges(clock: image.clock, total: places.count, removed: changed.removed, added: added)
        }
    }

    /// What the store knows of a time before the image; nil where it has forgotten some of it.
    private func history(
        of account: AccountID, since tick: ModSeq, _ query: EmailQuery
    ) async throws -> ChangedSince? {
        let most = limits.rememberedGoneMax
        return try await store.read { transaction in
            let point = ChangePoint(tick)
            guard
                case .known(let emails) = try MailStore.emailChanges(
                    since: point, most: most, account, in: transaction), emails.rest == .none
            else { return nil }
            var since = ChangedSince(tick: emails.reached.modSeq)
            since.emails = emails.created + emails.updated + emails.destroyed
            guard query.looksAtThreads else { return since }
            guard
                case .known(let threads) = try MailStore.threadChanges(
                    since: point, most: most, account, in: transaction), threads.rest == .none
            else { return nil }
            since.threads = threads.created + threads.updated
            return since
        }
    }

    /// Evaluates the query, reads the messages that the index cannot decide about, and evaluates it again until nothing
    /// is left to be read.
    private func evaluate<T: Sendable>(
        _ query: EmailQuery, of account: AccountID,
        _ make: @escaping @Sendable ([Int32], AccountImage) throws -> T
    ) async throws -> T {
        var answers = EmailAnswers()
        for round in 1... {
            try Task.checkCancellation()
            let known = answers
            let (index, images) = (index, accountImages)
            let isLast = round >= limits.queryRoundsMax
            let outcome = try await store.read { transaction -> Result<T, EmailQuestionsError> in
                try images.with(account, transaction) { image in
                    var evaluation = EmailEvaluation(account, transaction, index, known)
                    let places = try evaluation.list(query, &image)
                    guard isLast || evaluation.questions.isEmpty else {
                        return .failure(EmailQuestionsError(questions: evaluation.questions))
                    }
                    return .success(try make(places, image))
                }
            }
            switch outcome {
            case .success(let value): return value
            case .failure(let open): try await answer(open.questions, of: account, &answers)
            }
        }
        throw CancellationError()
    }

    private struct EmailQuestionsError: Error {
        let questions: EmailQuestions
    }

    private func answer(
        _ questions: EmailQuestions, of account: AccountID, _ answers: inout EmailAnswers
    ) async throws {
        for (text, emails) in questions.texts {
            try await forEachMessage(emails, of: account) { message in
                message.matches(text)
            } into: {
                answers.texts[text, default: [:]][$0.rawValue] = $1 ?? false
            }
        }
        try await forEachMessage(questions.facts, of: account) { message in
            SortTexts.Facts(SortingFacts(ParsedMessage(parsing: message.octets), in: message.octets))
        } into: {
            answers.facts[$0.rawValue] = $1 ?? SortTexts.Facts(sent: nil, subject: [], from: [], to: [])
        }
    }

    /// Reads messages whole, some together; nil is told of those that are gone or are not what was written.
    private func forEachMessage<T: Sendable>(
        _ emails: [EmailID], of account: AccountID, _ look: @escaping @Sendable (MessageText) -> T,
        into keep: (EmailID, T?) -> Void
    ) async throws {
        var rest = emails[...]
        while !rest.isEmpty {
            try Task.checkCancellation()
            let wanted = rest.prefix(limits.batchMessagesMax)
            let (store, octetsMax) = (store, limits.readOctetsMax)
            let looked = try await store.read { transaction in
                var looked: [(EmailID, T?)] = []
                var octets: Int64 = 0
                for email in wanted where octets < octetsMax {
                    guard let prefix = try MailStore.prefix(of: email, account, transaction),
                        let content = try transaction.content(of: email),
                        let text = try store.octetsBlocking([content]).first ?? nil
                    else {
                        looked.append((email, nil))
                        continue
                    }
                    octets += content.count
                    text.withUnsafeReadableBytes {
                        looked.append((email, look(MessageText(prefix: prefix, octets: $0))))
                    }
                }
                return looked
            }
            for (email, value) in looked { keep(email, value) }
            rest = rest.dropFirst(looked.count)
        }
    }
}

/// A tick since which an image knows everything, and what happened before it, as far as that is asked for.
private struct ChangedSince: Sendable {
    var tick: ModSeq
    var emails: [EmailID] = []
    var threads: [ThreadID] = []
}

/// E-mails that are not what they were, with those of their conversations where a list looks at these.
private struct ChangedEmails {
    /// Those that are there.
    private(set) var places: BitSet
    /// All of them: those that are gone, then those that are there, oldest first.
    private(set) var removed: [EmailID] = []

    init(_ image: AccountImage, _ since: ChangedSince, _ query: EmailQuery) {
        let tick = since.tick.rawValue
        places = BitSet(capacity: image.emails.count)
        for place in image.order where image.changed[Int(place)] > tick { places.insert(Int(place)) }
        let gone = image.gone.suffix(while: { $0.tick > tick })
        removed = gone.map { EmailID(rawValue: $0.email) }
        for email in since.emails {
            if let place = image.places[email.rawValue] {
                places.insert(Int(place))
            } else {
                removed.append(email)
            }
        }
        if query.looksAtThreads { addThreads(image, gone, Set(since.threads.map(\.rawValue))) }
        for place in image.order where places.contains(Int(place)) {
            removed.append(EmailID(rawValue: image.emails[Int(place)]))
        }
    }

    /// All e-mails of conversations with a change.
    private mutating func addThreads(
        _ image: AccountImage, _ gone: ArraySlice<AccountImage.Gone>, _ earlier: Set<Int64>
    ) {
        var threads = BitSet(capacity: image.threadIDs.count)
        places.forEach { threads.insert(Int(image.threads[$0])) }
        for email in gone { threads.insert(Int(email.thread)) }
        if !earlier.isEmpty {
            for (number, thread) in image.threadIDs.enumerated() where earlier.contains(thread) { threads.insert(number) }
        }
        for place in image.order where threads.contains(Int(image.threads[Int(place)])) { places.insert(Int(place)) }
    }
}

extension Array {
    /// The elements at the end that fit.
    fileprivate func suffix(while fits: (Element) -> Bool) -> ArraySlice<Element> {
        var start = endIndex
        while start > startIndex, fits(self[start - 1]) { start -= 1 }
        return self[start...]
    }
}
