import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Errors } from 'typebox/value'
import { quickSchema } from './quick-schema.ts'

/** Encodes and decodes the JSON value of one message kind. */
export interface MessageCodec<T> {
  encode(message: T): Uint8Array
  /** Throws a `MessageError` that says where the value leaves the schema. */
  decode(value: Uint8Array): T
}

/** A value that is not what its topic promises. */
export class MessageError extends Error {}

const text = new TextDecoder('utf-8', { fatal: true })

/** A codec that checks every value it decodes against the schema. */
export const messageCodec = <S extends TSchema>(schema: S): MessageCodec<Static<S>> => {
  const check = Compile(quickSchema(schema))
  return {
    // A TextEncoder takes half as much again: each of its results has a buffer of its own.
    encode: (message) => Buffer.from(JSON.stringify(message)),
    decode: (value) => {
      const parsed = parse(value)
      if (check.Check(parsed)) return parsed as Static<S>
      const [first] = Errors(schema, parsed)
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
