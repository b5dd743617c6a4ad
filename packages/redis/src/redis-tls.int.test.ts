import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HaltError, TransientError } from '@ebb/streaming/faults'
import { canMakeCertificates, makeCertificate } from '@ebb/testkit/certificates'
import { uniqueName, useOwnRedis } from '@ebb/testkit/engines'
import type { NativeRedis } from '@ebb/testkit/native-redis'
import { freePort, withFreePorts } from '@ebb/testkit/ports'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectRedis } from './redis-connection.ts'
import { redisPartitionStore } from './redis-partition-store.ts'
import type { RedisSettings } from './redis-settings.ts'

const startRedis = await useOwnRedis()
const hasOpenssl = canMakeCertificates('Redis over TLS')

let folder: string
let redis: NativeRedis
let port: number
const file = (name: string): string => join(folder, name)
const pem = (name: string): string => readFileSync(file(name), 'utf8')

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-redis-tls-'))
  if (startRedis === undefined || !hasOpenssl) return
  for (const name of ['server', 'client', 'stranger']) makeCertificate(folder, name)
  redis = await withFreePorts(async () => {
    port = await freePort()
    const files = ['--tls-cert-file', file('server.crt'), '--tls-key-file', file('server.key')]
    const clients = ['--tls-ca-cert-file', file('client.crt'), '--tls-auth-clients', 'yes']
    return startRedis({ args: ['--tls-port', String(port), ...files, ...clients] })
  })
})
afterAll(async () => {
  await redis?.stop()
  rmSync(folder, { recursive: true })
})

const acquireWith = async (settings: Omit<RedisSettings, 'url'>, scheme = 'rediss') => {
  const connection = await connectRedis({ url: `${scheme}://127.0.0.1:${port}`, ...settings })
  const store = redisPartitionStore(connection, { prefix: uniqueName('tls'), processor: 'counter' })
  return store.acquire(0).finally(() => connection.close())
}

describe.skipIf(startRedis === undefined || !hasOpenssl)('Redis over TLS', () => {
  const ours = () => ({ cert: pem('client.crt'), key: pem('client.key') })

  test('serves whoever knows its certificate and has one of its own', async () => {
    const tls = { ...ours(), ca: pem('server.crt') }
    expect(await acquireWith({ tls })).toEqual({ epoch: 1, position: undefined })
  })

  test('is not believed with a certificate that nobody vouches for', async () => {
    const doubted = acquireWith({ tls: { ...ours(), ca: pem('stranger.crt') } })
    await expect(doubted).rejects.toBeInstanceOf(HaltError)
    await expect(doubted).rejects.toMatchObject({ code: 'EBB_REDIS_REFUSED' })
    await expect(acquireWith({ tls: ours() })).rejects.toBeInstanceOf(HaltError)
  })

  test('is believed blindly where that was asked for', async () => {
    const tls = { ...ours(), rejectUnauthorized: false }
    expect((await acquireWith({ tls })).epoch).toBe(1)
  })

  test('is refused to a client without a certificate', async () => {
    const stranger = acquireWith({ tls: { ca: pem('server.crt') } })
    await expect(stranger).rejects.toMatchObject({ code: 'EBB_REDIS_REFUSED' })
  })

  test('is not reached without TLS', async () => {
    await expect(acquireWith({}, 'redis')).rejects.toBeInstanceOf(TransientError)
  })
})
