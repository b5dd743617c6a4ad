import { type Command, InvalidArgumentError } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { EBB_SETTINGS, type EbbConfig } from '../config.ts'

const NAMES = ['collector', 'features', 'retention', 'insights'] as const
type Name = (typeof NAMES)[number]

/** The settings that say where the services answer. */
export type ServiceConfig = Pick<EbbConfig, 'host' | `${Name}Port` | `${Name}Url`>

/** What options of a command line say in place of that. */
export type ServiceOptions = Partial<Pick<EbbConfig, 'host' | `${Name}Port`>>

/** Options for whoever has services elsewhere. */
export const serviceOptions = (command: Command, config: ServiceConfig): Command =>
  NAMES.reduce(
    (all, name) => {
      const what = `port of ${name === 'collector' ? 'the collector' : name}`
      const usual = serviceOf(name, config, {}).url
      return all.option(`--${name}-port <port>`, `${what} (default: ${usual})`, parsePort)
    },
    command.option('--host <address>', `where the services listen (default: ${config.host})`),
  )

const parsePort = (text: string): number => {
  const port = Number(text)
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port
  throw new InvalidArgumentError('Give a port from 1 to 65535.')
}

/** An HTTP interface that should answer. */
export interface Service {
  readonly name: Name
  /** Without a path. */
  readonly url: string
  /** The environment variable for its address. */
  readonly variable: string
  /** The address is that of the variable. */
  readonly isNamed: boolean
}

/** Options come before the address of the environment, and that before host and port. */
const serviceOf = (name: Name, config: ServiceConfig, options: ServiceOptions): Service => {
  const { host, [`${name}Port` as const]: port } = options
  const named = config[`${name}Url`]
  const isNamed = named !== '' && host === undefined && port === undefined
  const { env: variable } = EBB_SETTINGS[`${name}Url`]
  if (isNamed) return { name, url: named, variable, isNamed }
  const url = `http://${host ?? config.host}:${port ?? config[`${name}Port`]}`
  return { name, url, variable, isNamed }
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
  { records, interrupted }: Pick<CliContext, 'records' | 'interrupted'>,
  config: ServiceConfig,
  options: ServiceOptions,
): Promise<Probed[]> => {
  const names = records === undefined ? NAMES.slice(0, 2) : NAMES
  return Promise.all(
    names.map(async (name) => {
      const service = serviceOf(name, config, options)
      return { ...service, answer: await readinessOf(service.url, interrupted) }
    }),
  )
}

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
