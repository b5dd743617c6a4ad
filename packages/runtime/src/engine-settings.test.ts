import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Environment, readConfiguration } from './configuration.ts'
import {
  KAFKA_SETTINGS,
  kafkaConnection,
  REDIS_SETTINGS,
  redisAddress,
  schemaOf,
} from './engine-settings.ts'

const kafka = (env: Environment) =>
  kafkaConnection(readConfiguration(KAFKA_SETTINGS, { EBB_KAFKA: 'one:9092', ...env }))
const redis = (env: Environment) => redisAddress(readConfiguration(REDIS_SETTINGS, env))
const invalid = expect.objectContaining({ code: 'EBB_CONFIG_INVALID' })

let folder: string
let certificates: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-settings-'))
  certificates = join(folder, 'ca.pem')
  writeFileSync(certificates, AUTHORITY)
})
afterEach(() => rmSync(folder, { recursive: true }))

const AUTHORITY = rootCertificates[0]!

test.each([
  [kafka, { EBB_KAFKA_TLS: 'yes' }, 'EBB_KAFKA_CA'],
  [redis, { EBB_REDIS: 'rediss://localhost' }, 'EBB_REDIS_CA'],
] as const)('who is trusted is a certificate: %o', (read, env, setting) => {
  const garbage = join(folder, 'garbage.pem')
  writeFileSync(garbage, 'not a certificate')
  expect(() => read({ ...env, [setting]: garbage })).toThrow(`${setting}=${garbage}`)
})

describe('the connection to Kafka', () => {
  test('is plain unless it is told otherwise', () => {
    expect(kafka({ EBB_KAFKA: 'one:9092,[::1]:9093' })).toEqual({
      brokers: ['one:9092', '[::1]:9093'],
      compression: 'none',
    })
  })

  test('has TLS and a login where they are set', () => {
    const login = { EBB_KAFKA_USERNAME: 'ebb', EBB_KAFKA_PASSWORD: 'secret' }
    const tls = { EBB_KAFKA_TLS: 'yes', EBB_KAFKA_CA: certificates }
    expect(kafka({ ...tls, ...login, EBB_KAFKA_SASL: 'scram-sha-512' })).toMatchObject({
      tls: { ca: AUTHORITY },
      sasl: { mechanism: 'scram-sha-512', username: 'ebb', password: 'secret' },
    })
    expect(kafka({ EBB_KAFKA_TLS: 'yes' }).tls).toEqual({})
  })

  test.each([
    [{ EBB_KAFKA_CERT: '/ours.crt', EBB_KAFKA_KEY: '/ours.key' }, 'EBB_KAFKA_CERT is set, and'],
    [{ EBB_KAFKA_KEY: '/ours.key' }, 'EBB_KAFKA_KEY is set, and'],
  ])('would have no effect with %o', (env, why) => {
    expect(() => kafka(env)).toThrow(why)
  })

  test.each([
    { EBB_KAFKA: 'one' },
    { EBB_KAFKA: 'one:0' },
    { EBB_KAFKA: 'one:65536' },
    { EBB_KAFKA: 'one:9092,' },
    { EBB_KAFKA_CA: '/somewhere.pem' },
    { EBB_KAFKA_TLS: 'yes', EBB_KAFKA_CA: '/nowhere/ca.pem' },
    { EBB_KAFKA_USERNAME: 'ebb' },
    { EBB_KAFKA_PASSWORD: 'secret' },
  ])('%o is refused', (env) => {
    expect(() => kafka(env)).toThrow(invalid)
  })
})

describe('the address of Redis', () => {
  test('may be a cluster with TLS', () => {
    const url = 'rediss://ebb:secret@one:7000,two:7001'
    const env = { EBB_REDIS: url, EBB_REDIS_CLUSTER: 'yes', EBB_REDIS_CA: certificates }
    expect(redis(env)).toEqual({ url, cluster: true, tls: { ca: AUTHORITY } })
  })

  test.each(['one:6379', 'http://one', 'redis://', 'redis://one, two'])('%s is refused', (url) => {
    expect(() => redis({ EBB_REDIS: url })).toThrow(invalid)
  })
})

describe.each([
  ['KAFKA', (env: Environment) => kafka({ EBB_KAFKA_TLS: 'yes', ...env })],
  ['REDIS', (env: Environment) => redis({ EBB_REDIS: 'rediss://one', ...env })],
])('the client certificate for %s', (engine, read) => {
  const named = (files: { readonly cert?: string; readonly key?: string }): Environment => ({
    [`EBB_${engine}_CERT`]: files.cert,
    [`EBB_${engine}_KEY`]: files.key,
  })

  test('is refused without its key, and a key without a certificate', () => {
    const [cert, key] = [`EBB_${engine}_CERT`, `EBB_${engine}_KEY`]
    expect(() => read(named({ cert: certificates }))).toThrow(`${cert} is set, ${key} is not`)
    expect(() => read(named({ key: certificates }))).toThrow(`${key} is set, ${cert} is not`)
  })

  test('is refused where a file cannot be read, which is named', () => {
    const files = named({ cert: certificates, key: '/nowhere/ours.key' })
    expect(() => read(files)).toThrow(`EBB_${engine}_KEY=/nowhere/ours.key`)
    expect(() => read(files)).toThrow(invalid)
  })

  test('is refused where it is none', () => {
    const files = named({ cert: certificates, key: certificates })
    expect(() => read(files)).toThrow(`EBB_${engine}_CERT=${certificates}`)
    expect(() => read(files)).toThrow(invalid)
  })
})

test('every namespace has schemas of its own, which PostgreSQL can name', () => {
  const namespaces = [
    '',
    'shop',
    'shop.a',
    'shop-a',
    'shop_a',
    '1',
    'x'.repeat(200),
    'x'.repeat(201),
  ]
  const schemas = namespaces.map((namespace) => schemaOf(namespace, 'retention'))
  expect(new Set(schemas).size).toBe(namespaces.length)
  for (const schema of schemas) expect(schema).toMatch(/^[a-z_][a-z0-9_]{0,62}$/)
})
