extension ReportPhrases {
    static let english = ReportPhrases(
        subjects: [
            .failed: "Not delivered", .delayed: "Delayed", .delivered: "Delivered", .relayed: "Passed on",
            .expanded: "Delivered to a list",
        ],
        headings: [
            .failed: (
                "Your message could not be delivered to this recipient:",
                "Your message could not be delivered to these recipients:"
            ),
            .delayed: (
                "Your message has not been delivered to this recipient yet. We keep trying; you do not have to send it again.",
                "Your message has not been delivered to these recipients yet. We keep trying; you do not have to send it again."
            ),
            .delivered: (
                "Your message was delivered to this recipient:", "Your message was delivered to these recipients:"
            ),
            .relayed: (
                "Your message was passed on to the next server for this recipient. That server sends no confirmations, so you will not be told whether it arrives.",
                "Your message was passed on to the next server for these recipients. That server sends no confirmations, so you will not be told whether it arrives."
            ),
            .expanded: (
                "Your message was delivered to this address, which passes it on to several people:",
                "Your message was delivered to these addresses, which pass it on to several people:"
            ),
        ],
        introduction:
            "This is the mail server {host}. It is about a message that was sent from your address:",
        subjectLabel: "Subject:",
        dateLabel: "Sent:",
        forwarded: "(passed on to {address})",
        retriedUntil: "We try until {date}. If it has not worked by then, you will be told.",
        serverSaid: "The server {server} said:",
        unknownServerSaid: "The server said:",
        reason: "Reason: {reason}",
        others: "Recipients who are not named here are not affected.",
        detailsOnly: "The attached details are for the administrator of your mail, should you ask for help.",
        detailsAndHeader:
            "The attached details are for the administrator of your mail, should you ask for help. The header of your message is attached as well.",
        detailsAndMessage:
            "The attached details are for the administrator of your mail, should you ask for help. Your message is attached as well.",
        weekdays: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
        months: [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ],
        dateForm: "{weekday}, {day} {month} {year}, {time} ({zone})")
}
