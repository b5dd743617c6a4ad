/** Bytes of a stranger as text that shows nothing but itself; in hex where they are no UTF-8. */
export const payloadText = (payload: Uint8Array): string => {
  try {
    // As a stream: a character that was cut at the end is left out and does not spoil the rest.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(payload, { stream: true })
    return text.replace(UNSEEN, escaped)
  } catch {
    return `hex ${Buffer.from(payload).toString('hex')}`
  }
}

/** Control characters but for line ends and tabs, and what turns the direction of writing. */
const UNSEEN = /(?![\t\n\r])[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu

const escaped = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
