import { LONGEST_NAME, MOST_ATTRIBUTES } from '@ebb/insights/profiles/profile-fold'
import { CodedError } from '@ebb/runtime/coded-error'

/** How the cells of a column are read: empty ones say nothing. */
const COLUMN_TYPES = ['text', 'number', 'boolean'] as const
export type ColumnType = (typeof COLUMN_TYPES)[number]

/** A column that becomes an attribute. */
export interface AttributeColumn {
  readonly attribute: string
  readonly column: string
  /** Told by the cells unless given. */
  readonly type: ColumnType | undefined
}

/** Which column says what. */
export interface ProfileColumns {
  /** With the user id. */
  readonly user: string
  readonly attributes: readonly AttributeColumn[]
}

/** What a column of user ids is called, in small letters and without anything but letters. */
const USER_NAMES: readonly string[] = ['userid', 'customerid', 'user', 'customer', 'id']

/**
 * Reads `user=COLUMN,plan=Tier,age:number=Alter`: the column of the user ids, and those that become
 * attributes, with their types. Without any attribute all other columns become one, under their own
 * names; without `user` its column is told by its name. Throws `EBB_IMPORT_OPTION`.
 */
export const profileColumns = (
  map: string | undefined,
  header: readonly string[],
): ProfileColumns => {
  const parts = map === undefined ? [] : map.split(',').map((part) => partOf(part, map))
  const users = parts.filter(({ attribute }) => attribute === 'user')
  const wanted = parts.filter(({ attribute }) => attribute !== 'user')
  if (users.length > 1) throw optionFault('user is named twice', `--map ${map}`)
  const user = users[0]?.column ?? userColumn(header)
  const attributes =
    wanted.length > 0
      ? wanted
      : header
          .filter((column) => column !== user && column !== '')
          .map((column) => ({ attribute: column, column, type: undefined }))
  refuseUnkept(attributes.map(({ attribute }) => attribute))
  const used = new Set([user, ...attributes.map(({ column }) => column)])
  const twice = twiceIn(header.filter((column) => used.has(column)))
  if (twice !== undefined) throw optionFault(`two columns are called ${twice}`, 'first row')
  return { user, attributes }
}

const twiceIn = (names: readonly string[]): string | undefined =>
  names.find((name, index) => names.indexOf(name) !== index)

const partOf = (part: string, map: string): AttributeColumn => {
  const [name = '', ...column] = part.split('=')
  const [attribute = '', type] = name.trim().split(/:(?=[^:]*$)/)
  const wrong =
    attribute === '' || column.join('=').trim() === ''
      ? `“${part}” does not name an attribute and a column`
      : type !== undefined && !isColumnType(type)
        ? `${type} is no type: ${COLUMN_TYPES.join(', ')}`
        : undefined
  if (wrong !== undefined) throw optionFault(wrong, `--map ${map}`)
  return { attribute, column: column.join('=').trim(), type: type as ColumnType | undefined }
}

const isColumnType = (type: string): type is ColumnType =>
  (COLUMN_TYPES as readonly string[]).includes(type)

const userColumn = (header: readonly string[]): string => {
  const found = USER_NAMES.map((name) =>
    header.find((column) => column.toLowerCase().replaceAll(/[^a-z]/g, '') === name),
  ).find((column) => column !== undefined)
  if (found !== undefined) return found
  throw optionFault(
    `none of the columns is known to be the user id: ${header.slice(0, MOST_ATTRIBUTES).join(', ')}`,
    'first row',
  )
}

const refuseUnkept = (names: readonly string[]): void => {
  if (names.length > MOST_ATTRIBUTES)
    throw optionFault(
      `a profile has at most ${MOST_ATTRIBUTES} attributes, and these are ${names.length}`,
      '--map',
    )
  const twice = twiceIn(names)
  if (twice !== undefined) throw optionFault(`the attribute ${twice} is named twice`, '--map')
  const long = names.find((name) => name.length > LONGEST_NAME)
  if (long !== undefined)
    throw optionFault(`the name of an attribute has at most ${LONGEST_NAME} characters`, long)
  if (names.length === 0) throw optionFault('there is no column for an attribute', 'first row')
}

const optionFault = (what: string, where: string): CodedError =>
  new CodedError('EBB_IMPORT_OPTION', {
    ...{ what, where },
    fix: 'Write --map user=COLUMN, and behind it ATTRIBUTE=COLUMN or ATTRIBUTE:number=COLUMN, divided by commas',
  })
