import { type CustomTypesConfig, types } from 'pg'

/**
 * Reads `bigint` and `numeric` (what `count` and `sum` give) as JavaScript numbers, also in arrays. A
 * whole number that a JavaScript number cannot hold throws; a fraction is rounded to the nearest one.
 */
export const columnNumbers: CustomTypesConfig = {
  getTypeParser: (type: number, format?: string) => {
    if (type === BIGINT || type === NUMERIC) return exactNumber
    const parser = types.getTypeParser(type, format as 'text')
    if (type !== BIGINT_ARRAY && type !== NUMERIC_ARRAY) return parser
    return (text: string) => (parser(text) as (string | number | null)[]).map(orNull)
  },
}

// Object ids of pg_type.
const BIGINT = 20
const BIGINT_ARRAY = 1016
const NUMERIC = 1700
const NUMERIC_ARRAY = 1231

const exactNumber = (text: string): number => {
  const number = Number(text)
  if (Math.abs(number) <= Number.MAX_SAFE_INTEGER) return number
  throw new RangeError(`${text} is larger than a JavaScript number can hold`)
}

const orNull = (element: string | number | null): number | null =>
  element === null ? null : exactNumber(String(element))
