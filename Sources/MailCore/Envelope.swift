/// What travels beside a message and says from whom and to whom (RFC 5321 §2.3.1).
public struct Envelope: Hashable, Sendable {
    /// Where reports go.
    public var reversePath: ReversePath
    /// What MAIL carried besides the path.
    public var parameters: EnvelopeParameters
    /// Those accepted, in the order of their RCPT commands.
    public var recipients: [EnvelopeRecipient]

    /// An envelope, addressed or not yet.
    public init(
        reversePath: ReversePath, parameters: EnvelopeParameters = EnvelopeParameters(),
        recipients: [EnvelopeRecipient] = []
    ) {
        self.reversePath = reversePath
        self.parameters = parameters
        self.recipients = recipients
    }
}

/// The parameters of MAIL that a relay has to hand on.
public struct EnvelopeParameters: Hashable, Sendable {
    /// BODY= (RFC 6152 §2, RFC 3030 §3).
    public enum BodyType: UInt8, Sendable {
        /// Lines of at most 998 octets of US-ASCII.
        case sevenBit = 0
        /// Lines with octets above 127.
        case eightBitMIME = 1
        /// Any octets; needs BDAT.
        case binaryMIME = 2
    }

    /// RET= (RFC 3461 §4.3).
    public enum Return: UInt8, Sendable {
        /// The whole message comes back with a report of failure.
        case full = 1
        /// Only its header does.
        case headers = 2
    }

    /// BODY=, 7BIT where not given.
    public var body: BodyType
    /// SMTPUTF8 (RFC 6531 §3.4).
    public var smtpUTF8: SMTPUTF8Need
    /// REQUIRETLS (RFC 8689 §2).
    public var requireTLS: RequireTLS
    /// RET=.
    public var dsnReturn: Return?
    /// ENVID=, decoded from xtext (RFC 3461 §4.4); at most 100 octets.
    public var envelopeID: String?
    /// HOLDFOR= or HOLDUNTIL= (RFC 4865 §4): nobody gets the message before this, in seconds since 1970, UTC.
    public var holdUntil: Int64?
    /// BY= (RFC 2852 §4).
    public var deliverBy: DeliverBy?

    /// By when a message has to be delivered, and what becomes of it otherwise (RFC 2852 §4).
    public struct DeliverBy: Hashable, Sendable {
        /// What is done when the time has come before the message was delivered.
        public enum Mode: UInt8, Sendable {
            /// `R`: it is returned as undeliverable and not tried again.
            case returnMessage = 1
            /// `N`: the sender is told of the delay, and trying goes on.
            case notify = 2
        }

        /// Whether the sender wants to hear of each relay that takes the message on (RFC 2852 §4.2).
        public enum Trace: UInt8, Sendable {
            /// Nothing is said.
            case none = 0
            /// `T`.
            case wanted = 1
        }

        /// Seconds since 1970, UTC; a relay hands on what is left of them.
        public var deadline: Int64
        /// What is done then.
        public var mode: Mode
        /// Whether relays report.
        public var trace: Trace

        /// A deadline.
        public init(deadline: Int64, mode: Mode, trace: Trace = .none) {
            self.deadline = deadline
            self.mode = mode
            self.trace = trace
        }
    }

    /// Whether the SMTPUTF8 parameter was given.
    public enum SMTPUTF8Need: UInt8, Sendable {
        /// Every hop can carry it.
        case notNeeded = 0
        /// Only hops that announce SMTPUTF8 can.
        case needed = 1
    }

    /// Whether the REQUIRETLS parameter was given.
    public enum RequireTLS: UInt8, Sendable {
        /// TLS where the peer has it.
        case opportunistic = 0
        /// No hop without verified TLS.
        case required = 1
    }

    /// The parameters; each has the meaning of its absence by default.
    public init(
        body: BodyType = .sevenBit, smtpUTF8: SMTPUTF8Need = .notNeeded, requireTLS: RequireTLS = .opportunistic,
        dsnReturn: Return? = nil, envelopeID: String? = nil, holdUntil: Int64? = nil, deliverBy: DeliverBy? = nil
    ) {
        self.body = body
        self.smtpUTF8 = smtpUTF8
        self.requireTLS = requireTLS
        self.dsnReturn = dsnReturn
        self.envelopeID = envelopeID
        self.holdUntil = holdUntil
        self.deliverBy = deliverBy
    }
}

/// One recipient and what RCPT carried for it.
public struct EnvelopeRecipient: Hashable, Sendable {
    /// NOTIFY= (RFC 3461 §4.1).
    public struct Notify: OptionSet, Hashable, Sendable {
        /// The bits.
        public let rawValue: UInt8
        /// From bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// NEVER: no report at all; stands alone.
        public static let never = Notify(rawValue: 1)
        /// Report a delivery.
        public static let success = Notify(rawValue: 2)
        /// Report a failure.
        public static let failure = Notify(rawValue: 4)
        /// Report a delay.
        public static let delay = Notify(rawValue: 8)
    }

    /// ORCPT= (RFC 3461 §4.2): the recipient as first addressed.
    public struct OriginalRecipient: Hashable, Sendable {
        /// `rfc822` or `utf-8` (RFC 6533 §3), or another registered type.
        public var addressType: String
        /// Decoded from xtext.
        public var address: String

        /// Type and address.
        public init(addressType: String, address: String) {
            self.addressType = addressType
            self.address = address
        }
    }

    /// Whom it is for.
    public var path: ForwardPath
    /// NOTIFY=; nil when it was not given, which means failures and perhaps delays.
    public var notify: Notify?
    /// ORCPT=.
    public var originalRecipient: OriginalRecipient?

    /// A recipient, without DSN wishes by default.
    public init(path: ForwardPath, notify: Notify? = nil, originalRecipient: OriginalRecipient? = nil) {
        self.path = path
        self.notify = notify
        self.originalRecipient = originalRecipient
    }
}
