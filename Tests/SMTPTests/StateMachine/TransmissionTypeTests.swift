import SMTP
import Testing

@Suite struct TransmissionTypeTests {
    typealias Features = TransmissionType.Features

    @Test(arguments: [
        (TransmissionType(.smtp), "SMTP"), (TransmissionType(.smtp, [.tls, .utf8]), "SMTP"),
        (TransmissionType(.esmtp), "ESMTP"),
        (TransmissionType(.esmtp, .authenticated), "ESMTPA"), (TransmissionType(.esmtp, .tls), "ESMTPS"),
        (TransmissionType(.esmtp, [.tls, .authenticated]), "ESMTPSA"), (TransmissionType(.esmtp, .utf8), "UTF8SMTP"),
        (TransmissionType(.esmtp, [.utf8, .authenticated]), "UTF8SMTPA"),
        (TransmissionType(.esmtp, [.utf8, .tls]), "UTF8SMTPS"),
        (TransmissionType(.esmtp, [.utf8, .tls, .authenticated]), "UTF8SMTPSA"), (TransmissionType(.lmtp), "LMTP"),
        (TransmissionType(.lmtp, .authenticated), "LMTPA"), (TransmissionType(.lmtp, .tls), "LMTPS"),
        (TransmissionType(.lmtp, [.tls, .authenticated]), "LMTPSA"), (TransmissionType(.lmtp, .utf8), "UTF8LMTP"),
        (TransmissionType(.lmtp, [.utf8, .tls, .authenticated]), "UTF8LMTPSA"),
    ]) func keywords(_ type: TransmissionType, _ keyword: String) {
        #expect(type.keyword == keyword)
    }
}
