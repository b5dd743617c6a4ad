import { mkdtempSync, rmSync, appendFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EVENTS, REJECTS } from '@ebb/contracts/topics'
import { openKafkaEventLog } from '@ebb/kafka/kafka-event-log'
import { applyTopics, planTopics } from '@ebb/kafka/kafka-topics'
import { useOwnKafka } from '@ebb/testkit/engines'
import { test } from 'vitest'
import { createCollector } from './collector.ts'
import { memoryPorts, SHOP, WRITE_KEY } from './collector-fixture.ts'
import { heardLogger } from './spool-fixture.ts'
const say = (...x: unknown[]) => appendFileSync('/tmp/r4.txt', x.join(' ') + '\n')
const startKafka = await useOwnKafka()
test('r4', { timeout: 400_000 }, async () => {
  const kafka = await startKafka!()
  const folder = mkdtempSync(join(tmpdir(), 'ebb-collector-'))
  const settings = { brokers: kafka.brokers, clientId: 'test', now: Date.now }
  const topics = [EVENTS, REJECTS].map((name) => ({ name, partitions: 24, config: {} }))
  await applyTopics(settings, await planTopics(settings, topics))
  const log = await openKafkaEventLog(settings)
  const { logger, messages } = heardLogger()
  const { app, spooled, stop } = await createCollector({ ...memoryPorts(), log, logger }, { ...SHOP, spool: { folder, limitBytes: 1e9 } })
  const accepted: string[] = []; const statuses: Record<number, number> = {}; const lat: number[] = []
  const t0 = performance.now(); const since = () => ((performance.now() - t0) / 1000).toFixed(1)
  let n = 0
  const one = async () => {
    const ids = Array.from({ length: 10 }, () => `e${n++}`)
    const body = JSON.stringify(ids.map((messageId) => ({ event: 'Product Viewed', userId: `c${n % 5000}`, messageId, properties: { sku: 'x'.repeat(250) } })))
    const at = performance.now()
    const r = await app.inject({ method: 'POST', url: '/v1/events', headers: { authorization: `Bearer ${WRITE_KEY}` }, body })
    lat.push(performance.now() - at); statuses[r.statusCode] = (statuses[r.statusCode] ?? 0) + 1
    if (r.statusCode === 200) accepted.push(...ids)
  }
  const open = new Set<Promise<void>>()
  let running = true
  const RATE = 1000
  const loader = (async () => { const s = performance.now(); let sent = 0; while (running) { const due = Math.floor((performance.now() - s) / 1000 * RATE / 10); while (sent < due) { sent++; const p = one(); open.add(p); void p.finally(() => open.delete(p)) } await new Promise((r) => setTimeout(r, 5)) } })()
  const wait = (ms: number) => new Promise((r) => setTimeout(r, ms))
  const quant = (xs: number[]) => { xs.sort((a, b) => a - b); return [0.5, 0.99, 1].map((q) => xs[Math.min(xs.length - 1, Math.floor(q * xs.length))]?.toFixed(1)).join('/') }
  await wait(5000); say(since(), 'direct', JSON.stringify(statuses), quant(lat)); lat.length = 0
  await kafka.kill('SIGKILL'); say(since(), 'killed')
  const marks = process.cpuUsage()
  await wait(60_000); const c = process.cpuUsage(marks); say(since(), 'outage', JSON.stringify(statuses), quant(lat), 'spooled', spooled(), 'cpu us/event', ((c.user + c.system) / 60_000).toFixed(1)); lat.length = 0
  await kafka.restart(); const back = performance.now(); say(since(), 'broker back')
  while (spooled() > 0) { await wait(20) }
  say(since(), 'drained after', ((performance.now() - back) / 1000).toFixed(2), 's', quant(lat)); lat.length = 0
  await wait(5000); say(since(), 'after', JSON.stringify(statuses), quant(lat), messages.join(' | '))
  running = false; await loader; await Promise.all(open)
  const ids = new Map<string, number>(); 
  for (let partition = 0; partition < 24; partition++) for (let from = 0; ;) { const { records } = await log.read({ topic: EVENTS, partition }, from, 1000); for (const { headers } of records) { const id = headers['ce_id']!; ids.set(id, (ids.get(id) ?? 0) + 1) } if (!records.length) break; from = records.at(-1)!.offset + 1 }
  say('accepted', accepted.length, 'lost', accepted.filter((id) => !ids.has(id)).length, 'twice', [...ids.values()].filter((x) => x > 1).length)
  await stop(); await log.close(); await kafka.stop(); rmSync(folder, { recursive: true })
})
