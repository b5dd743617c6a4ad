import type { Standing } from '@ebb/contracts/dashboard-api'
import { words } from '../language/language.ts'

/** Standings from the best to the worst. */
export const STANDINGS: readonly Standing[] = ['healthy', 'light', 'moderate', 'heavy', 'lost']

/** Like the signal of a phone: four bars are healthy, none is lost. */
export const StandingBars = ({ standing }: { readonly standing: Standing }) => {
  const full = 4 - STANDINGS.indexOf(standing)
  return (
    <svg
      class={`bars is-${standing}`}
      width="16"
      height="12"
      viewBox="0 0 16 12"
      aria-hidden="true"
    >
      {[0, 1, 2, 3].map((bar) => (
        <rect
          key={bar}
          class={bar < full ? 'is-full' : ''}
          x={bar * 4.2}
          y={9 - 3 * bar}
          width="3"
          height={3 + 3 * bar}
          rx="0.8"
        />
      ))}
    </svg>
  )
}

/** A standing by its name, its bars and its colour. */
export const StandingBadge = ({ standing }: { readonly standing: Standing }) => (
  <span class={`badge is-${standing}`}>
    <StandingBars standing={standing} />
    {words.value.standing[standing]}
  </span>
)
