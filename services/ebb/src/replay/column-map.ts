import { CodedError } from '@ebb/runtime/coded-error'

/** What a command wants to know from a CSV file. */
export interface WantedColumns {
  readonly required: readonly string[]
  readonly optional: readonly string[]
}

/**
 * Reads `customer=…,time=…,amount=…`: the column of each name, those that are `required` and those
 * of `optional` that are given. Throws `EBB_REPLAY_OPTION`.
 */
export const parseColumns = (
  text: string,
  { required, optional }: WantedColumns,
): Readonly<Record<string, string>> => {
  const entries = text.split(',').map((part) => {
    const [name = '', ...column] = part.split('=')
    return [name.trim(), column.join('=').trim()] as const
  })
  const map = Object.fromEntries(entries)
  const isKnown = (name: string): boolean => required.includes(name) || optional.includes(name)
  const wrong = [
    ...entries
      .filter(([name]) => !isKnown(name))
      .map(([name]) => `${name || 'an empty part'} is not known`),
    ...entries
      .filter(([name, column]) => optional.includes(name) && column === '')
      .map(([name]) => `${name} has no column`),
    ...required.filter((name) => !map[name]).map((name) => `${name} is missing`),
  ]
  if (wrong.length === 0) return map
  const shape = required.map((name) => `${name}=COLUMN`).join(',')
  throw new CodedError('EBB_REPLAY_OPTION', {
    what: wrong.join(', '),
    where: `--map ${text}`,
    fix: `Write --map ${shape}; beside these there may be ${optional.join(', ')}`,
  })
}
