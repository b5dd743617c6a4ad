import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type CertificateFiles,
  canMakeCertificates,
  makeCertificate,
} from '@ebb/testkit/certificates'
import { useOwnKafka } from '@ebb/testkit/engines'
import type { NativeKafka } from '@ebb/testkit/native-kafka'
import { freePort, withFreePorts } from '@ebb/testkit/ports'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openLog, record, withTopics } from './kafka-log-fixture.ts'
import type { KafkaLogin, KafkaSettings } from './kafka-settings.ts'

const startKafka = await useOwnKafka()
const hasOpenssl = canMakeCertificates('Kafka over TLS')

const to = { topic: 'topic', partition: 0 }
let folder: string
let certificate: CertificateFiles
let broker: NativeKafka
let guarded: string

/** A broker with a second listener, behind TLS and a login, where `ebb` may do everything. */
const startGuarded = async (start: NonNullable<typeof startKafka>): Promise<NativeKafka> => {
  const [port, tlsPort, controllerPort] = [await freePort(), await freePort(), await freePort()]
  guarded = `127.0.0.1:${tlsPort}`
  const keystore = join(folder, 'keystore.pem')
  const pem = [certificate.key, certificate.cert].map((file) => readFileSync(file))
  writeFileSync(keystore, Buffer.concat(pem))
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;'
  const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule required'
  return start({
    port,
    formatArguments: ['ebb', 'stranger'].flatMap((name) => [
      '--add-scram',
      `SCRAM-SHA-512=[name=${name},password=secret]`,
    ]),
    properties: {
      listeners: `PLAINTEXT://127.0.0.1:${port},SASL_SSL://${guarded},CONTROLLER://127.0.0.1:${controllerPort}`,
      'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},SASL_SSL://${guarded}`,
      'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
      'listener.security.protocol.map':
        'PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT',
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': keystore,
      'sasl.enabled.mechanisms': 'SCRAM-SHA-512,PLAIN',
      'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': scram,
      'listener.name.sasl_ssl.plain.sasl.jaas.config': `${plain} user_ebb="secret";`,
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS;User:ebb',
    },
  })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-kafka-tls-'))
  if (startKafka === undefined || !hasOpenssl) return
  certificate = makeCertificate(folder, 'broker')
  broker = await withFreePorts(() => startGuarded(startKafka))
})
afterAll(async () => {
  await broker?.stop()
  rmSync(folder, { recursive: true })
})

const login = (own: Partial<KafkaLogin> = {}): KafkaLogin => ({
  mechanism: 'scram-sha-512',
  username: 'ebb',
  password: 'secret',
  ...own,
})

describe.skipIf(startKafka === undefined || !hasOpenssl)('Kafka over TLS with a login', () => {
  /** A topic made by the unguarded listener, and how to reach it by the guarded one. */
  const guardedSettings = async (own: Partial<KafkaSettings> = {}): Promise<KafkaSettings> => ({
    ...(await withTopics(broker.brokers, [{ name: 'topic', partitions: 1 }])),
    brokers: [guarded],
    tls: { ca: readFileSync(certificate.cert, 'utf8') },
    sasl: login(),
    ...own,
  })

  test.each(['scram-sha-512', 'plain'] as const)('serves who logs in by %s', async (mechanism) => {
    const log = await openLog(await guardedSettings({ sasl: login({ mechanism }) }))
    expect(await log.append(to, [record('a')])).toBe(0)
    expect((await log.read(to, 0, 1)).end).toBe(1)
    expect(await log.advised('group', to)).toBe(0)
  })

  test.each([
    ['a wrong password', login({ password: 'guess' })],
    ['a wrong password in the clear', login({ mechanism: 'plain', password: 'guess' })],
    ['a mechanism that the broker does not have', login({ mechanism: 'scram-sha-256' })],
  ])('halts for %s', async (_, sasl) => {
    const log = await openLog(await guardedSettings({ sasl }))
    await expect(log.partitions('topic')).rejects.toMatchObject({ code: 'EBB_KAFKA_LOGIN' })
  })

  test('halts for one who may not see the topic', async () => {
    const log = await openLog(await guardedSettings({ sasl: login({ username: 'stranger' }) }))
    await expect(log.append(to, [record('a')])).rejects.toMatchObject({ code: 'EBB_KAFKA_DENIED' })
  })

  test('refuses a broker whose certificate it does not know, unless told not to look', async () => {
    const log = await openLog(await guardedSettings({ tls: true }))
    await expect(log.partitions('topic')).rejects.toThrow(/self.signed certificate/)
    const careless = await openLog(await guardedSettings({ tls: { rejectUnauthorized: false } }))
    expect(await careless.partitions('topic')).toBe(1)
  })
})
