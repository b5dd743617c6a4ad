import { randomBytes } from 'node:crypto'
import { usePostgres } from '@ebb/testkit/engines'
import fastify from 'fastify'
import { Webhook } from 'standardwebhooks'
import { describe, expect, onTestFinished, test } from 'vitest'
import { setMode } from '../ledger/settings.ts'
import { alertOf, DAY_MS, NOON, rigForTest, waitUntil } from '../retention-fixture.ts'
import { sendWebhook, type WebhookMessage } from './send-webhook.ts'
import { webhookSender } from './webhook-sender.ts'
import { webhookOf } from './webhook-settings.ts'

const postgres = await usePostgres()

const secret = `whsec_${randomBytes(32).toString('base64')}`

interface Received {
  readonly headers: Record<string, string>
  readonly body: string
}

/** A receiver that answers with a status, and what it received. */
const receiverOf = async (status: number): Promise<{ url: string; received: Received[] }> => {
  const received: Received[] = []
  const app = fastify()
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.post('/hook', async (request, reply) => {
    received.push({
      headers: request.headers as Record<string, string>,
      body: request.body as string,
    })
    return reply.code(status).send()
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => app.close())
  return { url: `${url}/hook`, received }
}

const message = (): WebhookMessage => ({
  id: 'decision-1',
  type: 'winback',
  data: { decisionId: 'decision-1' } as WebhookMessage['data'],
})

describe.skipIf(postgres === undefined)('a trigger', () => {
  test('reaches the webhook once it is published, signed as the public library verifies', async () => {
    const { url, received } = await receiverOf(200)
    const webhook = { url, secret, allowedHosts: ['127.0.0.1'] }
    const rig = await rigForTest(postgres!.url, { webhook })
    await rig.alerts(alertOf())
    const [trigger] = await rig.triggers(1)
    await waitUntil(async () => received.length > 0)
    const [{ headers, body }] = received as [Received]
    expect(new Webhook(secret).verify(body, headers)).toMatchObject({
      type: 'winback',
      data: trigger,
    })
    expect(headers['webhook-id']).toBe(trigger?.decisionId)
    const stranger = new Webhook(`whsec_${randomBytes(32).toString('base64')}`)
    expect(() => stranger.verify(body, headers)).toThrow()
    expect(() => new Webhook(secret).verify(body.replace('ann', 'bob'), headers)).toThrow()
  })

  test('that the webhook does not take is on the topic all the same, and its outcome is kept', async () => {
    const { url, received } = await receiverOf(500)
    const rig = await rigForTest(postgres!.url, {
      webhook: { url, secret, allowedHosts: ['127.0.0.1'] },
    })
    await rig.alerts(alertOf())
    await rig.triggers(1)
    const outcomes = () => rig.postgres.query('SELECT outcome FROM webhooks')
    await waitUntil(async () => (await outcomes())[0]?.['outcome'] === 'answered 500')
    const { body } = await rig.ask('GET', '/v1/winbacks/decisions', { key: 'reader' })
    expect(body.decisions).toMatchObject([{ status: 'sent', webhook: 'answered 500' }])
    expect(received).toHaveLength(1)
  })

  test('is not sent to the webhook while win-backs are paused, nor when its time is over', async () => {
    const { url, received } = await receiverOf(200)
    const rig = await rigForTest(postgres!.url)
    await rig.alerts(alertOf(), alertOf({ customerId: 'u:bob' }))
    await rig.triggers(2)
    await rig.postgres.query('INSERT INTO webhooks (decision_id) SELECT decision_id FROM decisions')
    await setMode(rig.postgres, 'paused')
    const faults: string[] = []
    let now = NOON
    let looks = 0
    const transaction: typeof rig.postgres.transaction = (work) => {
      looks += 1
      return rig.postgres.transaction(work)
    }
    const sender = webhookSender({
      postgres: { ...rig.postgres, transaction },
      webhook: { url, secret, allowedHosts: ['127.0.0.1'] },
      at: () => ({ now, wallNow: now }),
      onRefused: ({ outcome }) => faults.push(outcome),
      onRetry: (error) => faults.push(error.message),
      onHalt: (error) => {
        throw error
      },
    })
    onTestFinished(sender.stop)
    // The second look begins when the first has ended.
    await waitUntil(async () => looks > 1)
    expect(received).toEqual([])
    now = NOON + 30 * DAY_MS
    await setMode(rig.postgres, 'live')
    sender.wake()
    await waitUntil(async () => faults.length === 2)
    expect(faults.join()).toContain('its time was over')
    expect(received).toEqual([])
  })

  test('can be tried out: a test send says what came of it', async () => {
    const { url, received } = await receiverOf(204)
    const rig = await rigForTest(postgres!.url, {
      webhook: { url, secret, allowedHosts: ['127.0.0.1'] },
    })
    const { body } = await rig.ask('POST', '/v1/winbacks/test-send', { key: 'marketer' })
    expect(body).toMatchObject({ outcome: 'delivered', url })
    expect(JSON.parse(received[0]!.body)).toMatchObject({ type: 'winback.test', data: body.data })
  })

  test('cannot be tried out where no webhook is set', async () => {
    const rig = await rigForTest(postgres!.url)
    const { status, body } = await rig.ask('POST', '/v1/winbacks/test-send', { key: 'marketer' })
    expect([status, body.error.code]).toEqual([409, 'EBB_WEBHOOK_MISSING'])
  })
})

describe('an address that is not for the outside', () => {
  test('is sent nothing unless it is allowed by name (S4)', async () => {
    const { url, received } = await receiverOf(200)
    const { port } = new URL(url)
    const hosts = ['127.0.0.1', 'localhost', '[::1]', '0.0.0.0', '127.1', '2130706433', '0x7f.1']
    for (const host of hosts) {
      const target = `http://${host}:${port}/hook`
      const outcome = await sendWebhook({ url: target, secret, allowedHosts: [] }, message())
      expect(`${host}: ${outcome}`).toMatch(/not allowed|private/i)
    }
    expect(received).toEqual([])
    expect(await sendWebhook({ url, secret, allowedHosts: ['127.0.0.1'] }, message())).toBe(
      'delivered',
    )
  })

  test.each([
    ['private', '10.0.0.1'],
    ['private', '192.168.1.1'],
    ['private', '172.16.0.1'],
    ['link-local', '169.254.1.1'],
    ['metadata', '169.254.169.254'],
    ['unique local', '[fd00::1]'],
    ['mapped', '[::ffff:10.0.0.1]'],
  ])('%s %s is refused', async (_what, host) => {
    const url = `http://${host}/hook`
    const outcome = await sendWebhook({ url, secret, allowedHosts: [] }, message())
    expect(outcome).toMatch(/not allowed|private/i)
  })

  test('is not reached by a redirect either', async () => {
    const app = fastify()
    let reached = 0
    app.post('/hook', async (_request, reply) =>
      reply.code(302).header('location', '/inner').send(),
    )
    app.all('/inner', async () => {
      reached += 1
      return {}
    })
    const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/hook`
    onTestFinished(() => app.close())
    const outcome = await sendWebhook({ url, secret, allowedHosts: ['127.0.0.1'] }, message())
    expect([outcome, reached]).toEqual(['answered 302', 0])
  })
})

describe('the settings of the webhook', () => {
  const settings = {
    webhookUrl: 'https://crm.example/hook',
    webhookSecret: secret,
    webhookAllow: '',
  }

  test('name a webhook, or none', () => {
    expect(webhookOf(settings)).toEqual({
      ...{ url: settings.webhookUrl, secret },
      allowedHosts: [],
    })
    expect(webhookOf({ ...settings, webhookUrl: '' })).toBeUndefined()
  })

  test.each([
    ['without a secret', { webhookSecret: '' }],
    ['that is not encrypted', { webhookUrl: 'http://crm.example/hook' }],
  ])('%s are refused', (_what, over) => {
    expect(() => webhookOf({ ...settings, ...over })).toThrow(
      expect.objectContaining({ code: 'EBB_CONFIG_INVALID' }),
    )
  })
})
