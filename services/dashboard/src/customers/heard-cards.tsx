import type { EvidenceItem, HeardView, VisitItem } from '@ebb/contracts/dashboard-api'
import { Card } from '../components/card.tsx'
import { format, words } from '../language/language.ts'

/** What went wrong for a customer; nothing where nothing did, or the role may not see it. */
export const EvidenceCard = ({
  evidence = [],
}: {
  readonly evidence: HeardView['evidence'] | undefined
}) => {
  const { heard } = words.value
  if (evidence.length === 0) return null
  return (
    <Card title={heard.wentWrong} hint={heard.wentWrongHint}>
      <ul class="heard">
        {evidence.map((item, index) => (
          <li key={`${item.occurredAt} ${item.kind} ${index}`}>
            <EvidenceRow item={item} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

const EvidenceRow = ({ item }: { readonly item: EvidenceItem }) => {
  const { heard, evidence, reason } = words.value
  const { kind, orderId, occurredAt } = item
  return (
    <>
      <span>
        <strong>{evidence[kind]}</strong>
        {orderId !== undefined && ` · ${heard.order(orderId)}`}
      </span>
      <time class="muted" dateTime={occurredAt}>
        {format.value.moment(occurredAt)}
      </time>
      <p class="muted">
        {item.reason !== 'UNKNOWN' && `${reason[item.reason]} · `}
        {stateOf(item)}
      </p>
    </>
  )
}

const stateOf = ({ resolvedAt, remedy, fadesAt }: EvidenceItem): string => {
  const { heard, remedy: remedies } = words.value
  if (resolvedAt !== undefined) return heard.madeGood(format.value.date(resolvedAt))
  const fading = fadesAt === undefined ? heard.fades : heard.fadesBy(format.value.date(fadesAt))
  return remedy === undefined ? fading : `${heard.open(remedies[remedy])} · ${fading}`
}

/** How a customer looked around of late; nothing where nobody knows. */
export const VisitsCard = ({
  visits = [],
}: {
  readonly visits: HeardView['visits'] | undefined
}) =>
  visits.length === 0 ? null : (
    <Card title={words.value.heard.visits}>
      <ul class="heard">
        {visits.map((visit, index) => (
          <li key={`${visit.startAt} ${index}`}>
            <VisitRow visit={visit} />
          </li>
        ))}
      </ul>
    </Card>
  )

const VisitRow = ({ visit }: { readonly visit: VisitItem }) => {
  const { heard, channel, device } = words.value
  const written = format.value
  const { startAt, endAt, events, entryPage, exitPage } = visit
  const length = Date.parse(endAt) - Date.parse(startAt)
  const facts = [
    channel[visit.channel],
    ...(visit.device === undefined ? [] : [device[visit.device]]),
    heard.events(events, written.number(events)),
    ...(length < 1_000 ? [] : [written.span(length)]),
  ]
  const isMoved = exitPage !== undefined && exitPage !== entryPage
  return (
    <>
      <strong>
        {entryPage ?? heard.noPage}
        {isMoved && ` → ${exitPage}`}
      </strong>
      <time class="muted" dateTime={startAt}>
        {written.moment(startAt)}
      </time>
      <p class="muted">{facts.join(' · ')}</p>
    </>
  )
}

/** What a customer likes, and when they buy; nothing where nothing is known. */
export const LikesCard = ({
  tastes,
  habits,
}: {
  readonly tastes: HeardView['tastes'] | undefined
  readonly habits: HeardView['habits'] | undefined
}) => {
  const facts = [...tasteFacts(tastes), ...habitFacts(habits)]
  if (facts.length === 0) return null
  return (
    <Card title={words.value.heard.likes}>
      <dl class="attributes">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}

type Fact = readonly [name: string, value: string]

const KINDS = ['categories', 'brands', 'channels', 'devices'] as const

/** Channels and devices have words; categories and brands are the shop's own. */
const tasteFacts = (tastes: HeardView['tastes'] | undefined): Fact[] => {
  const { taste, channel, device } = words.value
  const known: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    channels: channel,
    devices: device,
  }
  return KINDS.flatMap((kind): Fact[] => {
    const top = tastes?.[kind] ?? []
    const shown = top.map(
      ({ name, share }) => `${known[kind]?.[name] ?? name} ${format.value.percent(share)}`,
    )
    return top.length === 0 ? [] : [[taste[kind], shown.join(' · ')]]
  })
}

const habitFacts = (habits: HeardView['habits'] | undefined): Fact[] => {
  if (habits === undefined) return []
  const { heard } = words.value
  const written = format.value
  const days = Math.round(10 * habits.meanGapDays) / 10
  return [
    [heard.usualDay, written.weekday(habits.weekday)],
    [heard.usualHour, written.hour(habits.hour)],
    [heard.meanGap, heard.gap(days, written.number(days))],
  ]
}
