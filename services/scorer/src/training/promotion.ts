import type { ModelPromotion } from '@ebb/contracts/model-record'
import { CodedError } from '@ebb/runtime/coded-error'
import { type ModelBook, modelOf, versionInForce } from './model-book.ts'

/** How far back a rollback goes. */
const KEPT_BEFORE = 50

/** Which model takes the place of which, and who said so. */
export interface Decision extends Pick<ModelPromotion, 'version' | 'by' | 'why'> {
  /** The version in force when it was decided. */
  readonly from: string
}

/**
 * The record of a promotion. Throws `EBB_MODEL_UNKNOWN`, and `EBB_MODEL_OVERTAKEN` where another
 * model than `from` is in force by now.
 *
 * @param now process clock, ms.
 */
export const promotionOf = (
  book: ModelBook,
  { version, from, by, why }: Decision,
  now: number,
): ModelPromotion => {
  modelOf(book, version)
  const inForce = versionInForce(book)
  if (inForce !== from) throw overtaken(from, inForce)
  const { before: earlier = [], at = 0 } = book.promotion ?? {}
  const before = by === 'rollback' ? earlier.slice(1) : [from, ...earlier].slice(0, KEPT_BEFORE)
  // Clocks of machines differ: a later decision has a later instant.
  return { version, at: Math.max(now, at + 1), by, why, before }
}

/** That somebody wants a version in force. Throws `EBB_MODEL_UNKNOWN` and `EBB_MODEL_IN_FORCE`. */
export const promotionBy = (book: ModelBook, version: string): Decision => {
  modelOf(book, version)
  const from = versionInForce(book)
  if (version !== from) return { version, from, by: 'operator', why: 'ebb models promote' }
  throw new CodedError('EBB_MODEL_IN_FORCE', {
    what: 'This model is in force already',
    where: version,
    fix: 'Nothing is to be done, unless another version was meant: `ebb models` lists them',
  })
}

/** That the model of before is to be in force again. Throws `EBB_MODEL_NONE_BEFORE`. */
export const rollbackOf = (book: ModelBook): Decision => {
  const [version] = book.promotion?.before ?? []
  const from = versionInForce(book)
  if (version !== undefined) return { version, from, by: 'rollback', why: `back from ${from}` }
  throw new CodedError('EBB_MODEL_NONE_BEFORE', {
    what: 'No other model was in force before, so there is none to go back to',
    where: `in force: ${from}`,
    fix: 'Name the version with `ebb models promote`; `ebb models` lists them',
  })
}

const overtaken = (from: string, inForce: string): CodedError =>
  new CodedError('EBB_MODEL_OVERTAKEN', {
    what: `Meanwhile ${inForce} was put in force`,
    where: `in force when it was decided: ${from}`,
    fix: 'Look at `ebb models`, and give the command again if it is still meant',
  })
