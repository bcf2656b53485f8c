/** What `Email/get` must be asked for, so that a message can be shown (RFC 8621 §4.2). */
export const bodyProperties = {
  properties: [
    'id', 'blobId', 'threadId', 'mailboxIds', 'keywords', 'size', 'receivedAt', 'sentAt', 'messageId', 'inReplyTo', 'references',
    'sender', 'from', 'to', 'cc', 'bcc', 'replyTo', 'subject', 'hasAttachment', 'preview', 'bodyValues', 'textBody', 'htmlBody',
    'attachments', 'bodyStructure',
  ],
  bodyProperties: ['partId', 'blobId', 'size', 'name', 'type', 'charset', 'disposition', 'cid', 'header:Content-Type:asRaw'],
  fetchTextBodyValues: true,
  fetchHTMLBodyValues: true,
  maxBodyValueBytes: 4_000_000,
} as const
