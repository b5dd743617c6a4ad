import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import {
  type EmbeddedPostgres,
  embeddedPostgresUrl,
  startEmbeddedPostgres,
} from '@ebb/embedded/embedded-postgres'
import { openPostgres } from '@ebb/postgres/postgres-client'
import { defaultPolicyText } from '@ebb/retention/policy/default-policy'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embeddedRecords } from '../business-records.ts'
import type { CliContext } from '../cli-context.ts'
import { pauseCommand, resumeCommand } from './pause.ts'
import { policyCommand } from './policy.ts'
import { type TestShop, testShop } from './shop-fixture.ts'
import { winbacksCommand } from './winbacks.ts'

const records = embeddedRecords({ start: startEmbeddedPostgres, urlOf: embeddedPostgresUrl })

let shop: TestShop
let server: EmbeddedPostgres
beforeAll(async () => {
  shop = testShop(embeddedEngines)
  await shop.owned(async () => {})
  server = await startEmbeddedPostgres({ folder: shop.folder, durability: 'killed-process' })
})
afterAll(async () => {
  await server.stop()
  shop.remove()
})

/** Gives a command line to a command that has a PostgreSQL; resolves to what it printed. */
const run = (command: (context: CliContext) => Command, ...args: string[]): Promise<string[]> =>
  shop.run((context) => command({ ...context, records }), ...args)

const policyFile = (text: string): string => {
  const file = join(shop.folder, 'policy.yaml')
  writeFileSync(file, text)
  return file
}

describe('ebb policy', () => {
  test('finds nothing wrong with the shipped one, and all that is wrong with another', async () => {
    const [line] = await run(policyCommand, 'check', policyFile(defaultPolicyText))
    expect(line).toMatch(/^Nothing is wrong with it: "Default", .* amounts in EUR\.$/)
    const bad = defaultPolicyText
      .replace('holdOut: 0.10', 'holdOut: 7')
      .replace('treat: [recommendations]', 'treat: [recomendations]')
    const checked = run(policyCommand, 'check', policyFile(bad))
    await expect(checked).rejects.toThrow(/EBB_POLICY_INVALID[\s\S]*holdOut[\s\S]*recomendations/)
  })

  test('is applied as the next version, once, and shown as it was written', async () => {
    const text = defaultPolicyText.replace('name: Default', 'name: Ours')
    const file = policyFile(text)
    expect(await run(policyCommand, 'apply', file)).toEqual(['In force as version 2.'])
    expect(await run(policyCommand, 'apply', file)).toEqual([
      'It is in force already, as version 2.',
    ])
    expect(await run(policyCommand, 'show')).toEqual([text.trimEnd()])
    expect(shop.told.at(-1)).toBe('Version 2:')
  })

  test('says which file is missing', async () => {
    const applied = run(policyCommand, 'apply', join(shop.folder, 'none.yaml'))
    await expect(applied).rejects.toMatchObject({ code: 'EBB_POLICY_FILE' })
  })

  test('prints its JSON Schema, the one that stands among the examples', async () => {
    const [schema] = await run(policyCommand, 'schema')
    const file = new URL('../../../../examples/policies/policy.schema.json', import.meta.url)
    expect(JSON.parse(schema!)).toEqual(JSON.parse(readFileSync(file, 'utf8')))
  })
})

const modeNow = async (): Promise<string> =>
  JSON.parse((await run(winbacksCommand, 'summary')).join('\n')).mode

describe('ebb winbacks, pause and resume', () => {
  test('begin in shadow, go live, pause, and go on as they were', async () => {
    expect(await modeNow()).toBe('shadow')
    await run(winbacksCommand, 'live')
    expect(await modeNow()).toBe('live')
    expect(await run(pauseCommand, 'winbacks')).toEqual(['Win-backs are paused.'])
    expect(await modeNow()).toBe('paused')
    await run(pauseCommand, 'winbacks')
    expect(await run(resumeCommand, 'winbacks')).toEqual(['Win-backs go on in the mode live.'])
    expect(await modeNow()).toBe('live')
  })

  test('pause alerts by a record for the log, in the order it was asked', async () => {
    await run(pauseCommand, 'alerts')
    await run(resumeCommand, 'alerts')
    const postgres = await openPostgres({
      ...{ url: server.url, schema: 'retention', applicationName: 'test' },
    })
    const rows = await postgres.query<{ topic: string; value: Buffer }>(
      'SELECT topic, value FROM outbox ORDER BY position',
    )
    await postgres.close()
    expect(rows.map(({ topic, value }) => [topic, value.toString()])).toEqual([
      ['ebb.installation.v1', '{"alertsPaused":true}'],
      ['ebb.installation.v1', '{"alertsPaused":false}'],
    ])
  })

  test('pause nothing in a folder where nothing was begun, and make nothing there', async () => {
    const none = join(shop.folder, 'none')
    for (const what of ['alerts', 'winbacks']) {
      const paused = run(pauseCommand, what, '--data', none)
      await expect(paused).rejects.toMatchObject({ code: 'EBB_DATA_EMPTY' })
    }
    expect(existsSync(none)).toBe(false)
  })

  test('leave customers alone, and treat them again', async () => {
    await run(winbacksCommand, 'exclude', 'u:42', '--note', 'asked us to stop')
    expect((await run(winbacksCommand, 'exclusions')).join('\n')).toMatch(/u:42 .*asked us to stop/)
    expect(await run(winbacksCommand, 'include', 'u:42')).toEqual(['u:42 is treated again.'])
    expect(await run(winbacksCommand, 'include', 'u:42')).toEqual(['u:42 was not excluded.'])
    expect(await run(winbacksCommand, 'exclusions')).toEqual([])
  })

  test('list nothing before there was an alert', async () => {
    expect(await run(winbacksCommand, 'list')).toEqual([])
    expect(shop.told.at(-1)).toMatch(/^No decisions yet/)
  })

  test('need PostgreSQL on shared engines, and say so', async () => {
    const asked = shop.run(winbacksCommand, 'list')
    await expect(asked).rejects.toMatchObject({ code: 'EBB_RECORDS_MISSING' })
  })
})
