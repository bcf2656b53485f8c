internal import IMAP
internal import MailCore
internal import NIOCore
internal import ServerRuntime
internal import Storage

/// Sends the pages of a FETCH: the next one is read while one goes out.
struct FetchSending {
    let job: FetchJob
    let replies: ReplyWriter
    /// What could not be told as it was asked for.
    private(set) var faults: FetchPage.Faults = []
    /// Messages that were told of.
    private(set) var told = UIDSet()
    /// The account's clock when the first of them were read.
    private(set) var clock = ModSeq(rawValue: 0)

    /// Nothing is sent yet.
    init(_ job: FetchJob, _ replies: ReplyWriter) {
        self.job = job
        self.replies = replies
    }

    /// A literal that has begun cannot be ended: the connection must be closed.
    struct LiteralCutOff: Error {
        let cause: any Error
    }

    /// Sends all pages; `each` is told of each before it is sent.
    nonisolated(nonsending)
        mutating func run(_ each: (FetchPage) -> Void) async throws
    {
        var page = try await job.store.read { [job] in try job.page(from: FetchWalk.Place(), in: $0) }
        clock = page.clock
        while true {
            let coming = page.isLast ? nil : read(from: page.end)
            faults.formUnion(page.faults)
            for range in page.told.ranges { told.append(range) }
            each(page)
            for piece in page.pieces { try await send(piece) }
            guard let coming else { return }
            page = try await coming.value()
        }
    }

    private func read(from place: FetchWalk.Place) -> StoreReadAhead<FetchPage> {
        job.store.readAhead { [job] in try job.page(from: place, in: $0) }
    }

    nonisolated(nonsending)
        private func send(_ piece: FetchPage.Piece) async throws
    {
        switch piece {
        case .octets(let octets): try await replies.write(octets)
        case .stream(let stream): try await send(stream)
        }
    }

    /// A stream and the octets that were read from it last.
    private struct Step: Sendable {
        var stream: SectionStream
        var octets: ByteBuffer?
    }

    nonisolated(nonsending)
        private func send(_ stream: SectionStream) async throws
    {
        var sent: UInt64 = 0
        do {
            var coming = next(of: stream)
            while case let step = try await coming.value(), let octets = step.octets {
                sent += UInt64(octets.readableBytes)
                coming = next(of: step.stream)
                try await replies.write(octets)
            }
            guard sent == stream.octetCount else {
                throw StorageError(.corrupt, "a section has \(sent) octets instead of \(stream.octetCount)")
            }
        } catch let error as ReplyWriterError {
            throw error
        } catch {
            throw LiteralCutOff(cause: error)
        }
    }

    private func next(of stream: SectionStream) -> StoreReadAhead<Step> {
        job.store.readAhead { [store = job.store] transaction in
            var stream = stream
            let octets = try stream.next(store, in: transaction)
            return Step(stream: stream, octets: octets)
        }
    }
}
