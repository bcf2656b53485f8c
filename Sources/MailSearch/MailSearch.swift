package import InternetMessage
package import MailCore
package import MailStore
package import Storage
internal import Synchronization

/// Finds messages: by their rows in the store, by the full-text index beside it, and by reading those that it does not
/// have. What it finds is right whether the index is up to date, far behind, or lost.
package final class MailSearch: Sendable {
    let store: Store
    let mailStore: MailStore
    let limits: MailSearchLimits
    let index: SearchIndex?
    let indexing: IndexingState
    private let images: MailboxImages
    let accountImages: AccountImages

    /// Opens the index in the store's folder, or begins a new one. Without one (its file cannot be made) every search reads.
    package init(store: Store, mailStore: MailStore, limits: MailSearchLimits = MailSearchLimits()) {
        self.store = store
        self.mailStore = mailStore
        self.limits = limits
        index = (try? DerivedDatabase(folder: store.folder, form: SearchTables.form)).map(SearchIndex.init)
        indexing = IndexingState(arrivalsMax: limits.arrivalsMax)
        images = MailboxImages(octetsMax: limits.imageOctetsMax)
        accountImages = AccountImages(octetsMax: limits.accountImageOctetsMax, goneMax: limits.rememberedGoneMax)
    }

    /// What a search came to.
    package struct Outcome: Sendable, Hashable {
        /// The messages that fit.
        package var uids = UIDSet()
        /// The highest MODSEQ among them (RFC 7162 §3.1.5), if it was asked for; nil where nothing fits.
        package var highestModSeq: ModSeq?
    }

    /// Whether the highest MODSEQ is wanted.
    package enum ModSeqDemand: Sendable {
        case wanted
        case unwanted
    }

    /// Called between pages with the messages looked at and their number in all.
    package typealias Progress = nonisolated(nonsending) (Int, Int) async throws -> Void

    /// The messages of a mailbox that fit, among those that a session knows. Ends with `CancellationError` when the task is
    /// cancelled.
    package nonisolated(nonsending)
        func find(
            _ filter: MessageFilter, in key: MailboxKey, among uids: UIDSet, modSeq: ModSeqDemand = .unwanted,
            progress: Progress = { _, _ in }
        ) async throws -> Outcome
    {
        let run = SearchRun(
            filter, key, among: uids, mailStore: mailStore, index: index, images: images, limits: limits)
        return try await withTaskCancellationHandler {
            var outcome = Outcome()
            var start = 0
            while start < run.uids.count {
                try Task.checkCancellation()
                let size = filter.hasText ? limits.textPageMessages : limits.pageMessages
                let page = start..<min(start + size, run.uids.count)
                let (found, highest) = try await store.read { transaction in
                    var evaluation = PageEvaluation(run, page, transaction)
                    let found = try evaluation.evaluate()
                    let highest = modSeq == .wanted ? try evaluation.highestModSeq(found) : nil
                    return (MessageRows.uids(found, of: evaluation.uids), highest)
                }
                for range in found.ranges { outcome.uids.append(range) }
                if let highest { outcome.highestModSeq = max(outcome.highestModSeq ?? highest, highest) }
                start = page.upperBound
                if start < run.uids.count { try await progress(start, run.uids.count) }
            }
            return outcome
        } onCancel: {
            run.isCancelled.store(true, ordering: .relaxed)
        }
    }

    /// What SORT and THREAD know of a message.
    package struct SortedMessage: Sendable {
        /// Its number.
        package var uid: UID
        /// INTERNALDATE in seconds since 1970, UTC.
        package var internalDate: Int64
        /// RFC822.SIZE.
        package var octets: Int64
        /// What its header says.
        package var facts: SortingFacts

        /// As above.
        package init(uid: UID, internalDate: Int64, octets: Int64, facts: SortingFacts) {
            self.uid = uid
            self.internalDate = internalDate
            self.octets = octets
            self.facts = facts
        }
    }

    /// What is made of each of these messages, ascending, on threads that may block; those that are gone are left out.
    package nonisolated(nonsending)
        func collect<Value: Sendable>(
            _ uids: UIDSet, in key: MailboxKey, _ make: @escaping @Sendable (SortedMessage) -> Value
        ) async throws -> [Value]
    {
        let run = SearchRun(
            .all, key, among: uids, mailStore: mailStore, index: index, images: images, limits: limits)
        return try await withTaskCancellationHandler {
            var values: [Value] = []
            values.reserveCapacity(run.uids.count)
            var start = 0
            while start < run.uids.count {
                try Task.checkCancellation()
                let page = start..<min(start + limits.textPageMessages, run.uids.count)
                values += try await store.read { transaction in
                    var evaluation = PageEvaluation(run, page, transaction)
                    return try evaluation.sortedMessages().map(make)
                }
                start = page.upperBound
            }
            return values
        } onCancel: {
            run.isCancelled.store(true, ordering: .relaxed)
        }
    }

    /// Messages that came and are not indexed yet, about.
    package var waiting: Int { indexing.waiting }

    /// Octets of the index on the disk.
    package var indexOctets: Int64 { index?.database.octetsOnDisk ?? 0 }

    /// How much is indexed, and how much is known to wait.
    package struct Status: Sendable, Equatable {
        /// Messages, counted once for each account that has them.
        package var messages: Int64
        /// Runs of messages with terms of their own.
        package var segments: Int64
        /// Octets on the disk.
        package var octets: Int64
        /// Messages that came and are not indexed yet, about.
        package var waiting: Int
    }

    /// Reads the index's size.
    package func status() async throws -> Status {
        let index = index
        let size = try await store.work { try index?.size() ?? SearchIndex.Size(documents: 0, segments: 0) }
        return Status(
            messages: size.documents, segments: size.segments, octets: indexOctets, waiting: indexing.waiting)
    }

    /// Ends after `run` has.
    package func close() { index?.database.close() }
}
