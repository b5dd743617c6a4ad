import { cut, printable } from './terminal-text.ts'

/** Bytes of a stranger on one line of at most `columns`: as text if they are some, else in hex. */
export const payloadText = (payload: Uint8Array, columns: number): string => {
  const text = textOf(payload)
  return cut(text ?? `hex ${Buffer.from(payload.subarray(0, columns)).toString('hex')}`, columns)
}

/** `undefined` where it is not UTF-8, or no text that people write. */
const textOf = (payload: Uint8Array): string | undefined => {
  try {
    // As a stream: a sign that was cut at the end is left out and does not spoil the rest.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(payload, { stream: true })
    const oneLine = text.replace(/\s+/g, ' ').trim()
    return /\p{Cc}/u.test(oneLine) ? undefined : printable(oneLine)
  } catch {
    return undefined
  }
}
