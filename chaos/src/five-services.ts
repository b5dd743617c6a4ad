import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { couponPolicy } from '@ebb/retention/coupon-policy-fixture'
import type { NodeProcess } from '@ebb/testkit/node-process'
import { freePort } from '@ebb/testkit/ports'
import type { ServiceName, Shop } from './shop.ts'

/** The services of an installation, in the order in which an order event reaches them. */
export const SERVICE_NAMES = ['collector', 'features', 'scorer', 'retention', 'insights'] as const

/** All services of an installation, each a process of its own at an address that stays. */
export interface FiveServices {
  readonly running: Record<ServiceName, NodeProcess>
  readonly retentionUrl: string
  readonly insightsUrl: string
  /** May redeem coupons. */
  readonly deskKey: string
  /** Of somebody who looks at the dashboard. */
  readonly viewerKey: string
  /** Starts a service again, at its old address. */
  restart(name: ServiceName): Promise<void>
}

/** Every alert that no higher tier outranks gets a coupon; there is a budget for all of them. */
const POLICY = couponPolicy({
  ...{ experiment: 'stops', limit: 10_000_000 },
  ...{ caps: '{ count: 1000, days: 1 }', rules: '[{ treat: [ten] }]' },
})

/** Starts all services of a shop that sends win-backs. */
export const startFiveServices = async (shop: Shop): Promise<FiveServices> => {
  const keyFor = async (...who: string[]): Promise<string> =>
    (await shop.command('keys', 'create', '--source', ...who))[0]!
  const inner = ['customers:read', 'winbacks:read', 'winbacks:write']
  const [deskKey, innerKey, viewerKey] = await Promise.all([
    keyFor('desk', '--secret', '--scope', 'coupons:redeem'),
    keyFor('insights', '--secret', '--scope', ...inner),
    keyFor('ann', '--role', 'analyst'),
    applyPolicy(shop).then(() => shop.command('winbacks', 'live')),
  ])
  const ports = {
    ...{ features: await freePort(), retention: await freePort(), insights: await freePort() },
  }
  const retentionUrl = urlOf(ports.retention)
  const env: Partial<Record<ServiceName, Record<string, string>>> = {
    features: { EBB_FEATURES_PORT: String(ports.features) },
    retention: { EBB_RETENTION_PORT: String(ports.retention) },
    insights: {
      ...{ EBB_INSIGHTS_PORT: String(ports.insights), EBB_SESSION_SECRET: 's'.repeat(32) },
      ...{ EBB_FEATURES_URL: urlOf(ports.features), EBB_FEATURES_KEY: innerKey },
      ...{ EBB_RETENTION_URL: retentionUrl, EBB_RETENTION_KEY: innerKey },
    },
  }
  const start = (name: ServiceName): Promise<NodeProcess> => shop.start(name, env[name])
  const started = await Promise.all(
    SERVICE_NAMES.map(async (name) => [name, await start(name)] as const),
  )
  const running = Object.fromEntries(started) as Record<ServiceName, NodeProcess>
  const restart = async (name: ServiceName): Promise<void> => {
    running[name] = await start(name)
  }
  return {
    ...{ running, restart, deskKey, viewerKey },
    ...{ retentionUrl, insightsUrl: urlOf(ports.insights) },
  }
}

const urlOf = (port: number): string => `http://127.0.0.1:${port}`

const applyPolicy = async (shop: Shop): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'ebb-chaos-'))
  try {
    const file = join(folder, 'policy.yaml')
    writeFileSync(file, POLICY)
    await shop.command('policy', 'apply', file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
