import Certificates
import Crypto
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import SwiftASN1
import X509

/// An SMTP server of a few lines: it greets, then answers the lines that come by its script. The message is taken by its
/// last line.
struct FakeServer: Sendable {
    /// What it does for a line.
    enum Answer: Sendable {
        case say(String)
        /// Says it, then reads lines until `.`, then says the other.
        case takeMessage(String, then: String)
        case startTLS(String)
        case sayAndClose(String)
        case close
        case silence
    }

    typealias Script = @Sendable (_ line: String, _ secured: Bool) -> Answer

    let channel: any Channel
    let lines: NIOLoopBoundBox<[String]>

    var address: SocketAddress {
        get throws {
            guard let address = channel.localAddress else { throw ChannelError.unknownLocalAddress }
            return address
        }
    }

    /// Lines that came, of all connections; the message's too.
    func received() async throws -> [String] {
        try await lines.eventLoop.submit { lines.value }.get()
    }

    static func start(
        greeting: String = "220 fake.example ESMTP", tls: NIOSSLContext? = nil, implicit: Bool = false,
        script: @escaping Script
    ) async throws -> FakeServer {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let lines = NIOLoopBoundBox.makeBoxSendingValue([String](), eventLoop: loop)
        let channel = try await ServerBootstrap(group: loop)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    let handler = FakeServerHandler(greeting: greeting, tls: tls, script: script, lines: lines)
                    if implicit, let tls {
                        try child.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                        handler.secured = true
                    }
                    try child.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return FakeServer(channel: channel, lines: lines)
    }

    func stop() async throws {
        try await channel.close()
    }

    /// A server that announces `extensions` and takes everything.
    static func willing(_ extensions: String = "PIPELINING") -> Script {
        { line, secured in
            switch line.prefix(4).uppercased() {
            case "EHLO":
                var lines = ["fake.example"] + extensions.split(separator: ",").map(String.init)
                if secured { lines.removeAll { $0 == "STARTTLS" } }
                let last = lines.removeLast()
                return .say((lines.map { "250-\($0)" } + ["250 \(last)"]).joined(separator: "\r\n"))
            case "STAR": return .startTLS("220 go")
            case "DATA": return .takeMessage("354 go", then: "250 2.0.0 taken")
            case "QUIT": return .sayAndClose("221 bye")
            default: return .say("250 2.1.0 ok")
            }
        }
    }
}

final class FakeServerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let greeting: String
    private let tls: NIOSSLContext?
    private let script: FakeServer.Script
    private let lines: NIOLoopBoundBox<[String]>
    private var input = ByteBuffer()
    private var afterMessage: String?
    var secured = false

    init(
        greeting: String, tls: NIOSSLContext?, script: @escaping FakeServer.Script, lines: NIOLoopBoundBox<[String]>
    ) {
        self.greeting = greeting
        self.tls = tls
        self.script = script
        self.lines = lines
    }

    func channelActive(context: ChannelHandlerContext) {
        if !greeting.isEmpty { say(greeting, context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var octets = unwrapInboundIn(data)
        input.writeBuffer(&octets)
        while let end = input.readableBytesView.firstIndex(of: 10) {
            let line = input.readBytes(length: end - input.readerIndex + 1) ?? []
            take(String(decoding: line.dropLast(2), as: UTF8.self), context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func take(_ line: String, _ context: ChannelHandlerContext) {
        lines.value.append(line)
        if let reply = afterMessage {
            guard line == "." else { return }
            afterMessage = nil
            return say(reply, context)
        }
        switch script(line, secured) {
        case .say(let reply): say(reply, context)
        case .takeMessage(let reply, let last):
            afterMessage = last
            say(reply, context)
        case .startTLS(let reply):
            say(reply, context)
            guard let tls else { return }
            secured = true
            try? context.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls), position: .first)
        case .sayAndClose(let reply):
            say(reply, context)
            context.close(promise: nil)
        case .close: context.close(promise: nil)
        case .silence: break
        }
    }

    private func say(_ reply: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: reply + "\r\n")), promise: nil)
    }
}

/// A certificate of the moment and what a server needs of it.
struct TestIdentity: Sendable {
    let context: NIOSSLContext
    let der: [UInt8]

    init(hostname: String, validDays: Int = 30, now: Date = Date()) throws {
        let made = try SelfSignedCertificate.make(hostname: hostname, validDays: validDays, now: now)
        let certificate = try NIOSSLCertificate(bytes: Array(made.certificatePEM.utf8), format: .pem)
        let key = try NIOSSLPrivateKey(bytes: Array(made.keyPEM.utf8), format: .pem)
        context = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: [.certificate(certificate)], privateKey: .privateKey(key)))
        der = try certificate.toDERBytes()
    }
}

/// An authority with a server's certificate below an intermediate one.
struct TestAuthority: Sendable {
    let root: Certificate
    let intermediate: Certificate
    let leaf: Certificate
    /// Sends leaf and intermediate, and the root as well if asked.
    let context: NIOSSLContext

    enum Chain {
        case complete
        case withoutRoot
    }

    init(hostname: String, chain: Chain = .withoutRoot) throws {
        let rootKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let middleKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let leafKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let rootName = try DistinguishedName { CommonName("Test Root") }
        let middleName = try DistinguishedName { CommonName("Test Intermediate") }
        root = try Self.issue(rootName, rootKey, by: rootName, rootKey) {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
        }
        intermediate = try Self.issue(middleName, middleKey, by: rootName, rootKey) {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
        }
        leaf = try Self.issue(DistinguishedName { CommonName("server") }, leafKey, by: middleName, middleKey) {
            Critical(BasicConstraints.notCertificateAuthority)
            SubjectAlternativeNames([.dnsName(hostname)])
        }
        let sent = chain == .complete ? [leaf, intermediate, root] : [leaf, intermediate]
        context = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: sent.map {
                    .certificate(try NIOSSLCertificate(bytes: Self.der($0), format: .der))
                },
                privateKey: .privateKey(
                    NIOSSLPrivateKey(bytes: Array(leafKey.serializeAsPEM().pemString.utf8), format: .pem))))
    }

    static func der(_ certificate: Certificate) throws -> [UInt8] {
        var serializer = DER.Serializer()
        try certificate.serialize(into: &serializer)
        return serializer.serializedBytes
    }

    private static func issue(
        _ subject: DistinguishedName, _ key: Certificate.PrivateKey, by issuer: DistinguishedName,
        _ issuerKey: Certificate.PrivateKey,
        @ExtensionsBuilder _ extensions: () throws -> Result<Certificate.Extensions, any Error>
    ) throws -> Certificate {
        try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: Date(timeIntervalSinceNow: -3_600), notValidAfter: Date(timeIntervalSinceNow: 86_400),
            issuer: issuer, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions(builder: extensions), issuerPrivateKey: issuerKey)
    }
}
