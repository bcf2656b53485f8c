import MailCore
import NIOCore
import SASL
import SMTP

/// A session for tests: knows who is there by the address, keeps what is delivered, and writes down what it was asked.
struct FakeSession {
    var events: [String] = []
    var messages: [Message] = []
    private var sender: ReversePath = .null
    private var recipients: [ForwardPath] = []
    private var body = ByteBuffer()
    private var spool = Spool.closed

    enum Spool {
        case closed
        case open
    }

    struct Message: Equatable {
        var sender: String
        var recipients: [String]
        var body: String
        var with: String
    }

    mutating func answer(_ question: SMTPQuestion, to machine: inout SMTPServerStateMachine) -> SMTPServerAction? {
        switch question {
        case .connected:
            return machine.answer(.accepted)
        case .hello(let name, _):
            if name.text == "banned.example" {
                return machine.answer(.refused(SMTPReply(550, .init(.permanentFailure, 7, 1), "go away")))
            }
            return machine.answer(.accepted)
        case .credentials(let userName):
            events.append("credentials \(userName)")
            return machine.answer(credentials: FakeSession.credentials(userName))
        case .login(let attempt):
            events.append("login \(FakeSession.text(attempt))")
            return machine.answer(verdict(attempt))
        case .mail(let path, let parameters):
            events.append("mail \(path) \(FakeSession.text(parameters))")
            return machine.answer(verdict(path, parameters))
        case .recipient(let path, let parameters):
            events.append("rcpt \(path) \(FakeSession.text(parameters))")
            return machine.answer(verdict(path))
        case .beginData:
            precondition(spool == .closed, "a second spool")
            if recipients.contains(where: { "\($0)".contains("diskfull") }) {
                return machine.answer(.refused(.insufficientStorage))
            }
            spool = .open
            body.clear()
            return machine.answer(.accepted)
        case .endOfData(let received):
            return deliver(received, &machine)
        }
    }

    mutating func keep(_ chunk: ByteBuffer) {
        precondition(spool == .open, "octets without a spool")
        precondition(chunk.readableBytes > 0, "an empty chunk")
        body.writeImmutableBuffer(chunk)
    }

    mutating func abort() {
        events.append("abort")
        end()
    }

    private mutating func end() {
        sender = .null
        recipients = []
        spool = .closed
        body.clear()
    }

    /// Everybody's password is `secret`; `banned` may not come in, and for `busy` nobody has time.
    private static func credentials(_ userName: String) -> CredentialsAnswer {
        switch userName {
        case "banned": return .refused(SMTPReply(421, .init(.persistentTransientFailure, 7, 0), "Too many"))
        case "busy": return .refused(.loginUnavailable)
        case "user", "ana":
            let salt: [UInt8] = Array("0123456789abcdef".utf8)
            return SCRAMCredentials(password: SecretBytes("secret".utf8), salt: salt).map { .found($0) } ?? .none
        default: return .none
        }
    }

    private func verdict(_ attempt: LoginAttempt) -> Verdict {
        switch attempt {
        case .password(let claim):
            if case .refused(let reply) = FakeSession.credentials(claim.identity.authenticationID) {
                return .refused(reply)
            }
            let isRight = claim.password.isEqual(to: SecretBytes("secret".utf8))
            return isRight && claim.identity.authorizationID == nil ? .accepted : .refused(.loginFailed)
        case .proven(let identity): return identity.authorizationID == nil ? .accepted : .refused(.loginFailed)
        case .failed: return .refused(.loginFailed)
        }
    }

    private static func text(_ attempt: LoginAttempt) -> String {
        switch attempt {
        case .password(let claim): "password of \(claim.identity.authenticationID)"
        case .proven(let identity): "proven \(identity.authenticationID)"
        case .failed(let failure): "failed \(failure)"
        }
    }

    private mutating func verdict(_ path: ReversePath, _ parameters: MailParameters) -> Verdict {
        precondition(recipients.isEmpty && spool == .closed, "a transaction within another")
        if "\(path)".contains("spammer") { return .refused(SMTPReply(550, .init(.permanentFailure, 7, 1), "no")) }
        sender = path
        return .accepted
    }

    private mutating func verdict(_ path: ForwardPath) -> Verdict {
        let text = "\(path)"
        if text.contains("nobody") { return .refused(.noSuchUser(path)) }
        if text.contains("elsewhere") { return .refused(.relayingDenied(path)) }
        if text.contains("shutdown") { return .refused(.shuttingDown) }
        recipients.append(path)
        return .accepted
    }

    private mutating func deliver(
        _ received: ReceivedData, _ machine: inout SMTPServerStateMachine
    ) -> SMTPServerAction {
        precondition(received.octets == body.readableBytes, "the count of octets is wrong")
        let id = QueueID(rawValue: Int64(messages.count) + 1)
        messages.append(
            Message(
                sender: "\(sender)", recipients: recipients.map { "\($0)" }, body: String(buffer: body),
                with: received.transmissionType.keyword))
        defer { end() }
        guard machine.configuration.role == .lmtp else { return machine.answer(.message(.queued(as: id))) }
        let replies: [SMTPReply] = recipients.map { path in
            "\(path)".contains("full") ? .overQuota(path) : .delivered(to: path, as: id)
        }
        return machine.answer(.eachRecipient(replies))
    }

    private static func text(_ parameters: MailParameters) -> String {
        var words: [String] = []
        if let size = parameters.sizeOctets { words.append("size=\(size)") }
        let envelope = parameters.envelope
        if envelope.body != .sevenBit { words.append("body=\(envelope.body)") }
        if envelope.smtpUTF8 == .needed { words.append("utf8") }
        if envelope.requireTLS == .required { words.append("requiretls") }
        if let dsnReturn = envelope.dsnReturn { words.append("ret=\(dsnReturn)") }
        if let id = envelope.envelopeID { words.append("envid=\(id)") }
        switch parameters.hold {
        case .interval(let seconds): words.append("holdfor=\(seconds)")
        case .until(let seconds): words.append("holduntil=\(seconds)")
        case nil: break
        }
        if let by = parameters.deliverBy { words.append("by=\(by.seconds);\(by.mode);\(by.trace)") }
        if let submitter = parameters.submitter { words.append("auth=\(submitter)") }
        return words.joined(separator: " ")
    }

    private static func text(_ parameters: RecipientParameters) -> String {
        var words: [String] = []
        if let notify = parameters.notify { words.append("notify=\(notify.rawValue)") }
        if let original = parameters.originalRecipient {
            words.append("orcpt=\(original.addressType);\(original.address)")
        }
        return words.joined(separator: " ")
    }
}
