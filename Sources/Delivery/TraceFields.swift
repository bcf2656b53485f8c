package import Directory
package import InternetMessage
package import MailCore

/// The header fields that say how a message came here (RFC 5321 §4.4).
package enum TraceFields {
    /// What a Received field tells.
    package struct Received: Sendable {
        /// How the client named itself; nil for what came by no protocol.
        package var helloName: String?
        /// The client's IP address, or nil for a Unix socket.
        package var peerAddress: String?
        /// This server's name.
        package var hostname: String
        /// `ESMTPS` and the like.
        package var protocolKeyword: String
        /// `TLSv1.3 TLS_AES_128_GCM_SHA256`, when there was TLS.
        package var tls: String?
        /// The number that logs and the reply show.
        package var queueID: QueueID
        /// The recipient, when it is the only one (RFC 5321 §7.2: several would disclose each other).
        package var recipient: ForwardPath?
        /// When.
        package var date: MailDate

        /// All of it.
        package init(
            helloName: String?, peerAddress: String?, hostname: String, protocolKeyword: String, tls: String?,
            queueID: QueueID, recipient: ForwardPath?, date: MailDate
        ) {
            self.helloName = helloName
            self.peerAddress = peerAddress
            self.hostname = hostname
            self.protocolKeyword = protocolKeyword
            self.tls = tls
            self.queueID = queueID
            self.recipient = recipient
            self.date = date
        }

        /// The field with its folding and its line end.
        package var field: String {
            var field = "Received: from \(helloName ?? "unknown")"
            if let peerAddress { field += " (\(Self.literal(peerAddress)))" }
            field += "\r\n\tby \(hostname) (Paloma) with \(protocolKeyword) id \(queueID)"
            if let tls { field += "\r\n\t(using \(tls))" }
            if case .address(let address)? = recipient, address.isASCII { field += "\r\n\tfor <\(address.written)>" }
            field += ";\r\n\t\(date)\r\n"
            return field
        }

        private static func literal(_ address: String) -> String {
            address.contains(":") ? "[IPv6:\(address)]" : "[\(address)]"
        }
    }

    /// The lines that stand before one copy alone: Return-Path (RFC 5321 §4.4), whose mailbox it is, and the address that
    /// the sender wrote to, also when that is the same: who filters by it finds it in every message.
    package static func prefix(of copy: LocalCopy, reversePath: ReversePath) -> [UInt8] {
        let path = copy.returnPath ?? reversePath
        return Array(
            """
            Return-Path: \(path)\r
            Delivered-To: \(copy.deliveredTo.written)\r
            X-Original-To: \(copy.originalTo.written)\r

            """.utf8)
    }
}
