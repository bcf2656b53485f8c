internal import Crypto
package import MailCore
internal import NIOSSL

extension LabRecord {
    /// Which certificate a host's mail server has: the digest of its public key (TLSA 3 1 1, RFC 7672 §3.1).
    ///
    /// - Parameters:
    ///   - certificateFile: in PEM form; the first certificate counts.
    ///   - port: where the server takes mail.
    package init(certificateFile: String, host: Domain, port: Int) throws(LabError) {
        let digest: String
        do {
            guard let certificate = try NIOSSLCertificate.fromPEMFile(certificateFile).first else {
                throw LabError("\(certificateFile) has no certificate")
            }
            let key = try certificate.extractPublicKey().toSPKIBytes()
            digest = SHA256.hash(data: key).map { octet in
                let digits = String(octet, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
        } catch {
            throw LabError("\(certificateFile) can't be read: \(error)")
        }
        self.init(name: "_\(port)._tcp.\(host).", type: "TLSA", data: "3 1 1 \(digest)")
    }
}
