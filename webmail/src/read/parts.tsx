// The parts of the page that show messages and write them.

export { Attachments } from '../message/Attachments'
export { HTMLFrame } from '../message/HTMLFrame'
export { PlainText } from '../message/PlainText'
