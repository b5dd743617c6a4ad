import { openApiDocument } from '@ebb/contracts/openapi'
import { usePostgres } from '@ebb/testkit/engines'
import { describe, expect, test } from 'vitest'
import { alertOf, rigForTest } from '../retention-fixture.ts'
import { RETENTION_REFERENCE } from './reference.ts'

const server = await usePostgres()

const { operations } = RETENTION_REFERENCE

/** The first example of a body; `undefined` where a route takes none. */
const exampleOf = (route: string): unknown =>
  Object.values(operations[route]?.body?.examples ?? {}).at(0)

/** Values of what a route made: they stand for the examples in the paths. */
const MADE: Readonly<Record<string, string>> = {
  reservations: 'reservationId',
  redemptions: 'redemptionId',
}

describe.skipIf(server === undefined)('the description of retention', () => {
  test('is served to anybody', async () => {
    const rig = await rigForTest(server!.url)
    const answer = await fetch(`${rig.service.url}/openapi.json`)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual(
      JSON.parse(JSON.stringify(openApiDocument(RETENTION_REFERENCE))),
    )
  })

  test('has examples that the service takes, each with an answer as it is described', async () => {
    const rig = await rigForTest(server!.url, { currency: 'USD' })
    await rig.alerts(alertOf({ customerId: 'u:23' }))
    const [trigger] = await rig.triggers(1)
    const known: Record<string, string> = { code: trigger!.treatment.coupon!.code }
    const statuses: [string, number][] = []
    for (const [route, operation] of Object.entries(operations)) {
      const [method = '', template = ''] = route.split(' ')
      const path = template.replace(/:(\w+)/g, (_all, name: string) => {
        const [, kind = ''] = /^\/v1\/(\w+)\/:id$/.exec(template) ?? []
        const made = known[MADE[kind] ?? name] ?? operation.path?.[name]?.example
        return encodeURIComponent(made ?? '')
      })
      const key = operation.access?.needs?.includes('coupons:redeem') ? 'shop' : 'marketer'
      const options = { key, body: exampleOf(route), idempotencyKey: '1001' }
      const { status, body } = await rig.ask(method, path, options)
      for (const name of Object.values(MADE))
        if (body?.[name] !== undefined) known[name] = body[name]
      // One who is held by a reservation cannot be taken without it: let go of it at once.
      if (route.endsWith('/reservations')) {
        const gone = await rig.ask('DELETE', `/v1/reservations/${known['reservationId']}`)
        expect(gone.status).toBe(204)
      }
      statuses.push([route, status])
    }
    const refused = statuses.filter(([, status]) => status >= 400)
    expect(refused).toEqual([
      // It was let go of above.
      ['DELETE /v1/reservations/:id', 404],
      // There is no webhook here.
      ['POST /v1/winbacks/test-send', 409],
    ])
  })
})
