internal import MailCore
internal import SASL

/// A connection's states; each has what is legal in it and nothing else.
enum SMTPServerState {
    /// Nothing was said yet. → `asking(.connected)`
    case connecting
    /// A question is with the session. → by the answer
    case asking(Pending)
    /// The session refused the connection with 554: nothing but QUIT is obeyed (RFC 5321 §3.1). → `closed`
    case turnedAway
    /// Greeted, not named yet, or TLS has just begun. → `asking(.hello)`
    case greeted
    /// Named, no transaction. → `asking(.mail)`, `exchange`, `asking(.login)`, `handshaking`
    case ready(Ready)
    /// Within AUTH; lines are the client's responses. → `asking(.credentials)`, `asking(.login)`, `ready`
    case exchange(SASLServer)
    /// MAIL was accepted. → `asking(.recipient)`, `asking(.beginData)`, `ready`
    case transaction(Transaction)
    /// DATA was accepted; octets up to CRLF.CRLF are the message. → `asking(.endOfData)`, `ready`
    case data(DataTransfer)
    /// Within a chunk; its octets are counted off. → `chunking`, `chunksRefused`, `asking(.endOfData)`, `ready`
    case chunk(ChunkTransfer)
    /// Between two chunks. → `chunk`, `ready`
    case chunking(Chunking)
    /// A chunk was refused; only RSET, or a greeting, helps (RFC 3030 §2). → `ready`
    case chunksRefused
    /// STARTTLS was answered; octets are the handshake's. → `greeted`
    case handshaking
    /// Nothing more is read.
    case closed

    /// No transaction.
    struct Ready {
        /// Whether the last MAIL was refused: then pipelined RCPT and DATA are no faults of the client (RFC 2920 §3.1).
        var lastMail = LastMail.none

        enum LastMail {
            case none
            case refused
        }
    }

    /// Between MAIL and the data.
    struct Transaction {
        let body: EnvelopeParameters.BodyType
        let smtpUTF8: EnvelopeParameters.SMTPUTF8Need
        var accepted = 0
        var refused = 0
    }

    /// A message coming in by DATA.
    struct DataTransfer {
        let transaction: Transaction
        var decoder = DotDecoder()
        var converter = BareLineConverter()
        /// Octets of the message as it came, also of one that is thrown away.
        var octets = 0
        /// Octets handed to the spool.
        var spooledOctets = 0
        var isBegun = false
    }

    /// Between chunks: the spool is open.
    struct Chunking {
        let transaction: Transaction
        var octets: Int
    }

    /// A chunk coming in by BDAT.
    struct ChunkTransfer {
        let order: SMTPCommand.Chunk.Order
        let announced: Int
        var remaining: Int
        var fate: Fate

        enum Fate {
            /// To the spool.
            case keep(Chunking)
            /// Away; then the refusal, and back to where we were: there was no transaction, or it is untouched.
            case discard(SMTPCommandError, Resumed)
            /// Away; then the reply, and the transaction is lost.
            case lose(Transaction, SMTPReply)
        }

        /// A state in which BDAT is refused.
        enum Resumed {
            case greeted
            case ready(Ready)
            case transaction(Transaction)
            case chunksRefused
        }
    }

    /// What is to be done when the session has answered.
    enum Pending {
        case connected
        case hello(HelloName, TransmissionType.Dialect)
        case mail(Transaction)
        case recipient(Transaction)
        case beginData(Transaction)
        case beginChunk(Transaction, SMTPCommand.Chunk)
        case endOfData(Transaction)
        case credentials(SASLServer)
        case login
    }
}
