import { cutName } from './foreign-value.ts'

const ORIGIN = /^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/?#]*/i

/**
 * What may say who somebody is, or open a door: an e-mail address or another name with `@` (also
 * percent-encoded, however often, or full-width), six digits in a row, seven with little between them,
 * a UUID, 16 hexadecimal digits in a row, a JSON Web Token, or 20 letters and digits in a row with both
 * among them.
 */
const PERSONAL = new RegExp(
  [
    ...['@', '＠', '%(?:25)*40', '%u0040', '\\d{6}', '\\d(?:(?:%20|[^\\d]){0,2}\\d){6}'],
    ...['[0-9a-f]{16}', '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'],
    'eyJ[\\w-]{8}',
    '(?=[\\w.-]*\\d)(?=[\\w.-]*[a-z])[\\w.]{20}',
  ].join('|'),
  'i',
)

/** Whether a text may say who somebody is. */
export const isPersonal = (text: string): boolean => PERSONAL.test(text)

/**
 * The path of a URL, or of a path: without origin, parameters, query and fragment, with `:id` for each segment
 * that may say who somebody is, at most 64 UTF-16 units.
 */
export const pagePath = (url: string): string => {
  if (/^file:/i.test(url)) return '/'
  const path = url.replace(ORIGIN, '').split(/[?#;]/, 1)[0] || '/'
  return cutName(path.split('/').map(anonymous).join('/'))
}

const anonymous = (segment: string): string => (isPersonal(segment) ? ':id' : segment)
