import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { CodedError } from './coded-error.ts'

/**
 * A reader of the JSON bodies of one kind of request. It throws `EBB_REQUEST_INVALID` (422) with the
 * first thing that is wrong, and names the guide that says what is right.
 */
export const bodyReader = <S extends TSchema>(
  schema: S,
  guide: string,
): ((body: unknown) => Static<S>) => {
  const check = Compile(schema)
  return (body) => {
    if (check.Check(body)) return body as Static<S>
    const [first] = check.Errors(body)
    const { instancePath = '', message = 'is not valid' } = first ?? {}
    const where = `body${instancePath}`
    const what = `The request cannot be used: ${where} ${message}`
    const fix = `Correct the body; ${guide} shows what is asked for`
    throw new CodedError('EBB_REQUEST_INVALID', { what, where, fix }, { status: 422 })
  }
}
