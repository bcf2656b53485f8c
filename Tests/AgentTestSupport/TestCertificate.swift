import Certificates
import Foundation
package import ServerRuntime

/// A certificate of its own for a test.
package func withCertificate(_ body: (TLSContextSource) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (certificate, key) = ("\(folder)/cert.pem", "\(folder)/key.pem")
    try SelfSignedCertificate.make(hostname: "mail.example.test", validDays: 1, now: Date())
        .write(certificatePath: certificate, keyPath: key)
    try await body(try TLSContextSource(certificatePath: certificate, keyPath: key))
}
