import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'

/** Encodes and decodes the JSON value of one message kind. */
export interface MessageCodec<T> {
  encode(message: T): Uint8Array
  /** Throws a `MessageError` that says where the value leaves the schema. */
  decode(value: Uint8Array): T
}

/** A value that is not what its topic promises. */
export class MessageError extends Error {}

const text = new TextDecoder('utf-8', { fatal: true })
const bytes = new TextEncoder()

/** A codec that checks every value it decodes against the schema. */
export const messageCodec = <S extends TSchema>(schema: S): MessageCodec<Static<S>> => {
  const check = Compile(schema)
  return {
    encode: (message) => bytes.encode(JSON.stringify(message)),
    decode: (value) => {
      const parsed = parse(value)
      if (check.Check(parsed)) return parsed as Static<S>
      const [first] = check.Errors(parsed)
      throw new MessageError(`${first?.instancePath || '/'} ${first?.message ?? 'is not valid'}`)
    },
  }
}

const parse = (value: Uint8Array): unknown => {
  try {
    return JSON.parse(text.decode(value))
  } catch (cause) {
    throw new MessageError(`not JSON: ${(cause as Error).message}`, { cause })
  }
}
