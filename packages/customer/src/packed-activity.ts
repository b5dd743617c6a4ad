import {
  type ByteReader,
  type ByteWriter,
  readHashes,
  readLength,
  readMany,
  readNumber,
  readSigned,
  readText,
  writeHashes,
  writeNumber,
  writeSigned,
} from './byte-stream.ts'
import { DAY_MS } from './calendar.ts'
import type { Choice, CustomerState, IdBucket, RecentEvent, Tally } from './customer-state.ts'
import { EVENT_NAMES } from './event-names.ts'
import { idBucket } from './id-ring.ts'

type Person = Pick<CustomerState, 'userId' | 'analytics' | 'marketing'>
type Activity = Pick<CustomerState, 'tiles' | 'totals' | 'recent' | 'ring'>

/** What one number says of a permission: nothing, or the answer. */
const CHOICES = [undefined, false, true] as const

/** Names within the first of these fit into the number of their instant. */
const SHORT_CODES = 16
const ESCAPE = SHORT_CODES - 1

const CODE_OF = new Map(EVENT_NAMES.map(([name], index) => [name, index]))

/** Writes who the customer is and what they allow. */
export function writePerson(out: ByteWriter, state: CustomerState): void {
  const { userId, analytics, marketing } = state
  writeNumber(out, userId === undefined ? 0 : 1)
  if (userId !== undefined) out.texts.push(userId)
  const together = analytics?.by === marketing?.by
  const answers = CHOICES.indexOf(analytics?.allowed) + 3 * CHOICES.indexOf(marketing?.allowed)
  writeNumber(out, together ? answers : answers + 9)
  if (analytics !== undefined) writeSource(out, analytics, state.changedAt)
  if (marketing !== undefined && !together) writeSource(out, marketing, state.changedAt)
}

/** Reads what `writePerson` wrote. */
export function readPerson(input: ByteReader, changedAt: number): Person {
  const userId = readNumber(input) === 0 ? undefined : readText(input)
  const answers = readNumber(input)
  const first = CHOICES[answers % 3]
  const second = CHOICES[Math.floor(answers / 3) % 3]
  const together = answers < 9
  const analytics = first === undefined ? undefined : readChoice(input, first, changedAt)
  if (second === undefined) return { userId, analytics, marketing: undefined }
  const marketing =
    together && analytics !== undefined
      ? { ...analytics, allowed: second }
      : readChoice(input, second, changedAt)
  return { userId, analytics, marketing }
}

/** Writes days, totals, recent events, and the ring of ids. */
export function writeActivity(out: ByteWriter, state: CustomerState): void {
  writeTiles(out, state)
  writeTally(out, state.totals)
  writeRecent(out, state)
  writeRing(out, state)
}

/** Reads what `writeActivity` wrote, with the tallies of one version. */
export function readActivity(
  input: ByteReader,
  changedAt: number,
  readOne: (input: ByteReader) => Tally,
): Activity {
  let day = Math.floor(changedAt / DAY_MS)
  const tiles = readMany(input, () => {
    day += readSigned(input)
    return { day, tally: readOne(input) }
  })
  const totals = readOne(input)
  const recent = readRecent(input, changedAt)
  return { tiles, totals, recent, ring: readRing(input, changedAt) }
}

function writeSource(out: ByteWriter, choice: Choice, changedAt: number): void {
  writeSigned(out, changedAt - choice.occurredAt)
  writeHashes(out, [choice.by])
}

function readChoice(input: ByteReader, allowed: boolean, changedAt: number): Choice {
  const occurredAt = changedAt - readSigned(input)
  const [by = 0] = readHashes(input, 1)
  return { allowed, occurredAt, by }
}

function writeTiles(out: ByteWriter, { tiles, changedAt }: CustomerState): void {
  writeNumber(out, tiles.length)
  let previous = Math.floor(changedAt / DAY_MS)
  for (const tile of tiles) {
    writeSigned(out, tile.day - previous)
    writeTally(out, tile.tally)
    previous = tile.day
  }
}

/** Most amounts are 1: each code says whether another number follows. */
function writeTally(out: ByteWriter, tally: Tally): void {
  writeNumber(out, tally.length / 2)
  let previous = 0
  for (let index = 0; index < tally.length; index += 2) {
    const code = tally[index]!
    const amount = tally[index + 1]!
    writeNumber(out, 2 * (code - previous) + (amount === 1 ? 0 : 1))
    if (amount !== 1) writeNumber(out, amount)
    previous = code
  }
}

/** Reads one tally. */
export function readTally(input: ByteReader): Tally {
  const length = 2 * readLength(input)
  const tally = new Array<number>(length)
  let code = 0
  for (let index = 0; index < length; index += 2) {
    const number = readNumber(input)
    code += number >>> 1
    tally[index] = code
    tally[index + 1] = number & 1 ? readNumber(input) : 1
  }
  return tally
}

/**
 * Each event is one number: the time since its predecessor, and a code of four bits for its name.
 * The last code says that another number follows: twice the position among the known names, or
 * twice that among the others, plus 1.
 */
function writeRecent(out: ByteWriter, { recent, changedAt }: CustomerState): void {
  const others = otherNames(recent)
  writeNumber(out, others.length)
  for (const name of others) out.texts.push(name)
  writeNumber(out, recent.length)
  let previous = recent[0]?.occurredAt ?? changedAt
  writeSigned(out, changedAt - previous)
  for (const { name, occurredAt } of recent) {
    const known = CODE_OF.get(name)
    const code = known === undefined ? ESCAPE : Math.min(known, ESCAPE)
    writeNumber(out, (occurredAt - previous) * SHORT_CODES + code)
    if (known === undefined) writeNumber(out, 2 * others.indexOf(name) + 1)
    else if (code === ESCAPE) writeNumber(out, 2 * known)
    previous = occurredAt
  }
}

function otherNames(recent: readonly RecentEvent[]): readonly string[] {
  const others: string[] = []
  for (const { name } of recent) {
    if (!CODE_OF.has(name) && !others.includes(name)) others.push(name)
  }
  return others
}

function readRecent(input: ByteReader, changedAt: number): RecentEvent[] {
  const others = readMany(input, () => readText(input))
  const count = readNumber(input)
  let occurredAt = changedAt - readSigned(input)
  const recent: RecentEvent[] = []
  while (recent.length < count) {
    const number = readNumber(input)
    const code = number % SHORT_CODES
    occurredAt += (number - code) / SHORT_CODES
    recent.push({ name: code === ESCAPE ? readName(input, others) : knownName(code), occurredAt })
  }
  return recent
}

function readName(input: ByteReader, others: readonly string[]): string {
  const code = readNumber(input)
  return code % 2 === 0 ? knownName(code / 2) : (others[(code - 1) / 2] ?? '')
}

const knownName = (code: number): string => EVENT_NAMES[code]?.[0] ?? ''

function writeRing(out: ByteWriter, { ring, changedAt }: CustomerState): void {
  writeNumber(out, ring.length)
  const today = Math.floor(changedAt / DAY_MS)
  for (const { day, size, pages } of ring) {
    writeSigned(out, today - day)
    writeNumber(out, size)
    for (const page of pages) writeHashes(out, page)
  }
}

function readRing(input: ByteReader, changedAt: number): IdBucket[] {
  const today = Math.floor(changedAt / DAY_MS)
  return readMany(input, () => {
    const day = today - readSigned(input)
    return idBucket(day, readHashes(input, readNumber(input)))
  })
}
