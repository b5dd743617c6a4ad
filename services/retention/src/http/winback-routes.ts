import { randomUUID } from 'node:crypto'
import { isStorable } from '@ebb/contracts/storable-text'
import { DecisionQuery, ExclusionBody, ModeBody } from '@ebb/contracts/winback-api'
import type { WinbackRecord } from '@ebb/contracts/winback-record'
import type { Postgres } from '@ebb/postgres/postgres-client'
import type { AccessKeys } from '@ebb/runtime/access-keys'
import { requireScope } from '@ebb/runtime/authorise'
import { type ProcessClock, wallClock } from '@ebb/runtime/clock'
import { CodedError } from '@ebb/runtime/coded-error'
import { bodyReader } from '@ebb/runtime/read-body'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { parseCouponCode } from '../coupon/coupon-code.ts'
import { couponView, findCoupon } from '../ledger/coupons.ts'
import { exclude, include, listExclusions } from '../ledger/exclusions.ts'
import { applyPolicy, currentPolicy } from '../ledger/policies.ts'
import { setMode } from '../ledger/settings.ts'
import { listDecisions } from '../reports/decision-list.ts'
import { winbackStatus, winbackSummary } from '../reports/winback-summary.ts'
import { sendWebhook, type WebhookSettings } from '../webhook/send-webhook.ts'

/** What the routes work with. */
export interface WinbackRoutesPorts {
  readonly postgres: Postgres
  readonly keys: AccessKeys
  readonly clock: ProcessClock
  readonly currency: string
  /** Absent where none is set. */
  readonly webhook?: WebhookSettings
}

/** Lets a secret key read decisions, coupons and outcomes. */
export const SCOPE_WINBACKS_READ = 'winbacks:read'
/** Lets a secret key change what is decided. */
export const SCOPE_WINBACKS_WRITE = 'winbacks:write'

const MOST_AT_ONCE = 500
const LONGEST_POLICY_BYTES = 262_144

const readQuery = bodyReader(DecisionQuery, 'docs/winbacks.md')
const readExclusion = bodyReader(ExclusionBody, 'docs/winbacks.md')
const readMode = bodyReader(ModeBody, 'docs/winbacks.md')

/**
 * What people and programs see of win-backs, and how they steer them, below `/v1/winbacks`. Reading
 * needs a secret key with the scope `winbacks:read`, changing one with `winbacks:write`.
 */
export const winbackRoutes = (app: FastifyInstance, ports: WinbackRoutesPorts): void => {
  readingRoutes(app, ports)
  changingRoutes(app, ports)
}

const readingRoutes = (app: FastifyInstance, ports: WinbackRoutesPorts): void => {
  const { postgres, keys, clock, currency } = ports
  const mayRead = (request: FastifyRequest) => requireScope(request, keys, SCOPE_WINBACKS_READ)

  app.get('/v1/winbacks/status', async (request) => {
    mayRead(request)
    return winbackStatus(postgres, wallClock.now())
  })
  app.get('/v1/winbacks/summary', async (request) => {
    mayRead(request)
    return winbackSummary(postgres, { currency, now: clock.now(), wallNow: wallClock.now() })
  })
  app.get('/v1/winbacks/decisions', async (request) => {
    mayRead(request)
    const { limit = '50', ...filter } = readQuery(request.query)
    const most = Math.min(Number(limit), MOST_AT_ONCE)
    return listDecisions(postgres, { ...filter, limit: most }, wallClock.now())
  })
  app.get('/v1/winbacks/exclusions', async (request) => {
    mayRead(request)
    return { exclusions: await listExclusions(postgres) }
  })
  app.get('/v1/winbacks/policy', async (request) => {
    mayRead(request)
    const { version, text, appliedAt } = (await currentPolicy(postgres))!
    return { version, text, appliedAt: new Date(appliedAt).toISOString() }
  })
  app.get<{ Params: { code: string } }>('/v1/winbacks/coupons/:code', async (request) => {
    mayRead(request)
    const code = parseCouponCode(request.params.code)
    const coupon = code === undefined ? undefined : await findCoupon(postgres, code)
    if (coupon !== undefined) return couponView(coupon, wallClock.now())
    const what = 'Nobody issued a coupon with this code'
    const fix = 'Check the code: its last character shows most typing errors'
    const where = request.params.code
    throw new CodedError('EBB_COUPON_UNKNOWN', { what, where, fix }, { status: 404 })
  })
}

const changingRoutes = (app: FastifyInstance, ports: WinbackRoutesPorts): void => {
  const { postgres, keys, clock, currency, webhook } = ports
  const mayChange = (request: FastifyRequest) => requireScope(request, keys, SCOPE_WINBACKS_WRITE)

  app.put('/v1/winbacks/mode', async (request) => {
    mayChange(request)
    const { mode } = await setMode(postgres, readMode(request.body).mode)
    return { mode }
  })
  app.post('/v1/winbacks/exclusions', async (request, reply) => {
    mayChange(request)
    await exclude(postgres, { ...readExclusion(request.body), now: clock.now() })
    return reply.code(204).send()
  })
  app.delete<{ Params: { customerId: string } }>(
    '/v1/winbacks/exclusions/:customerId',
    async (request, reply) => {
      mayChange(request)
      const { customerId } = request.params
      if (isStorable(customerId) && (await include(postgres, customerId)))
        return reply.code(204).send()
      const what = 'This customer is not excluded'
      const fix = 'Take a customer key from GET /v1/winbacks/exclusions, URL-encoded'
      throw new CodedError('EBB_EXCLUSION_UNKNOWN', { what, fix }, { status: 404 })
    },
  )
  app.register(async (texts) => {
    // A policy is YAML, whatever the type of the request calls it.
    texts.removeAllContentTypeParsers()
    const options = { parseAs: 'string', bodyLimit: LONGEST_POLICY_BYTES } as const
    texts.addContentTypeParser('*', options, (_request, body, done) => done(null, body))
    texts.put('/v1/winbacks/policy', async (request) => {
      mayChange(request)
      const change = { text: String(request.body ?? ''), currency, now: clock.now() }
      const { version } = await applyPolicy(postgres, change)
      return { version }
    })
  })
  app.post('/v1/winbacks/test-send', async (request) => {
    mayChange(request)
    if (webhook === undefined) throw noWebhook()
    const data = sampleTrigger(clock.now(), currency)
    const outcome = await sendWebhook(webhook, { id: data.decisionId, type: 'winback.test', data })
    return { outcome, url: webhook.url, data }
  })
}

const noWebhook = (): CodedError =>
  new CodedError(
    'EBB_WEBHOOK_MISSING',
    {
      what: 'There is no webhook to send to',
      where: 'EBB_WEBHOOK_URL',
      fix: 'Set EBB_WEBHOOK_URL and EBB_WEBHOOK_SECRET, and start Ebb again',
    },
    { status: 409 },
  )

const DAY_MS = 86_400_000

/** Looks like a real one; its coupon is none. */
const sampleTrigger = (now: number, currency: string): WinbackRecord => ({
  decisionId: `test-${randomUUID()}`,
  alertId: 'test',
  episodeId: 'test',
  customerId: 'u:test',
  userId: 'test',
  tier: 'light',
  channels: ['email'],
  treatment: {
    id: 'test',
    kind: 'coupon',
    messageKey: 'test',
    coupon: {
      code: 'TEST',
      discount: { kind: 'percent', percent: 10, maximumMinor: 1_000 },
      currency,
      validUntil: now + DAY_MS,
    },
  },
  reasons: [{ code: 'UNKNOWN', share: 1 }],
  experiment: { id: 'test', arm: 'treated', propensity: 1 },
  policyVersion: 1,
  decidedAt: now,
  expiresAt: now + DAY_MS,
})
