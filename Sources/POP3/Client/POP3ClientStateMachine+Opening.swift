internal import NIOCore
package import SASL

/// From the greeting to the login.
extension POP3ClientStateMachine {
    mutating func receiveGreeting(_ reply: POP3ServerReply) throws(POP3ClientFailure) -> POP3ClientAction? {
        guard reply.status == .ok else { throw .greetingRefused(reply) }
        askCapabilities()
        return nil
    }

    private mutating func askCapabilities() {
        sendLine("CAPA")
        capabilities = POP3ClientCapabilities()
        state = .capabilities(POP3ClientCapabilities(), isListing: false)
    }

    /// A server that does not know CAPA has USER and PASS (RFC 2449 §5), and what it lets one try.
    mutating func receiveCapabilities(_ reply: POP3ServerReply) throws(POP3ClientFailure) -> POP3ClientAction? {
        guard reply.status == .ok else {
            var few = POP3ClientCapabilities()
            few.hasUser = true
            few.hasUniqueIDs = true
            capabilities = few
            return try goOn()
        }
        state = .capabilities(POP3ClientCapabilities(), isListing: true)
        listed = 0
        return nil
    }

    mutating func receiveCapability(
        _ line: ByteBufferView, _ list: POP3ClientCapabilities
    ) throws(POP3ClientFailure) -> POP3ClientAction? {
        if line.elementsEqual([UInt8(ascii: ".")]) {
            capabilities = list
            return try goOn()
        }
        listed += 1
        guard listed <= configuration.limits.capabilitiesMax else { throw .tooMuch }
        var list = list
        list.add(String(decoding: line, as: UTF8.self))
        state = .capabilities(list, isListing: true)
        return nil
    }

    private mutating func goOn() throws(POP3ClientFailure) -> POP3ClientAction? {
        guard configuration.tls == .required, channel == .clear else { return try logIn() }
        guard capabilities.hasSTLS else { throw .tlsNotOffered }
        sendLine("STLS")
        state = .startTLS
        return nil
    }

    // MARK: TLS

    mutating func receiveStartTLS(
        _ reply: POP3ServerReply, _ input: ByteBuffer
    ) throws(POP3ClientFailure) -> POP3ClientAction? {
        guard reply.status == .ok else { throw .tlsRefused(reply) }
        guard input.readableBytes == 0 else { throw .injectedBeforeTLS }
        state = .handshaking
        return .startTLS
    }

    /// The handshake is done, and the server is the right one: after `startTLS`, or before anything else where TLS is
    /// implicit.
    package mutating func tlsEstablished(_ bindings: TLSChannelBindings) {
        channel = .tls(bindings)
        switch state {
        case .handshaking: askCapabilities()
        case .greeting where configuration.tls == .implicit: break
        case .closed: break
        default: preconditionFailure("no handshake was asked for")
        }
    }

    // MARK: The login

    private var mayShowPassword: Bool { channel != .clear || configuration.clearTextLogin == .allowed }

    private mutating func logIn() throws(POP3ClientFailure) -> POP3ClientAction? {
        let credentials = configuration.credentials
        let chosen = SASLMechanism.choose(
            offered: capabilities.mechanisms, channel: channel, for: credentials.secret)
        guard let mechanism = chosen else {
            // A server may have left USER out of its list, as RFC 2449 §6.3 allows only where it does not take it.
            guard mayShowPassword, credentials.secret == .password,
                capabilities.hasUser || capabilities.mechanisms.isEmpty
            else { throw .noCommonMechanism }
            guard Self.isOneWord(credentials) else { throw .loginGivenUp(.unpreparable(.prohibited)) }
            sendLine("USER \(credentials.userName)")
            state = .userName
            return nil
        }
        var bindings = TLSChannelBindings()
        if case .tls(let given) = channel { bindings = given }
        let context = SASLClientContext(credentials: credentials, bindings: bindings, nonce: configuration.nonce)
        var client = SASLClient(mechanism: mechanism, context: context)
        let command = "AUTH \(mechanism.rawValue)"
        switch client.start() {
        case .awaitChallenge:
            sendLine(command)
            state = .authenticating(Login(client: client))
        case .respond(let response):
            let text = Self.base64(response)
            // RFC 5034 §4: what does not fit a command's line waits for the empty challenge.
            if text.utf8.count + command.utf8.count + 3 > 255 {
                sendLine(command)
                state = .authenticating(Login(client: client, heldResponse: response))
            } else {
                sendLine("\(command) \(text.isEmpty ? "=" : text)")
                state = .authenticating(Login(client: client))
            }
        case .derive: throw .loginGivenUp(.outOfTurn)
        case .failure(let failure): throw .loginGivenUp(failure)
        }
        return nil
    }

    mutating func receiveAuthentication(
        _ line: ByteBufferView, _ login: Login
    ) throws(POP3ClientFailure) -> POP3ClientAction? {
        var login = login
        if let reply = POP3ServerReply(line) {
            guard reply.status == .ok else { throw .loginRefused(reply) }
            if let failure = login.client.succeed() { throw .loginGivenUp(failure) }
            return becomeReady()
        }
        guard line.first == UInt8(ascii: "+"), login.challenges < configuration.limits.challengesMax else {
            throw .notUnderstood
        }
        login.challenges += 1
        if let response = login.heldResponse {
            login.heldResponse = nil
            return try answer(.respond(response), login)
        }
        guard let challenge = SASLBase64.decode(line.dropFirst().drop { $0 == UInt8(ascii: " ") }) else {
            throw .loginGivenUp(.malformed)
        }
        return try answer(login.client.receive(challenge), login)
    }

    private mutating func answer(
        _ step: SASLClientStep, _ login: Login
    ) throws(POP3ClientFailure) -> POP3ClientAction? {
        switch step {
        case .respond(let response):
            sendLine(Self.base64(response))
            state = .authenticating(login)
            return nil
        case .derive(let derivation):
            state = .derivingKeys(login)
            return .deriveKeys(derivation)
        case .awaitChallenge: throw .loginGivenUp(.outOfTurn)
        case .failure(let failure): throw .loginGivenUp(failure)
        }
    }

    /// The keys that `deriveKeys` asked for. What it gives is to be treated like what `receive` gives.
    package mutating func provide(_ keys: SCRAMKeys) -> POP3ClientAction? {
        guard case .derivingKeys(var login) = state else { return nil }
        let step = login.client.provide(keys)
        do throws(POP3ClientFailure) {
            return try answer(step, login)
        } catch {
            return close(error)
        }
    }

    mutating func receiveUserName(_ reply: POP3ServerReply) throws(POP3ClientFailure) -> POP3ClientAction? {
        guard reply.status == .ok else { throw .loginRefused(reply) }
        output.writeStaticString("PASS ")
        configuration.credentials.password.withUnsafeBytes { _ = output.writeBytes($0) }
        output.writeStaticString("\r\n")
        state = .password
        return nil
    }

    mutating func receivePassword(_ reply: POP3ServerReply) throws(POP3ClientFailure) -> POP3ClientAction? {
        guard reply.status == .ok else { throw .loginRefused(reply) }
        return becomeReady()
    }

    private mutating func becomeReady() -> POP3ClientAction {
        state = .ready(.status)
        return .ready
    }

    /// Nothing in name and password ends a line; a space ends the name (RFC 1939 §7).
    private static func isOneWord(_ credentials: SASLClientCredentials) -> Bool {
        let isControl: (UInt8) -> Bool = { $0 < 0x20 || $0 == 0x7F }
        return !credentials.userName.isEmpty
            && !credentials.userName.utf8.contains { isControl($0) || $0 == UInt8(ascii: " ") }
            && !credentials.password.withUnsafeBytes { $0.contains(where: isControl) }
    }

    private static func base64(_ octets: [UInt8]) -> String {
        String(decoding: SASLBase64.encode(octets), as: UTF8.self)
    }
}
