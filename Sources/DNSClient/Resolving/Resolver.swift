internal import CUnbound
internal import Glibc
internal import Synchronization

/// Has libunbound look things up, and lets tasks wait for it.
///
/// libunbound works in a thread of its own and says through a descriptor that answers are there. One thread here polls that
/// descriptor; it alone calls `ub_process`, in which libunbound calls back with each answer, and it alone ends the waiting
/// of those whose time is up.
///
/// Tasks with the same question wait for one `Lookup`. A task that is cancelled or has waited too long leaves; the lookup goes
/// on and stays in the table, since `ub_cancel` would only keep libunbound from saying when it is done. So
/// `DNSLimits.lookupsMax` counts what libunbound really has to do, and the answer is in its cache for the next try.
final class Resolver: Sendable {
    /// One question at libunbound. The table keeps it alive until the answer has come; libunbound has a pointer to it.
    private final class Lookup: Sendable {
        let question: DNSQuestion
        unowned let resolver: Resolver

        init(_ question: DNSQuestion, _ resolver: Resolver) {
            self.question = question
            self.resolver = resolver
        }
    }

    private struct Waiter {
        let question: DNSQuestion
        let deadline: ContinuousClock.Instant
        let continuation: CheckedContinuation<ResolverOutcome, Never>
    }

    private struct State {
        var lookups: [DNSQuestion: (lookup: Lookup, waiters: [Int])] = [:]
        var waiters: [Int: Waiter] = [:]
        var nextWaiter = 0
        /// Not later than the first deadline of a waiter; nil when the thread sleeps without one.
        var wakeAt: ContinuousClock.Instant?
        var isStopping = false
    }

    /// libunbound's context: its functions lock it themselves. `run` frees it when it ends.
    private nonisolated(unsafe) let context: OpaquePointer
    private let limits: DNSLimits
    private let timeLimit: Duration
    private let wakeUp: WakeUpPipe
    private let state = Mutex(State())

    /// Starts the thread.
    init(_ configuration: DNSClientConfiguration) throws(DNSSetupError) {
        guard let wakeUp = WakeUpPipe() else { throw DNSSetupError("there is no descriptor left for the DNS client") }
        self.wakeUp = wakeUp
        limits = configuration.limits
        timeLimit = .seconds(configuration.lookupSecondsMax)
        context = try UnboundContext.make(configuration)
        var thread = pthread_t()
        let retained = Unmanaged.passRetained(self)
        let code = pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer else { return nil }
                Unmanaged<Resolver>.fromOpaque(pointer).takeRetainedValue().run()
                return nil
            }, retained.toOpaque())
        guard code == 0 else {
            retained.release()
            ub_ctx_delete(context)
            throw DNSSetupError("there is no thread left for the DNS client")
        }
        pthread_detach(thread)
    }

    /// Ends the thread and frees everything; tasks that wait get `.stopped`.
    func stop() {
        state.withLock { $0.isStopping = true }
        wakeUp.signal()
    }

    /// Waits for the answer, at most the time limit.
    func resolve(_ question: DNSQuestion) async -> ResolverOutcome {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let deadline = ContinuousClock.now + timeLimit
                begin(id, Waiter(question: question, deadline: deadline, continuation: continuation))
            }
        } onCancel: {
            leave(id, .cancelled)
        }
    }
}

// MARK: Waiting and leaving

extension Resolver {
    private enum Beginning {
        case refused(DNSError)
        case joined
        case first(Lookup)
    }

    private func begin(_ id: Int, _ waiter: Waiter) {
        let question = waiter.question
        let (beginning, mustWake) = state.withLock { state -> (Beginning, Bool) in
            guard !state.isStopping else { return (.refused(.stopped), false) }
            guard state.waiters.count < limits.waitersMax else { return (.refused(.tooManyLookups), false) }
            var beginning = Beginning.joined
            if state.lookups[question] == nil {
                guard state.lookups.count < limits.lookupsMax else { return (.refused(.tooManyLookups), false) }
                let lookup = Lookup(question, self)
                state.lookups[question] = (lookup, [])
                beginning = .first(lookup)
            }
            state.lookups[question]?.waiters.append(id)
            state.waiters[id] = waiter
            let mustWake = state.wakeAt == nil
            if mustWake { state.wakeAt = waiter.deadline }
            return (beginning, mustWake)
        }
        switch beginning {
        case .refused(let error): return waiter.continuation.resume(returning: .failure(error))
        case .joined: break
        case .first(let lookup): ask(lookup)
        }
        if mustWake { wakeUp.signal() }
        // Cancelled before it was in the table: its handler has found nothing.
        if Task.isCancelled { leave(id, .cancelled) }
    }

    private func ask(_ lookup: Lookup) {
        let code = ub_resolve_async(
            context, lookup.question.name.text, Int32(lookup.question.type.rawValue), 1,
            Unmanaged.passUnretained(lookup).toOpaque(),
            { pointer, code, result in
                guard let pointer else { return }
                let lookup = Unmanaged<Lookup>.fromOpaque(pointer).takeUnretainedValue()
                lookup.resolver.finish(lookup, code, result)
            }, nil)
        if code != UB_NOERROR.rawValue { finish(lookup, code, nil) }
    }

    /// Called by libunbound in `ub_process`, and when it has refused the question.
    private func finish(_ lookup: Lookup, _ code: Int32, _ result: UnsafeMutablePointer<ub_result>?) {
        defer { ub_resolve_free(result) }
        let outcome: ResolverOutcome
        if code == UB_NOERROR.rawValue, let result {
            outcome = ResolverOutcome(result.pointee, limits)
        } else {
            outcome = .failure(.serverFailure(detail: String(cString: ub_strerror(code))))
        }
        let waiters = state.withLock { state -> [Waiter] in
            let ids = state.lookups.removeValue(forKey: lookup.question)?.waiters ?? []
            return ids.compactMap { state.waiters.removeValue(forKey: $0) }
        }
        for waiter in waiters { waiter.continuation.resume(returning: outcome) }
    }

    private func leave(_ id: Int, _ error: DNSError) {
        let waiter = state.withLock { state -> Waiter? in
            guard let waiter = state.waiters.removeValue(forKey: id) else { return nil }
            state.lookups[waiter.question]?.waiters.removeAll { $0 == id }
            return waiter
        }
        waiter?.continuation.resume(returning: .failure(error))
    }
}

// MARK: The thread

extension Resolver {
    private func run() {
        while let milliseconds = millisecondsToSleep() {
            if wakeUp.wait(with: ub_fd(context), milliseconds: milliseconds) { ub_process(context) }
            expire()
        }
        // Nobody is called back any more, and libunbound's thread ends.
        ub_ctx_delete(context)
        let left = state.withLock { state -> [Waiter] in
            defer {
                state.waiters = [:]
                state.lookups = [:]
            }
            return Array(state.waiters.values)
        }
        for waiter in left { waiter.continuation.resume(returning: .failure(.stopped)) }
    }

    /// -1 for ever; nil when it is over.
    private func millisecondsToSleep() -> Int32? {
        state.withLock { state in
            if state.isStopping { return nil }
            guard let wakeAt = state.wakeAt else { return -1 }
            let left = (wakeAt - .now) / .milliseconds(1)
            return Int32(clamping: Int(max(0, min(left.rounded(.up), 3_600_000))))
        }
    }

    /// Ends the waiting of those whose time is up.
    private func expire() {
        let now = ContinuousClock.now
        let expired = state.withLock { state -> [Int] in
            guard let wakeAt = state.wakeAt, wakeAt <= now else { return [] }
            state.wakeAt = state.waiters.values.lazy.map(\.deadline).filter { $0 > now }.min()
            return state.waiters.filter { $0.value.deadline <= now }.map(\.key)
        }
        for id in expired { leave(id, .timedOut) }
    }
}
