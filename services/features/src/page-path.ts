import { cutName } from './foreign-value.ts'

const ORIGIN = /^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/?#]*/i

/**
 * What may say who somebody is: an e-mail address or another name with `@` (also percent-encoded,
 * however often), six digits in a row, a UUID, or 16 hexadecimal digits in a row.
 */
const PERSONAL =
  /@|%(?:25)*40|\d{6}|[0-9a-f]{16}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i

/**
 * The path of a URL, or of a path: without origin, query and fragment, with `:id` for each segment
 * that may say who somebody is, at most 64 UTF-16 units.
 */
export const pagePath = (url: string): string => {
  const path = url.replace(ORIGIN, '').split(/[?#]/, 1)[0] || '/'
  return cutName(path.split('/').map(anonymous).join('/'))
}

const anonymous = (segment: string): string => (PERSONAL.test(segment) ? ':id' : segment)
