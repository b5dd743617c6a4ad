const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/(?:[^/?#@]*@)?([^/?#:@]+)/i

/**
 * The host of a URL in small letters; `undefined` where it names none. An Android app is written the
 * wrong way round, and comes back as `googlequicksearchbox.android.google.com`.
 */
export const hostOf = (url: string | undefined): string | undefined => {
  const [, scheme = '', host] = ORIGIN.exec(url ?? '') ?? []
  const small = host?.toLowerCase()
  return scheme.toLowerCase() === 'android-app' ? small?.split('.').reverse().join('.') : small
}

/** As in `shop.co.uk`. */
const SECOND_LEVEL: ReadonlySet<string> = new Set(['co', 'com', 'net', 'org', 'ne', 'or'])

/**
 * The part of a host that somebody owns: `google.co.uk` of `www.google.co.uk`. A rule of thumb: the
 * list of all public suffixes is longer than what depends on it here is worth.
 */
export const siteOf = (host: string): string => {
  const labels = host.split('.')
  const hasCountry = labels.length > 2 && labels.at(-1)!.length === 2
  return labels.slice(hasCountry && SECOND_LEVEL.has(labels.at(-2)!) ? -3 : -2).join('.')
}
