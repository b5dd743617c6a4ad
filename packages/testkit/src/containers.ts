import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { ContainerRuntimeClient, StartedTestContainer } from 'testcontainers'
import { IMAGES, type Image } from './images.ts'
import { freePort, withFreePorts } from './ports.ts'
import { type Engine, offered, type Provider, untilTrue } from './provider.ts'

const ENGINE_WITHIN_MS = 5_000
/** For an engine that has to ask a registry which never answers. */
const PULLED_WITHIN_MS = 120_000
const READY_WITHIN_MS = 60_000

/** A container, where a Docker engine answers and has the image or can pull it. */
export const inContainer =
  (image: Image): Provider =>
  () =>
    offered(async () => {
      const docker = await dockerEngine()
      return withFreePorts(() => started(docker, image))
    })

/**
 * Makes sure that servers can be had as containers: pulls the images that are not there. Throws
 * where no Docker engine answers, or an image cannot be pulled.
 */
export const pullImages = async (): Promise<void> => {
  const { client, testcontainers } = await dockerEngine()
  for (const { name } of Object.values(IMAGES)) {
    const pulled = client.image.pull(testcontainers.ImageName.fromString(name))
    await inTime(PULLED_WITHIN_MS, pulled).catch(because(`no image ${name}`))
  }
}

interface DockerEngine {
  readonly testcontainers: typeof import('testcontainers')
  readonly client: ContainerRuntimeClient
  /** Whether something else than this process removes the containers if this process is killed. */
  readonly hasReaper: boolean
}

let engine: Promise<DockerEngine> | undefined

const dockerEngine = (): Promise<DockerEngine> => {
  engine ??= foundEngine()
  return engine
}

const foundEngine = async (): Promise<DockerEngine> => {
  // Loaded late: it takes longer than most tests, and most runs do not want it.
  const testcontainers = await import('testcontainers')
  const looking = testcontainers.getContainerRuntimeClient()
  const client = await inTime(ENGINE_WITHIN_MS, looking).catch(() => {
    throw new Error('no Docker engine answers')
  })
  // It is an image of its own, which an engine may lack that has all of ours.
  const hasReaper = await inTime(PULLED_WITHIN_MS, testcontainers.getReaper(client)).then(
    () => true,
    () => false,
  )
  return { testcontainers, client, hasReaper }
}

const started = async (docker: DockerEngine, image: Image): Promise<Engine> => {
  const { host } = docker.client.info.containerRuntime
  // Known beforehand, because Kafka must tell its clients where it is.
  const port = await freePort()
  const name = `ebb-testkit-${randomUUID()}`
  const stop = (): Promise<void> => remove(docker, name)
  try {
    await inTime(PULLED_WITHIN_MS, startContainer(docker, { image, name, port }))
    if (!(await untilTrue(() => image.answers(host, port), READY_WITHIN_MS)))
      throw new Error(`it does not answer on ${host}:${port}`)
  } catch (error) {
    await stop()
    return because(`no container of ${image.name}`)(error as Error)
  }
  return { address: image.address(host, port), provider: toldOf(docker, image), stop }
}

const startContainer = (
  { testcontainers, hasReaper, client }: DockerEngine,
  { image, name, port }: { readonly image: Image; readonly name: string; readonly port: number },
): Promise<StartedTestContainer> =>
  new testcontainers.GenericContainer(image.name)
    .withName(name)
    .withExposedPorts({ container: image.port, host: port })
    .withEnvironment(image.environment(client.info.containerRuntime.host, port))
    .withCommand(image.command ?? [])
    .withStartupTimeout(READY_WITHIN_MS)
    .withAutoCleanup(hasReaper)
    .start()

const inTime = <T>(ms: number, running: Promise<T>): Promise<T> =>
  Promise.race([
    running,
    wait(ms, undefined, { ref: false }).then(() => {
      throw new Error(`not within ${ms / 1_000} s`)
    }),
  ])

/** By its name, for a container whose start failed half-way is there too. */
const remove = async ({ client }: DockerEngine, name: string): Promise<void> => {
  try {
    await client.container.getById(name).remove({ force: true, v: true })
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== NOT_FOUND) throw error
  }
}

const NOT_FOUND = 404

const toldOf = ({ hasReaper }: DockerEngine, { name }: Image): string =>
  hasReaper
    ? `container ${name}`
    : `container ${name} (no reaper: a run that is killed leaves ebb-testkit-… behind)`

const because =
  (what: string) =>
  (error: Error): never => {
    throw new Error(`${what}: ${error.message.trim()}`, { cause: error })
  }
