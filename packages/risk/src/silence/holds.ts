/** Customers whose orders come from a silent source: nothing is raised of them until its end. */
export interface Hold {
  readonly source: string
  /** The partition's clock when it began, ms. */
  readonly from: number
  /** When the silence of the source began, ms. */
  readonly since: number
  /**
   * When those who are silent still are released, ms: behind the clock until the tick that does it was
   * there. Null while the source is silent.
   */
  readonly until: number | null
  /** The release that a silence of the source behind another one put off, ms. */
  readonly notBefore: number
}

/** What a partition was told of silent sources. */
export interface SilentSources {
  /** `at` of the last signal that counted; -1 before the first. */
  readonly toldAt: number
  /** Sources whose customers are held, or were until lately. */
  readonly holds: readonly Hold[]
}

/** No source was ever silent. */
export const NONE_SILENT: SilentSources = { toldAt: -1, holds: [] }

/** One source went silent, came back, or is given up; and all that are silent then. Instants in ms. */
export interface SourceChange {
  readonly source: string
  readonly kind: 'silent' | 'back' | 'gone'
  readonly at: number
  readonly since: number
  readonly silent: readonly { readonly source: string; readonly since: number }[]
}

/**
 * Sources went silent or came back; the same value where a later change counted already.
 * Whoever is silent still when a source is back at B after a silence since S is released at
 * B + (B − S), after as long again. Of a source that is gone for good all are released at once:
 * there is no return to wait for.
 *
 * @param clock of the partition at the record, ms.
 */
export const onSourceChange = <Known extends SilentSources>(
  known: Known,
  change: SourceChange,
  clock: number,
): Known => {
  if (change.at <= known.toldAt) return known
  const silent = new Map(change.silent.map(({ source, since }) => [source, since]))
  // Timers that waited for an earlier release have fired at the tick that passed it.
  const open = known.holds.filter(({ until }) => until === null || until > clock)
  const held = new Set(open.map(({ source }) => source))
  const holds = [
    ...open.map((hold) => continued(hold, silent.get(hold.source), { change, clock })),
    ...[...silent]
      .filter(([source]) => !held.has(source))
      .map(([source, since]) => ({ source, from: clock, since, until: null, notBefore: 0 })),
  ]
  return { ...known, toldAt: change.at, holds }
}

const continued = (
  hold: Hold,
  silentSince: number | undefined,
  { change, clock }: { readonly change: SourceChange; readonly clock: number },
): Hold => {
  const { source, since, until, notBefore } = hold
  if (silentSince !== undefined)
    return until === null ? hold : { ...hold, since: silentSince, until: null, notBefore: until }
  if (until !== null) return hold
  const isGone = change.source === source && change.kind === 'gone'
  const asLongAgain = isGone ? clock : change.at + (change.at - since)
  // Behind the clock, so that at any record it says whether the tick that releases was there.
  return { ...hold, until: Math.max(clock + 1, asLongAgain, notBefore) }
}

/** The hold that concerns a customer whose orders come from `source`. */
export const holdOf = (
  { holds }: Pick<SilentSources, 'holds'>,
  source: string | undefined,
): Hold | undefined =>
  source === undefined ? undefined : holds.find((hold) => hold.source === source)

/**
 * Until when a model that is promoted at an instant passes crossings silently: a promotion takes from
 * nobody what a hold keeps. Instants in ms.
 */
export const passedUntil = (promotedAt: number, hold: Hold | undefined): number =>
  hold !== undefined &&
  hold.from <= promotedAt &&
  (hold.until ?? Number.POSITIVE_INFINITY) > promotedAt
    ? hold.from
    : promotedAt
