import SMTP
import Testing

@Suite struct SMTPCapabilitiesTests {
    @Test func everythingWeKnow() {
        let capabilities = SMTPCapabilities(
            SMTPReply(
                250,
                nil,
                lines: [
                    "mx.example.com greets you", "PIPELINING", "size 52428800", "8BITMIME", "SMTPUTF8", "CHUNKING",
                    "BINARYMIME", "DSN", "STARTTLS", "AUTH PLAIN LOGIN", "AUTH=LOGIN XOAUTH2", "ENHANCEDSTATUSCODES",
                    "REQUIRETLS", "DELIVERBY 240", "FUTURERELEASE 604800 2030-01-01T00:00:00Z",
                    "LIMITS MAILMAX=10 RCPTMAX=50 RCPTDOMAINMAX=1 OTHER RCPTMAX", "XCLIENT NAME", "",
                ]))
        #expect(capabilities.name == "mx.example.com")
        #expect(
            capabilities.extensions == [
                .pipelining, .size, .eightBitMIME, .smtpUTF8, .chunking, .binaryMIME, .dsn, .startTLS, .auth,
                .enhancedStatusCodes, .requireTLS, .deliverBy, .futureRelease, .limits,
            ])
        #expect(capabilities.sizeOctetsMax == 52_428_800)
        #expect(capabilities.mechanisms == ["PLAIN", "LOGIN", "XOAUTH2"])
        #expect(capabilities.deliverBySecondsMin == 240)
        #expect(capabilities.futureReleaseSecondsMax == 604_800)
        #expect(capabilities.limits.transactionsMax == 10)
        #expect(capabilities.limits.recipientsMax == 50)
        #expect(capabilities.limits.recipientDomainsMax == 1)
    }

    @Test(arguments: ["SIZE", "SIZE 0", "SIZE x", "SIZE -1", "SIZE 123456789012345678901"])
    func sizesThatLimitNothing(line: String) {
        let capabilities = SMTPCapabilities(SMTPReply(250, nil, lines: ["a", line]))
        #expect(capabilities.extensions == .size)
        #expect(capabilities.sizeOctetsMax == nil)
    }

    @Test func limitsOfNothingAreNone() {
        let capabilities = SMTPCapabilities(
            SMTPReply(250, nil, lines: ["a", "LIMITS RCPTMAX=0 MAILMAX= =5 MAILMAX=x"]))
        #expect(capabilities.limits == SMTPCapabilities().limits)
    }

    @Test func theFirstLineAnnouncesNothing() {
        #expect(SMTPCapabilities(SMTPReply(250, "PIPELINING")).extensions == [])
    }
}
