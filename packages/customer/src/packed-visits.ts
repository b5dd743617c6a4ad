import {
  type ByteReader,
  type ByteWriter,
  readHashes,
  readMany,
  readNumber,
  readSigned,
  readText,
  writeHashes,
  writeNumber,
  writeSigned,
} from './byte-stream.ts'
import { DAY_MS } from './calendar.ts'
import type { CustomerState, Evidence, Visit, Visited, VisitMark } from './customer-state.ts'
import { countIn } from './event-names.ts'
import { EVIDENCE } from './evidence-kinds.ts'
import { CHANNELS, DEVICES, FIRST_TASTE } from './taste-codes.ts'

type VisitParts = Pick<CustomerState, 'openVisits' | 'lastVisits' | 'tasteNames' | 'evidence'>

const MARKS = ['entry', 'exit', 'channel', 'device'] as const

type MarkName = (typeof MARKS)[number]

/** Beside the bits of the marks: none is away from the end of the visit that it belongs to. */
const AT_ENDS = 1 << MARKS.length

const KINDS = EVIDENCE.map(({ kind }) => kind)

/** Writes names of tastes, visits and evidence. */
export function writeVisited(out: ByteWriter, state: CustomerState): void {
  const { tasteNames, openVisits, lastVisits, evidence, changedAt } = state
  writeNumber(out, tasteNames.length)
  let previous = FIRST_TASTE
  for (const [code, name] of tasteNames) {
    writeNumber(out, code - previous)
    out.texts.push(name)
    previous = code
  }
  const pages = pagesOf(openVisits, lastVisits)
  writeNumber(out, pages.length)
  out.texts.push(...pages)
  for (const visits of [openVisits, lastVisits]) {
    writeNumber(out, visits.length)
    for (const visit of visits) writeVisit(out, visit, { pages, changedAt })
  }
  writeNumber(out, evidence.length)
  for (const each of evidence) writeEvidence(out, each, changedAt)
}

/** Reads what `writeVisited` wrote, of version 2 as well: it knew no `AT_ENDS`. */
export function readVisited(input: ByteReader, changedAt: number): VisitParts {
  let code = FIRST_TASTE
  const tasteNames = readMany(input, () => {
    code += readNumber(input)
    return [code, readText(input)] as const
  })
  const pages = readMany(input, () => readText(input))
  const openVisits = readMany(input, () => readVisit(input, { pages, changedAt }))
  const lastVisits = readMany(input, () => readVisit(input, { pages, changedAt }))
  const evidence = readMany(input, () => readEvidence(input, changedAt))
  return { tasteNames, openVisits, lastVisits, evidence }
}

/** Writes how many days with a visit there were, and when the first one began. */
export function writeVisitDays(out: ByteWriter, { visited, changedAt }: CustomerState): void {
  writeNumber(out, visited?.days ?? 0)
  if (visited !== undefined) writeSigned(out, changedAt - visited.firstAt)
}

/** Reads what `writeVisitDays` wrote. */
export function readVisitDays(input: ByteReader, changedAt: number): Visited | undefined {
  const days = readNumber(input)
  return days === 0 ? undefined : { days, firstAt: changedAt - readSigned(input) }
}

/**
 * What states before version 5 know of it: the days that are not rolled up, and the last three visits
 * where these were before. It takes them for days of UTC, and the first one to begin at midnight.
 */
export function visitDaysKept({
  tiles,
  lastVisits,
}: Pick<CustomerState, 'tiles' | 'lastVisits'>): Visited | undefined {
  const days = tiles.filter(({ tally }) => countIn(tally, 'sessions') > 0).map(({ day }) => day)
  const firstDay = days[0] ?? Number.POSITIVE_INFINITY
  const before = lastVisits.filter(({ startAt }) => utcDay(startAt) < firstDay)
  const daysBefore = new Set(before.map(({ startAt }) => utcDay(startAt))).size
  if (days.length + daysBefore === 0) return undefined
  return { days: days.length + daysBefore, firstAt: before[0]?.startAt ?? firstDay * DAY_MS }
}

const utcDay = (instant: number): number => Math.floor(instant / DAY_MS)

/** What visits are written against. */
interface Frame {
  readonly pages: readonly string[]
  readonly changedAt: number
}

function pagesOf(...lists: readonly (readonly Visit[])[]): readonly string[] {
  const pages: string[] = []
  for (const visits of lists)
    for (const { entry, exit } of visits)
      for (const mark of [entry, exit])
        if (mark !== undefined && !pages.includes(mark.value)) pages.push(mark.value)
  return pages
}

function writeVisit(out: ByteWriter, visit: Visit, { pages, changedAt }: Frame): void {
  const { startAt, endAt, events } = visit
  writeSigned(out, changedAt - startAt)
  writeNumber(out, endAt - startAt)
  writeNumber(out, events)
  let mask = AT_ENDS
  for (let index = 0; index < MARKS.length; index++) {
    const name = MARKS[index]!
    const mark = visit[name]
    if (mark === undefined) continue
    mask |= 1 << index
    if (mark.at !== endOf(visit, name)) mask &= ~AT_ENDS
  }
  writeNumber(out, mask)
  for (const name of MARKS) {
    const mark = visit[name]
    if (mark === undefined) continue
    if (!(mask & AT_ENDS)) writeNumber(out, Math.abs(mark.at - endOf(visit, name)))
    writeNumber(out, vocabularyOf(name, pages).indexOf(mark.value))
  }
}

/** The exit is near the end, all others are near the start. */
const endOf = ({ startAt, endAt }: Pick<Visit, 'startAt' | 'endAt'>, name: MarkName): number =>
  name === 'exit' ? endAt : startAt

function readVisit(input: ByteReader, { pages, changedAt }: Frame): Visit {
  const startAt = changedAt - readSigned(input)
  const endAt = startAt + readNumber(input)
  const events = readNumber(input)
  const mask = readNumber(input)
  const marks = MARKS.map((name, index): VisitMark<string> | undefined => {
    if (!(mask & (1 << index))) return undefined
    const distance = mask & AT_ENDS ? 0 : readNumber(input)
    const at = name === 'exit' ? endAt - distance : startAt + distance
    return { at, value: vocabularyOf(name, pages)[readNumber(input)] ?? '' }
  })
  const [entry, exit, channel, device] = marks
  return {
    ...{ startAt, endAt, events, entry, exit },
    channel: channel as Visit['channel'],
    device: device as Visit['device'],
  }
}

const vocabularyOf = (name: MarkName, pages: readonly string[]): readonly string[] => {
  if (name === 'channel') return CHANNELS
  return name === 'device' ? DEVICES : pages
}

function writeEvidence(out: ByteWriter, evidence: Evidence, changedAt: number): void {
  const { kind, occurredAt, id, ref } = evidence
  writeNumber(out, 2 * KINDS.indexOf(kind) + (ref === 0 ? 0 : 1))
  writeSigned(out, changedAt - occurredAt)
  out.texts.push(id)
  if (ref !== 0) writeHashes(out, [ref])
}

function readEvidence(input: ByteReader, changedAt: number): Evidence {
  const code = readNumber(input)
  const occurredAt = changedAt - readSigned(input)
  const id = readText(input)
  const [ref = 0] = code % 2 === 0 ? [] : readHashes(input, 1)
  return { kind: KINDS[Math.floor(code / 2)] ?? 'pageError', occurredAt, id, ref }
}
