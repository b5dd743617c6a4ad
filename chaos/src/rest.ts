import type { NodeProcess } from '@ebb/testkit/node-process'
import { lagOf, type PipelineView, type ProcessorName, standingsOf } from './pipeline-view.ts'
import { until } from './until.ts'

/** Resolves when a processor has handled all of its input, and a tick of this instant or later. */
export const untilCaughtUp = async (
  view: PipelineView,
  name: ProcessorName,
  tickSince = 0,
): Promise<void> => {
  const what = `${name} to catch up, and to hear a tick`
  await until({ what }, async () =>
    (await standingsOf(view, name)).every(
      ({ offset, end, clock }) => offset >= end && clock >= tickSince,
    ),
  )
}

/** The services that run when a load is over. */
export interface RunningServices {
  readonly features: readonly NodeProcess[]
  readonly scorers: readonly NodeProcess[]
  startFeatures(): Promise<NodeProcess>
}

/**
 * Brings a pipeline to rest: all that is in the log is handled, and no process appends any more.
 * Services end as they are told to, with 0.
 */
export const comeToRest = async (view: PipelineView, services: RunningServices): Promise<void> => {
  await untilCaughtUp(view, 'features')
  let { features } = services
  for (;;) {
    await endInOrder(features)
    if ((await lagOf(view, 'features')) === 0) break
    // A tick was appended that nobody has handled: somebody has to.
    features = [await services.startFeatures()]
    await untilCaughtUp(view, 'features')
  }
  await untilCaughtUp(view, 'scorer')
  await endInOrder(services.scorers)
}

/** Ends processes by SIGTERM. Throws where one ends with a fault, or had ended before. */
export const endInOrder = async (services: readonly NodeProcess[]): Promise<void> => {
  await Promise.all(services.map((service) => service.kill('SIGTERM')))
  for (const service of services) {
    const { code, signal } = await service.ended
    if (code !== 0) throw new Error(`${service.name} ended with ${code ?? signal}`)
  }
}
