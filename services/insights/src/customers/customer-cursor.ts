import { Instant } from '@ebb/contracts/canonical-event'
import { CUSTOMER_SORTS, type CustomerSort } from '@ebb/contracts/dashboard-api'
import { CodedError } from '@ebb/runtime/coded-error'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'

/** The last customer of a page, and what the list was sorted by. */
const Cursor = Type.Object({
  sort: Type.Enum([...CUSTOMER_SORTS]),
  /** The value that it was sorted by. */
  value: Type.Union([Type.Number(), Type.String({ pattern: '^[^\\u0000]*$' })]),
  customerId: Type.String({ pattern: '^[^\\u0000]*$' }),
  /** The instant that risks are of, ms: a list that is read page by page does not change its order. */
  now: Instant,
})
export type Cursor = Static<typeof Cursor>

const check = Compile(Cursor)

/** Opaque text for `after`. */
export const formatCursor = (cursor: Cursor): string =>
  Buffer.from(JSON.stringify(cursor)).toString('base64url')

/** Reads it back. Throws `EBB_INSIGHTS_CURSOR` for what is none, or is of another order. */
export const parseCursor = (text: string, sort: CustomerSort): Cursor => {
  const parsed = parse(text)
  if (check.Check(parsed) && parsed.sort === sort && isOfSort(parsed)) return parsed
  throw new CodedError(
    'EBB_INSIGHTS_CURSOR',
    {
      what: 'This does not say where a list goes on',
      where: 'query parameter after',
      fix: 'Take `next` of the page before, with the same sort; or begin again without it',
    },
    { status: 400 },
  )
}

/** A key, a risk, what it costs, or whole numbers. */
const isOfSort = ({ sort, value }: Cursor): boolean => {
  if (sort === 'customer') return typeof value === 'string'
  return sort === 'risk' || sort === 'loss'
    ? typeof value === 'number'
    : Number.isSafeInteger(value)
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
