import type { TruthView } from '@ebb/contracts/dashboard-api'
import { CodedError } from '@ebb/runtime/coded-error'
import type { FastifyInstance } from 'fastify'
import { glimpse } from '../live/glimpse.ts'

/** What offers really did; nothing before the simulation runs. */
export type TruthSource = () => Promise<TruthView | undefined>

const ASK_EVERY_MS = 5_000

/** `GET /api/winbacks/truth`: 404 without a source, which nobody has for a real shop. */
export const truthRoutes = (api: FastifyInstance, truth: TruthSource | undefined): void => {
  const known = truth && glimpse(truth, ASK_EVERY_MS)
  api.get('/api/winbacks/truth', async () => {
    const told = await known?.latest()
    if (told === undefined) throw unknowable()
    return told
  })
}

const unknowable = (): CodedError =>
  new CodedError(
    'EBB_INSIGHTS_TRUTH',
    {
      what: 'Nobody knows what these shoppers would have done without an offer',
      fix: 'Read the lift in `GET /api/winbacks/summary`; only a demonstration can tell the truth',
    },
    { status: 404 },
  )
