import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kafkaEngine } from '@ebb/kafka/kafka-engine'
import { connectRedisEngine } from '@ebb/redis/redis-engine'
import { readConfiguration } from '@ebb/runtime/configuration'
import { kafkaConnection, redisAddress } from '@ebb/runtime/engine-settings'
import {
  type CertificateFiles,
  canMakeCertificates,
  makeCertificate,
} from '@ebb/testkit/certificates'
import { useOwnKafka, useOwnRedis } from '@ebb/testkit/engines'
import type { NativeKafka } from '@ebb/testkit/native-kafka'
import type { NativeRedis } from '@ebb/testkit/native-redis'
import { freePort, withFreePorts } from '@ebb/testkit/ports'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EBB_SETTINGS } from './config.ts'

const startKafka = await useOwnKafka()
const startRedis = await useOwnRedis()
const hasOpenssl = canMakeCertificates('Kafka and Redis that ask for a certificate')

let folder: string
let ours: CertificateFiles
let server: CertificateFiles
let stranger: CertificateFiles
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-client-certificates-'))
  if (!hasOpenssl) return
  ours = makeCertificate(folder, 'ours')
  server = makeCertificate(folder, 'server')
  stranger = makeCertificate(folder, 'stranger')
})
afterAll(() => rmSync(folder, { recursive: true }))

/** The environment of somebody who trusts the server, and shows it `files` if any. */
const identity = (engine: 'KAFKA' | 'REDIS', files?: CertificateFiles) => ({
  [`EBB_${engine}_CA`]: server.cert,
  ...(files && { [`EBB_${engine}_CERT`]: files.cert, [`EBB_${engine}_KEY`]: files.key }),
})

describe.skipIf(startKafka === undefined || !hasOpenssl)(
  'Kafka that asks for a certificate',
  () => {
    let broker: NativeKafka
    let guarded: string
    beforeAll(async () => {
      broker = await withFreePorts(async () => {
        const [port, controllerPort] = [await freePort(), await freePort()]
        guarded = `127.0.0.1:${await freePort()}`
        const keystore = join(folder, 'keystore.pem')
        const pem = [server.key, server.cert].map((file) => readFileSync(file))
        writeFileSync(keystore, Buffer.concat(pem))
        const open = `PLAINTEXT://127.0.0.1:${port},SSL://${guarded}`
        return startKafka!({
          port,
          properties: {
            listeners: `${open},CONTROLLER://127.0.0.1:${controllerPort}`,
            'advertised.listeners': open,
            'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
            'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SSL:SSL,CONTROLLER:PLAINTEXT',
            'ssl.keystore.type': 'PEM',
            'ssl.keystore.location': keystore,
            'ssl.truststore.type': 'PEM',
            'ssl.truststore.location': ours.cert,
            'ssl.client.auth': 'required',
          },
        })
      })
      const wanted = [{ name: 'topic', partitions: 1, kept: 'for ever' as const }]
      const plan = await kafkaEngine({ brokers: broker.brokers }).plan('', wanted, 'writer')
      await plan.apply()
    })
    afterAll(() => broker?.stop())

    /** Appends as the settings say. */
    const appendAs = async (files?: CertificateFiles): Promise<number> => {
      const env = { EBB_KAFKA: guarded, EBB_KAFKA_TLS: 'yes', ...identity('KAFKA', files) }
      const kafka = kafkaEngine(kafkaConnection(readConfiguration(EBB_SETTINGS, env)))
      const log = await kafka.open({ prefix: '', now: Date.now })
      const record = { key: 'a', value: Buffer.from('1'), headers: {} }
      return log.append({ topic: 'topic', partition: 0 }, [record]).finally(() => log.close())
    }

    test('serves whoever the settings give one', async () => {
      expect(await appendAs(ours)).toBe(0)
    })

    test('does not serve without one, nor with another', async () => {
      await expect(appendAs()).rejects.toThrow(/certificate/)
      await expect(appendAs(stranger)).rejects.toThrow(/certificate/)
    })
  },
)

describe.skipIf(startRedis === undefined || !hasOpenssl)(
  'Redis that asks for a certificate',
  () => {
    let redis: NativeRedis
    let url: string
    beforeAll(async () => {
      redis = await withFreePorts(async () => {
        const port = await freePort()
        url = `rediss://127.0.0.1:${port}`
        const files = ['--tls-cert-file', server.cert, '--tls-key-file', server.key]
        const clients = ['--tls-ca-cert-file', ours.cert, '--tls-auth-clients', 'yes']
        return startRedis!({ args: ['--tls-port', String(port), ...files, ...clients] })
      })
    })
    afterAll(() => redis?.stop())

    const acquireAs = async (files?: CertificateFiles) => {
      const config = readConfiguration(EBB_SETTINGS, {
        EBB_REDIS: url,
        ...identity('REDIS', files),
      })
      const engine = await connectRedisEngine(redisAddress(config))
      return engine
        .store('', 'counter')
        .acquire(0)
        .finally(() => engine.close())
    }

    test('serves whoever the settings give one', async () => {
      expect(await acquireAs(ours)).toEqual({ epoch: 1, position: undefined })
    })

    test('does not serve without one, nor with another', async () => {
      const refused = { code: 'EBB_REDIS_REFUSED' }
      await expect(acquireAs()).rejects.toMatchObject(refused)
      await expect(acquireAs(stranger)).rejects.toMatchObject(refused)
    })
  },
)

test.skipIf(!hasOpenssl)('a certificate with the key of another one is refused at once', () => {
  const mixed = { cert: ours.cert, key: stranger.key }
  const env = { EBB_REDIS: 'rediss://127.0.0.1', ...identity('REDIS', mixed) }
  const config = readConfiguration(EBB_SETTINGS, env)
  expect(() => redisAddress(config)).toThrow(
    expect.objectContaining({
      code: 'EBB_CONFIG_INVALID',
      message: expect.stringMatching(/key values mismatch/),
    }),
  )
})
