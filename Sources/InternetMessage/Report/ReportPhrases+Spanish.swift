extension ReportPhrases {
    static let spanish = ReportPhrases(
        subjects: [
            .failed: "No entregado", .delayed: "Retrasado", .delivered: "Entregado", .relayed: "Reenviado",
            .expanded: "Entregado a una lista",
        ],
        headings: [
            .failed: (
                "Su mensaje no se pudo entregar a este destinatario:",
                "Su mensaje no se pudo entregar a estos destinatarios:"
            ),
            .delayed: (
                "Su mensaje aún no se ha entregado a este destinatario. Seguimos intentándolo; no hace falta que lo envíe otra vez.",
                "Su mensaje aún no se ha entregado a estos destinatarios. Seguimos intentándolo; no hace falta que lo envíe otra vez."
            ),
            .delivered: (
                "Su mensaje se entregó a este destinatario:", "Su mensaje se entregó a estos destinatarios:"
            ),
            .relayed: (
                "Su mensaje se pasó al siguiente servidor para este destinatario. Ese servidor no envía confirmaciones, así que no recibirá aviso de si llega.",
                "Su mensaje se pasó al siguiente servidor para estos destinatarios. Ese servidor no envía confirmaciones, así que no recibirá aviso de si llega."
            ),
            .expanded: (
                "Su mensaje se entregó a esta dirección, que lo reparte entre varias personas:",
                "Su mensaje se entregó a estas direcciones, que lo reparten entre varias personas:"
            ),
        ],
        introduction:
            "Le escribe el servidor de correo {host}, por un mensaje que se envió desde su dirección:",
        subjectLabel: "Asunto:",
        dateLabel: "Enviado:",
        forwarded: "(reenviado a {address})",
        retriedUntil: "Lo intentaremos hasta el {date}. Si para entonces no ha sido posible, se lo diremos.",
        serverSaid: "El servidor {server} dijo:",
        unknownServerSaid: "El servidor dijo:",
        reason: "Motivo: {reason}",
        others: "Esto no afecta a los destinatarios que no se nombran aquí.",
        detailsOnly: "Los datos adjuntos son para el administrador de su correo, por si le pide ayuda.",
        detailsAndHeader:
            "Los datos adjuntos son para el administrador de su correo, por si le pide ayuda. También se adjunta la cabecera de su mensaje.",
        detailsAndMessage:
            "Los datos adjuntos son para el administrador de su correo, por si le pide ayuda. También se adjunta su mensaje.",
        weekdays: ["domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"],
        months: [
            "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
            "noviembre", "diciembre",
        ],
        dateForm: "{weekday}, {day} de {month} de {year}, a las {time} ({zone})")
}
