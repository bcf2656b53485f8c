import { useEffect, useState } from 'react'
import { useDesk } from '../app/context'
import { explain } from '../app/errors'
import { useText, type Text } from '../i18n'
import { useFormat } from '../i18n/format'
import { Refused } from '../jmap/client'
import { Dialog } from '../ui/Dialog'
import type { Email, GetResponse, TraceStep } from '../jmap/types'

interface Hop {
  from: string | null
  by: string | null
  at: string | null
}

/** How the message got here: what this server wrote down, and what others wrote into it. */
export function TraceDialog({ email, onClose }: { email: Email; onClose: () => void }) {
  const { client } = useDesk()
  const t = useText()
  const format = useFormat()
  const [steps, setSteps] = useState<TraceStep[] | null>(null)
  const [hops, setHops] = useState<Hop[]>([])
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    client.request<GetResponse<TraceStep>>('MessageTrace/get', { emailId: email.id }).then(
      (answer) => setSteps(answer.list),
      (error) => {
        setSteps([])
        // A server that keeps no trace still has the message's own.
        if (!(error instanceof Refused && error.type === 'unknownMethod')) setProblem(explain(error, t))
      },
    )
    const received = 'header:Received:asRaw:all'
    client.request<GetResponse<Email>>('Email/get', { ids: [email.id], properties: [received] }).then(
      (answer) => setHops(((answer.list[0]?.[received] as string[] | undefined) ?? []).map(readHop).reverse()),
      () => {},
    )
  }, [client, email.id, t])
  return (
    <Dialog title={t('read.trace')} onClose={onClose}>
      {problem && <p role="alert" className="problem">{problem}</p>}
      {steps === null && <p>{t('app.loading')}</p>}
      {hops.length > 0 && (
        <>
          <h3>{t('read.traceHeaders')}</h3>
          <ol className="trace">
            {hops.map((hop, index) => (
              <li key={index}>
                <span className="trace-what"><bdi>{hop.from ?? '?'}</bdi> → <bdi>{hop.by ?? '?'}</bdi></span>
                {hop.at && <time dateTime={hop.at}>{format.full(hop.at)}</time>}
              </li>
            ))}
          </ol>
        </>
      )}
      {steps !== null && (steps.length > 0 || hops.length === 0) && <h3>{t('read.traceHere')}</h3>}
      {steps?.length === 0 && hops.length === 0 && <p>{t('read.traceEmpty')}</p>}
      {steps !== null && steps.length > 0 && (
        <ol className="trace">
          {steps.map((step, index) => (
            <li key={index}>
              <span className="trace-what">{inWords(step, t)}</span>
              <time dateTime={step.at}>{format.full(step.at)}</time>
            </li>
          ))}
        </ol>
      )}
    </Dialog>
  )
}

const plainSteps = ['accepted', 'expired', 'fetch', 'held', 'released', 'removed', 'report', 'reported', 'submission'] as const

/** A step in the language that is chosen; as the server says it when it is one that is not known here. */
function inWords(step: TraceStep, t: Text): string {
  const fact = (name: string) => step.facts?.find((one) => one.name === name)?.text
  const words: (string | undefined)[] = []
  const plain = plainSteps.find((one) => one === step.what)
  if (plain) words.push(t(`trace.${plain}`))
  else if (step.what === 'smtp' || step.what === 'lmtp') words.push(t(`trace.${step.what}`, { host: step.host ?? '?' }), fact('tls') ?? t('trace.plain'))
  else if (step.what === 'attempt') {
    const to = fact('to')
    words.push(step.host ? t('trace.attempt', { host: step.host }) : t('trace.here'), to && t('trace.to', { address: to }), fact('reply'), fact('tls'))
  } else return step.text
  // `ana@example.test/INBOX/12`
  const folder = fact('filed')?.split('/').slice(1, -1).join('/')
  if (folder) words.push(t('trace.filed', { folder }))
  return words.filter(Boolean).join(' · ')
}

/** From whom, by whom and when, of a Received field (RFC 5321 §4.4). */
export function readHop(field: string): Hop {
  const text = field.replace(/\s+/g, ' ')
  const date = text.slice(text.lastIndexOf(';') + 1).trim()
  const at = text.includes(';') ? new Date(date.replace(/\([^)]*\)/g, '')) : null
  return {
    from: /(?:^|\s)from\s+(\S+)/i.exec(text)?.[1] ?? null,
    by: /\sby\s+(\S+)/i.exec(` ${text}`)?.[1]?.replace(/;$/, '') ?? null,
    at: at && !Number.isNaN(at.getTime()) ? at.toISOString() : null,
  }
}
