import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import {
  type EmbeddedPostgres,
  embeddedPostgresUrl,
  startEmbeddedPostgres,
} from '@ebb/embedded/embedded-postgres'
import { grader } from '@ebb/insights/grading/keep-grades'
import { prepareInsights } from '@ebb/insights/read-models'
import { openPostgres, type Postgres } from '@ebb/postgres/postgres-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embeddedRecords } from '../business-records.ts'
import { checkGrades } from '../doctor/grades.ts'
import { gradesCommand } from './grades.ts'
import { type TestShop, testShop } from './shop-fixture.ts'

const records = embeddedRecords({ start: startEmbeddedPostgres, urlOf: embeddedPostgresUrl })

let shop: TestShop
let server: EmbeddedPostgres
let postgres: Postgres
beforeAll(async () => {
  shop = testShop(embeddedEngines)
  await shop.owned(async () => {})
  server = await startEmbeddedPostgres({ folder: shop.folder, durability: 'killed-process' })
  postgres = await openPostgres({
    ...{ url: server.url, schema: 'insights', applicationName: 'test' },
  })
})
afterAll(async () => {
  await postgres.close()
  await server.stop()
  shop.remove()
})

const run = (...args: string[]): Promise<string[]> =>
  shop.run((context) => gradesCommand({ ...context, records }), ...args)

/** Two months of a hundred and twenty scores in which silence told better than the model. */
const grade = async (): Promise<void> => {
  await postgres.query(
    `INSERT INTO graded_risks (risk_id, partition, customer_id, model, month, risk, at, until,
       silent_days, repeat_days, is_quiet)
     SELECT month || nth, 0, nth, 'mine', month, (nth % 7) / 10.0, 0, 1,
       CASE WHEN nth % 2 = 0 THEN 90 ELSE 10 END, 0, nth % 2 = 0
     FROM generate_series(1, 120) AS nth, unnest(ARRAY['2026-04', '2026-05']) AS month`,
  )
  const clock = Date.UTC(2026, 5, 2)
  await postgres.query('INSERT INTO grading_days VALUES (0, 1, $1)', [clock])
  // As it was before the single risks went.
  await postgres.query('UPDATE graded_risks SET until = $1', [clock])
  await grader({ postgres, timeZone: 'UTC', onGraded: async () => {} })()
}

describe('ebb grades', () => {
  test('says so where nothing was scored; the doctor has nothing to say', async () => {
    expect(await checkGrades(postgres, 'UTC')).toBeUndefined()
    expect(await run()).toEqual([])
    expect(shop.told.at(-1)).toMatch(/^Nothing was scored/)
    await prepareInsights(postgres)
    expect(await checkGrades(postgres, 'UTC')).toEqual({
      ...{ name: 'model', status: 'ok', found: 'shipped-1 in force; no month is graded yet' },
    })
  })

  test('shows a line a month beside the rules, and which of them did better', async () => {
    await grade()
    const [head, last, first, beaten, ...rest] = await run()
    expect(head).toMatch(/^month +model +scored +graded +risk +quiet +AUC/)
    expect(last).toMatch(/^2026-05 +in force +120 +120 +\d+% +50% .* 1\.000 !/)
    expect(first).toMatch(/^2026-04 /)
    expect(beaten).toContain('The rule silence was surely better than the model 2 months in a row')
    expect(rest).toEqual([])
    expect((await run('--versions'))[1]).toMatch(/^2026-05 +mine /)
    expect(await checkGrades(postgres, 'UTC')).toMatchObject({ name: 'model', status: 'warn' })
  })

  test('prints all that is measured for programs', async () => {
    const [line] = await run('--json')
    const { months, beaten } = JSON.parse(line!)
    expect(beaten).toEqual([{ rule: 'silence', months: 2 }])
    expect(months[0]).toMatchObject({ month: '2026-05', isComplete: true, quietRate: 0.5 })
  })
})
