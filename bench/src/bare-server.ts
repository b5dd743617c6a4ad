import fastify from 'fastify'
import { type BenchCollector, EVENTS_PATH, targetAt } from './bench-collector.ts'
import type { Workload } from './benchmark.ts'

/** A Fastify server as it comes: the framework parses the body, the handler counts and forgets. */
export const openBareServer = async (): Promise<Workload> => {
  const app = fastify()
  let events = 0
  app.post<{ Body: { batch?: readonly unknown[] } }>(EVENTS_PATH, async ({ body }) => {
    events += body.batch?.length ?? 1
    return { success: true }
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const stop = () => app.close()
  return countingServer({ target: targetAt(url, ''), stop }, async () => events)
}

/** A server whose round is the load; what counts is what has arrived. */
export const countingServer = (
  { target, stop }: BenchCollector,
  arrived: () => Promise<number>,
): Workload => ({
  target,
  prepare: async () => {
    const before = await arrived()
    return {
      run: async (load) => {
        await load()
        return (await arrived()) - before
      },
    }
  },
  close: stop,
})
