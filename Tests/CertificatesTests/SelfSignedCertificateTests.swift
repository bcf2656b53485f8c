import Foundation
import NIOSSL
import SwiftASN1
import Testing
import X509

@testable import Certificates

@Suite struct SelfSignedCertificateTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    @Test func namesAndTimes() throws {
        let made = try SelfSignedCertificate.make(
            hostname: "mail.example.test", addresses: ["192.0.2.7", "::1"], validDays: 10, now: Self.now)
        let certificate = try Certificate(pemEncoded: made.certificatePEM)
        let names = try #require(try certificate.extensions.subjectAlternativeNames)
        let text = names.map { "\($0)" }.joined(separator: " ")
        #expect(names.count == 5, "\(text)")
        #expect(text.contains("mail.example.test") && text.contains("localhost"))
        #expect(certificate.notValidBefore == Self.now.addingTimeInterval(-3600))
        #expect(certificate.notValidAfter == Self.now.addingTimeInterval(864_000))
        let key = try NIOSSLPrivateKey(bytes: Array(made.keyPEM.utf8), format: .pem)
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(made.certificatePEM.utf8))
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        _ = try NIOSSLContext(configuration: configuration)
    }

    @Test func refusesWhatIsNoAddress() {
        #expect(throws: SelfSignedCertificate.Failure.notAnAddress("mail")) {
            try SelfSignedCertificate.make(hostname: "a.test", addresses: ["mail"], validDays: 1, now: Self.now)
        }
    }

    @Test func keyIsPrivateAndNothingIsOverwritten() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (certificate, key) = (folder.path + "/cert.pem", folder.path + "/key.pem")
        let made = try SelfSignedCertificate.make(hostname: "a.test", validDays: 1, now: Self.now)
        try made.write(certificatePath: certificate, keyPath: key)
        let permissions = try FileManager.default.attributesOfItem(atPath: key)[.posixPermissions] as? NSNumber
        #expect(permissions?.intValue == 0o600)
        #expect(throws: CertificateFileError(path: key, errno: EEXIST)) {
            try made.write(certificatePath: certificate, keyPath: key)
        }
        try FileManager.default.removeItem(atPath: key)
        #expect(throws: CertificateFileError(path: certificate, errno: EEXIST)) {
            try made.write(certificatePath: certificate, keyPath: key)
        }
        #expect(!FileManager.default.fileExists(atPath: key))
    }

    @Test func descriptionHidesTheKey() throws {
        let made = try SelfSignedCertificate.make(hostname: "a.test", validDays: 1, now: Self.now)
        #expect(!"\(made)".contains("PRIVATE"))
    }
}
