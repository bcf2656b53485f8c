import Certificates
import Foundation

/// A folder with a certificate, gone at the end.
final class CertificateFolder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    var certificate: String { path + "/cert.pem" }
    var key: String { path + "/key.pem" }

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try renew()
    }

    func renew() throws {
        try? FileManager.default.removeItem(atPath: certificate)
        try? FileManager.default.removeItem(atPath: key)
        try SelfSignedCertificate.make(hostname: "a.test", validDays: 1, now: Date())
            .write(certificatePath: certificate, keyPath: key)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
