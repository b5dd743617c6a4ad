import type { EffectView, TruthView } from '@ebb/contracts/dashboard-api'
import { shop } from '../access/session.ts'
import { useAnswer } from '../api/use-answer.ts'
import { DataTable } from '../components/data-table.tsx'
import { format, words } from '../language/language.ts'

const REFRESH_MS = 10_000

/** Of a demonstration, as soon as its simulation knows anything. */
export const useTruth = (): TruthView | undefined => {
  const isSimulated = shop.value.kind === 'demonstration'
  const { data } = useAnswer<TruthView>(isSimulated ? '/winbacks/truth' : undefined, REFRESH_MS)
  return data !== undefined && data.all.shoppers > 0 ? data : undefined
}

/** The share of customers that offers alone brought back. */
export const effectShare = ({ broughtBack, shoppers }: EffectView): number => broughtBack / shoppers

/** What offers really did, beside what was measured. */
export const TruthPart = ({ truth }: { readonly truth: TruthView }) => {
  const w = words.value
  const written = format.value
  const effectText = (effect: EffectView): string =>
    `${written.number(effect.broughtBack)} (${written.percent(effectShare(effect))})`
  return (
    <section class="truth">
      <h3>
        <span class="truth-mark" aria-hidden="true" /> {w.winbacks.truth}
      </h3>
      <p>
        <strong>{w.winbacks.points(written.points(effectShare(truth.all)))}</strong>{' '}
        {w.winbacks.truthIs}
      </p>
      <p class="muted">{w.winbacks.truthHint}</p>
      <DataTable
        label={w.winbacks.truth}
        rows={truth.byCause}
        keyOf={({ cause }) => cause}
        columns={[
          {
            key: 'cause',
            head: w.winbacks.cause,
            cell: ({ cause }) => (cause === 'NOT_AWAY' ? w.winbacks.notAway : w.reason[cause]),
          },
          {
            ...{ key: 'people', head: w.winbacks.people, isNumeric: true },
            cell: ({ shoppers }) => written.number(shoppers),
          },
          {
            ...{ key: 'brought', head: w.winbacks.onlyForOffer, isNumeric: true },
            cell: effectText,
          },
        ]}
      />
    </section>
  )
}
