import { format, words } from '../language/language.ts'

/** What was measured, to three decimals; a dash where nothing can be told. */
export const measured = (value: number | null): string =>
  value === null ? words.value.common.none : value.toFixed(3)

/** A share that was measured. */
export const share = (value: number | null): string =>
  value === null ? words.value.common.none : format.value.percent(value)
