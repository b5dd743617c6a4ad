/** Why one event is refused, for the person who sent it. */
export interface Refusal {
  /** Code of docs/errors.md. */
  readonly code: string
  /** What is wrong, as a sentence without its full stop. */
  readonly what: string
  /** JSON pointer (RFC 6901) into the event; empty for the event as a whole. */
  readonly path: string
  /** How to mend it, as a sentence without its full stop. */
  readonly fix: string
}

/** A value, or the reason why there is none. */
export type Outcome<T> = { readonly ok: T } | { readonly refused: Refusal }

/** What, where and how to mend it, in one text. */
export const refusalText = ({ what, path, fix }: Refusal): string =>
  `${what}${path === '' ? '' : ` (${path})`}. ${fix}.`
