import { type Command, InvalidArgumentError } from 'commander'
import type { CliContext } from '../cli-context.ts'
import type { EbbConfig } from '../config.ts'

/** Where the services listen. */
export interface ServiceAddresses {
  readonly host: string
  readonly collectorPort: number
  readonly featuresPort: number
  readonly retentionPort: number
  readonly insightsPort: number
}

/** The settings that say so. */
export type ServiceConfig = Pick<EbbConfig, keyof ServiceAddresses>

/** Options for whoever has services elsewhere. */
export const serviceOptions = (command: Command, config: ServiceConfig): Command =>
  command
    .option('--host <address>', 'where the services listen', config.host)
    .option('--collector-port <port>', 'port of the collector', parsePort, config.collectorPort)
    .option('--features-port <port>', 'port of features', parsePort, config.featuresPort)
    .option('--retention-port <port>', 'port of retention', parsePort, config.retentionPort)
    .option('--insights-port <port>', 'port of insights', parsePort, config.insightsPort)

const parsePort = (text: string): number => {
  const port = Number(text)
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port
  throw new InvalidArgumentError('Give a port from 1 to 65535.')
}

/** An HTTP interface that should answer. */
export interface Service {
  readonly name: string
  /** Without a path. */
  readonly url: string
}

const servicesOf = (
  { records }: Pick<CliContext, 'records'>,
  { host, collectorPort, featuresPort, retentionPort, insightsPort }: ServiceAddresses,
): Service[] => {
  const ports = [
    ['collector', collectorPort],
    ['features', featuresPort],
    ...(records === undefined
      ? []
      : ([
          ['retention', retentionPort],
          ['insights', insightsPort],
        ] as const)),
  ] as const
  return ports.map(([name, port]) => ({ name, url: `http://${host}:${port}` }))
}

/** What a service says of itself. */
export interface Readiness {
  readonly isReady: boolean
  readonly status: number
  /** What is not just `ok`, by the names of its checks. */
  readonly told: string
}

/** Longer than a service waits for an engine before it says that it is away. */
const PATIENCE_MS = 5_000

/** A service, and what it says; nothing where nobody answers. */
export interface Probed extends Service {
  readonly answer: Readiness | undefined
}

/** Asks the services that there should be; those with business records only where there are any. */
export const probeServices = (
  context: Pick<CliContext, 'records' | 'interrupted'>,
  addresses: ServiceAddresses,
): Promise<Probed[]> =>
  Promise.all(
    servicesOf(context, addresses).map(async (service) => ({
      ...service,
      answer: await readinessOf(service.url, context.interrupted),
    })),
  )

const readinessOf = async (
  url: string,
  interrupted: AbortSignal,
): Promise<Readiness | undefined> => {
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(PATIENCE_MS)])
  try {
    const answer = await fetch(`${url}/readyz`, { signal })
    return { isReady: answer.ok, status: answer.status, told: unusualIn(await beginning(answer)) }
  } catch {
    return undefined
  }
}

const LONGEST_ANSWER = 65_536

/** Something else may listen there, and may never come to an end. */
const beginning = async (answer: Response): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ''
  for await (const part of answer.body ?? []) {
    text += decoder.decode(part, { stream: true })
    if (text.length > LONGEST_ANSWER) break
  }
  return text.slice(0, LONGEST_ANSWER)
}

const unusualIn = (body: string): string => {
  try {
    const { checks = {} } = JSON.parse(body) as { readonly checks?: Record<string, string> }
    const unusual = Object.entries(checks).filter(([, told]) => told !== 'ok')
    return unusual.map(([name, told]) => `${name}: ${String(told)}`).join('; ')
  } catch {
    return body.slice(0, 200)
  }
}
