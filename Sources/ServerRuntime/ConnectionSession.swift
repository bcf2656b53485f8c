public import NIOCore

// # How a connection is driven
//
// Every line protocol of Paloma runs on the same driver, ``ConnectionHandler``: one NIO channel handler per connection.
// What the protocol says is not its business. It asks a ``ConnectionSession``, the adapter between a sans-IO machine and
// the rest of the house, for one step after the other:
//
//     octets ─▶ session.receive(&input, replies: &replies) ─▶ step
//                  ▲                                            │
//                  │        .proceed      call me again ────────┤
//                  │        .needInput    wait for octets ──────┤
//                  └─────── .ask(q)       await perform(q) ─────┤  (its answer is the next step)
//                           .startTLS     flush, drop, handshake┤
//                           .startCompression   flush, deflate ─┤
//                           .close        flush, close ─────────┘
//
// **Replies** are appended to one buffer and written with one flush, when the input is used up or something waits. Ten
// pipelined commands cost one system call.
//
// **What waits** is `perform`. It runs as one task, started on the spot and resumed on the connection's own event loop, so
// a session is never touched by two threads and needs no lock and no actor. A `perform` that answers without suspending
// costs no hop and no extra flush. While it waits the session gets no octets; what arrives is buffered up to
// `inputBytesMax`, then the socket is no longer read. `perform` is straight async code, top to bottom; it writes long
// answers through ``ReplyWriter``, which waits for a peer that does not read.
//
// **Blocking is forbidden** in both: a task that prefers an event loop runs default actors on that loop, too. Blocking work
// goes to a thread of its own.
//
// **Wake-ups.** What happens elsewhere, in another session or a delivery, reaches a session by its ``ConnectionWaker``: on the
// connection's event loop `wake` is called, as a step like any other. It does not move the read deadline: what we say is
// no sign of life from the peer.
//
// **Time.** One sweep per event loop and second looks at all connections' deadlines; a connection owns no timer. A deadline
// moves when the session makes a step, not when octets arrive: who sends a command octet by octet has one
// `readTimeoutSeconds` for all of it (a body must bring `progressBytesMin` in that time). A step's own work is not timed
// here: the session bounds what it waits for.
//
// **The end.** `ended` is called exactly once, after the last `perform` has returned: a session releases there what it holds.

/// What a session wants of its connection next.
public enum ConnectionStep<Question> {
    /// The input holds no whole unit: come back with more octets.
    case needInput
    /// Something was done (a reply written, a chunk taken): call `receive` again.
    case proceed
    /// Something must be awaited: `perform` answers with the next step.
    case ask(Question)
    /// Flush the replies, forget all input received so far, and do a TLS handshake (RFC 3207 §4.2, RFC 2595 §4).
    case startTLS
    /// Flush the replies; from here on both directions are deflated, input that is there already, too (RFC 4978 §3). At most
    /// once for a connection.
    case startCompression
    /// Flush the replies and close.
    case close
}

/// Why the driver ends a session that did not end by itself.
public enum Farewell: String, Sendable {
    /// The peer was silent, or too slow, for `readTimeoutSeconds`.
    case readTimeout
    /// The session is older than `sessionSecondsMax`.
    case lifetime
    /// The server stops.
    case shutdown
    /// The session left more than `inputBytesMax` octets of input unused.
    case overflow
    /// What the peer sent cannot be inflated.
    case corruptedInput
}

/// Why a session is over.
public enum SessionEnd: Equatable, Sendable {
    /// The session returned `.close`.
    case completed
    /// The driver ended it.
    case dismissed(Farewell)
    /// The peer closed its side, or the connection broke.
    case peerClosed
    /// The TLS handshake failed or took too long.
    case handshakeFailed
    /// The peer did not read what we wrote.
    case writeTimeout
    /// The server did not wait any longer.
    case cut
}

/// A server's side of one connection: a sans-IO machine and what answers its questions.
///
/// Owned by its connection's event loop; all methods are called there, one at a time. No method may block.
public protocol ConnectionSession: AnyObject, SendableMetatype {
    /// What `perform` can be asked.
    associatedtype Question

    /// The connection is open (and secured, with implicit TLS): write the greeting.
    func begin(replies: inout ByteBuffer) -> ConnectionStep<Question>

    /// Takes at most one step: consumes octets of `input`, appends replies to `replies`. Never called while `perform` runs.
    func receive(_ input: inout ByteBuffer, replies: inout ByteBuffer) -> ConnectionStep<Question>

    /// Does what waits, and says how to go on. Resumes on the connection's event loop after each `await`. The task is
    /// cancelled when the connection is lost.
    nonisolated(nonsending)
        func perform(_ question: Question, replies: ReplyWriter) async -> ConnectionStep<Question>

    /// Somebody called ``ConnectionWaker/wake()``, once or many times since the last call. Takes one step: appends replies, or
    /// asks for `perform`; `needInput` and `proceed` are the same here. Never called while `perform` runs, nor before
    /// `begin`, nor while a peer that does not read has replies to take first.
    func wake(replies: inout ByteBuffer) -> ConnectionStep<Question>

    /// The handshake is done: forget what was said in the clear.
    func tlsEstablished(_ information: TLSInformation)

    /// How long the peer may take for what it has to do now (RFC 5321 §4.5.3.2, RFC 1939 §3).
    var readTimeoutSeconds: Int64 { get }

    /// Whether a graceful stop may end the session here and now: no transaction is under way.
    var isIdle: Bool { get }

    /// The driver is going to close: append the protocol's last words, if it has any for this.
    func farewell(_ reason: Farewell, replies: inout ByteBuffer)

    /// The session is over. Called exactly once, last.
    func ended(_ end: SessionEnd)
}

extension ConnectionSession {
    /// For sessions that nobody wakes.
    public func wake(replies: inout ByteBuffer) -> ConnectionStep<Question> { .needInput }
}
