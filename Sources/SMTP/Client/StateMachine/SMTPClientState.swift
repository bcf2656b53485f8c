internal import MailCore
internal import NIOCore
internal import SASL

/// A connection's states; each has what is legal in it and nothing else. Every one of them can also end in `closed`.
enum SMTPClientState {
    /// The server has not greeted yet. → `hello`
    case greeting
    /// EHLO, HELO or LHLO is to be answered. → `hello`, `startTLS`, `authenticating`, `ready`
    case hello(Hello)
    /// STARTTLS is to be answered. → `handshaking`, `authenticating`, `ready`
    case startTLS
    /// Octets are the handshake's. → `hello`
    case handshaking
    /// AUTH, or a response, is to be answered. → `derivingKeys`, `cancellingLogin`, `ready`
    case authenticating(Login)
    /// The driver computes. → `authenticating`
    case derivingKeys(Login)
    /// `*` is to be answered, then the session is over.
    case cancellingLogin(SASLClientFailure)
    /// Nothing is under way. → `transaction`, `quitting`
    case ready
    /// Replies to RSET, MAIL, RCPT and DATA are due. → `message`, `endOfData`, `ready`
    case transaction(OutgoingTransaction)
    /// The message goes out. → `endOfData`
    case message(OutgoingTransaction)
    /// The message's replies are due. → `ready`
    case endOfData(OutgoingTransaction)
    /// QUIT is to be answered.
    case quitting
    /// Nothing more is read or written.
    case closed

    enum Hello {
        case extended
        case plain
    }

    struct Login {
        var client: SASLClient
        /// An initial response that was too long for the command's line (RFC 4954 §4).
        var heldResponse: [UInt8]?
    }
}

/// A transaction under way: which commands were written, and which were answered.
struct OutgoingTransaction {
    enum Step: Hashable {
        case reset
        case mail
        /// By its place in `tried`.
        case recipient(Int)
        case data
    }

    enum Transfer: Hashable {
        case data
        /// BDAT: what binary messages need.
        case chunks
    }

    let request: SMTPTransaction
    let transfer: Transfer
    let dsn: SMTPTransactionOutcome.DSNHandover
    /// Which of the envelope's recipients are asked for now.
    let tried: Range<Int>
    /// By the envelope's recipients; nil while open.
    var outcomes: [RecipientOutcome?]
    /// Those whose RCPT was accepted, by their place in the envelope.
    var accepted: [Int] = []
    var isMailAccepted = false
    /// Octets of the message that went out.
    var octets = 0
    /// LMTP: how many of `accepted` have their reply.
    var answered = 0
    /// BDAT: replies that are due before the last chunk's.
    var chunksAwaited = 0
    /// BDAT: held back until it is known whether it is the last.
    var heldChunk = ByteBuffer()
    /// Whether the last octet has left.
    var isWritten = false

    /// Steps are counted: 0 is RSET, 1 MAIL, then the recipients, then DATA.
    var nextStep: Int
    var awaitedStep: Int

    init(
        _ request: SMTPTransaction, transfer: Transfer, dsn: SMTPTransactionOutcome.DSNHandover, tried: Range<Int>,
        firstStep: Step
    ) {
        self.request = request
        self.transfer = transfer
        self.dsn = dsn
        self.tried = tried
        outcomes = Array(repeating: .leftOver, count: request.envelope.recipients.count)
        for index in tried { outcomes[index] = nil }
        nextStep = firstStep == .reset ? 0 : 1
        awaitedStep = nextStep
    }

    private var dataStep: Int { 2 + tried.count }
    /// Behind the last command.
    var endStep: Int { transfer == .data ? dataStep + 1 : dataStep }

    func step(_ number: Int) -> Step {
        switch number {
        case 0: .reset
        case 1: .mail
        case dataStep...: .data
        default: .recipient(number - 2)
        }
    }

    /// Gives everybody who has none this outcome.
    mutating func conclude(_ outcome: RecipientOutcome) {
        for index in tried where outcomes[index] == nil { outcomes[index] = outcome }
    }

    /// Gives those whose RCPT was accepted this outcome.
    mutating func concludeAccepted(_ outcome: RecipientOutcome) {
        for index in accepted { outcomes[index] = outcome }
    }
}
