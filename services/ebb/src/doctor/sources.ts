import { shopSecond } from '../commands/shop-time.ts'
import { printable } from '../commands/terminal-text.ts'
import type { SourcesStanding } from '../survey/silent-sources.ts'
import { type Check, ok, warn } from './check.ts'

/** Whether a source of events has gone silent that usually sends. */
export const checkSources = (
  standing: SourcesStanding | undefined,
  { timeZone }: { readonly timeZone: string },
): Check => {
  if (standing === undefined) return ok(NAME, 'no traffic was told yet')
  const { judged, learning, silent } = standing
  const others = learning === 0 ? '' : `, ${learning} whose rhythm is not known yet`
  if (silent.length === 0) return ok(NAME, `${judged} judged, none silent${others}`)
  const which = silent.map(({ source, since }) => {
    return `${printable(source)} since ${shopSecond(since, timeZone)}`
  })
  const mend = 'docs/runbooks/source-silent.md: their buyers will look silent'
  return warn(NAME, `silent: ${which.join(', ')}`, mend)
}

const NAME = 'sources'
