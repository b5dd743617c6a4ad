import { isUtf8 } from 'node:buffer'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { CodedError } from '@ebb/runtime/coded-error'
import { LARGEST_BODY, LARGEST_EVENT } from './limits.ts'

/** The body of a request as far as it was kept. */
export interface RequestBody {
  /** All of it; of a body that is too large only the first 32 KB. */
  readonly bytes: Buffer
  /** Length before the cut. */
  readonly total: number
  readonly tooLarge: boolean
}

/** A body that is too large is read on, unkept, so that the sender hears the answer; up to here. */
const READ_ON_LIMIT = 8 * 1_024 * 1_024

/** Reads a body without ever keeping more than 500 KB. Throws `EBB_BODY_INCOMPLETE`. */
export const readRequestBody = (stream: Readable): Promise<RequestBody> =>
  new Promise((resolve, reject) => {
    let chunks: Buffer[] = []
    let total = 0
    let tooLarge = false
    const done = () => {
      const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
      resolve({ bytes, total, tooLarge })
    }
    stream.on('data', (chunk: Buffer) => {
      total += chunk.length
      if (!tooLarge) chunks.push(chunk)
      if (total > LARGEST_BODY && !tooLarge) {
        tooLarge = true
        chunks = [Buffer.from(Buffer.concat(chunks).subarray(0, LARGEST_EVENT))]
      }
      if (total > READ_ON_LIMIT) {
        stream.pause()
        done()
      }
    })
    stream.on('end', done)
    stream.on('error', (cause) => reject(incomplete(cause)))
  })

const inflate = promisify(gunzip)

/**
 * The text of a body, inflated where it is gzip, whatever its headers say. Throws a `CodedError`
 * of 400 or 413 where it is empty, too large, damaged or not UTF-8.
 */
export const textOf = async (body: RequestBody): Promise<string> => {
  if (body.tooLarge) throw tooLarge('')
  const bytes = isGzip(body.bytes) ? await inflated(body.bytes) : body.bytes
  if (bytes.length === 0) throw EMPTY
  if (!isUtf8(bytes)) throw notText(bytes)
  const text = bytes.toString('utf8')
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
}

const BYTE_ORDER_MARK = '\ufeff'

/** No JSON text begins with these two bytes. */
const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

const inflated = async (bytes: Buffer): Promise<Buffer> => {
  try {
    return await inflate(bytes, { maxOutputLength: LARGEST_BODY })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(' when inflated') : damaged(cause)
  }
}

const EMPTY = new CodedError(
  'EBB_BODY_EMPTY',
  { what: 'The request has no body', fix: 'Send an event, or a list of events, as JSON' },
  { status: 400 },
)

const incomplete = (cause: unknown): CodedError =>
  new CodedError(
    'EBB_BODY_INCOMPLETE',
    { what: 'The body of the request broke off', fix: 'Send the request again' },
    { cause, status: 400 },
  )

const tooLarge = (when: string): CodedError =>
  new CodedError(
    'EBB_BODY_TOO_LARGE',
    {
      what: `The body has more than ${LARGEST_BODY} bytes${when}; none of its events was taken`,
      fix: `Send smaller batches, with events of at most ${LARGEST_EVENT} bytes`,
    },
    { status: 413 },
  )

const damaged = (cause: unknown): CodedError =>
  new CodedError(
    'EBB_BODY_NOT_GZIP',
    {
      what: `The body begins as gzip and cannot be inflated: ${(cause as Error).message}`,
      fix: 'Compress the whole body once, or send it as it is',
    },
    { cause, status: 400 },
  )

const notText = (bytes: Buffer): CodedError =>
  new CodedError(
    'EBB_BODY_NOT_TEXT',
    {
      what: 'The body is not UTF-8 text',
      where: `byte ${firstInvalidByte(bytes)}`,
      fix: 'Send JSON encoded as UTF-8',
    },
    { status: 400 },
  )

/** Decoding puts U+FFFD where there is no UTF-8; the first that was not sent itself is the place. */
const firstInvalidByte = (bytes: Buffer): number => {
  const text = bytes.toString('utf8')
  let offset = 0
  let from = 0
  for (;;) {
    const at = text.indexOf(REPLACEMENT, from)
    offset += Buffer.byteLength(text.slice(from, at))
    if (bytes.toString('latin1', offset, offset + 3) !== SENT_REPLACEMENT) return offset
    offset += SENT_REPLACEMENT.length
    from = at + 1
  }
}

const REPLACEMENT = '\ufffd'
const SENT_REPLACEMENT = Buffer.from(REPLACEMENT).toString('latin1')
