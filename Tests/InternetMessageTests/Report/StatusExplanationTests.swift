import MailCore
import Testing

@testable import InternetMessage

@Suite struct StatusExplanationTests {
    @Test func commonCodes() {
        let cases: [(UInt16, UInt16, String)] = [
            (1, 1, "There is no mailbox with this address."), (2, 2, "The recipient's mailbox is full."),
            (1, 2, "The domain of this address does not exist or takes no mail."),
            (1, 10, "The domain of this address declares that it takes no mail."),
            (4, 1, "The recipient's server does not answer."),
            (4, 7, "The message could not be delivered within the time allowed."),
            (7, 999, "The recipient's server refused the message by its own rules."),
            (99, 1, "The recipient's server did not take the message."),
        ]
        for (subject, detail, cause) in cases {
            let code = EnhancedStatusCode(.permanentFailure, subject, detail)
            #expect(StatusExplanation(code, .english).cause == cause)
        }
    }

    @Test func bothLanguagesSayEverything() {
        for topic in StatusTopic.allCases {
            let (english, spanish) = (StatusExplanation.english(topic), StatusExplanation.spanish(topic))
            for text in [english.cause, english.advice, spanish.cause, spanish.advice] {
                #expect(text.hasSuffix(".") && text.count > 15)
            }
            #expect(english.cause != spanish.cause)
        }
        for language in ReportLanguage.allCases {
            for action in DeliveryReport.Action.allCases {
                #expect(language.phrases.headings[action] != nil)
                #expect(language.phrases.subjects[action] != nil)
            }
        }
    }
}
