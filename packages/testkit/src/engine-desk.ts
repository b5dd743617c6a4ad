import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chromiumProgram } from './chromium-program.ts'
import { composeProgram } from './compose.ts'
import { pullImages } from './containers.ts'
import { kafkaProgram } from './kafka-jars.ts'
import { type Engine, type EngineName, type Missing, withoutPassword } from './provider.ts'
import { redisProgram } from './redis-program.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where test files ask for servers. */
    engineDesk: string
  }
}

/** What a test file may ask the desk for: a shared server, or leave to start servers of its own. */
export type Wanted = EngineName | 'own-kafka' | 'own-redis' | 'docker' | 'compose' | 'chromium'

/** The desk's answer. */
export type Answer =
  | { readonly address: string; readonly provider: string }
  | { readonly missing: string; readonly isRequired: boolean }

/** What the desk is told once. */
export interface DeskSettings {
  readonly bringUp: (name: EngineName) => Promise<Engine | Missing>
  readonly required: ReadonlySet<string>
  /** Told of each server as it comes up. */
  readonly say: (line: string) => void
}

/** Hands servers out to the processes that run test files. */
export interface EngineDesk {
  readonly url: string
  /** One line for each test file that went without what it asked for. */
  notRun(): string[]
  /** Stops all that was brought up. */
  close(): Promise<void>
}

/**
 * Opens the desk, on a port of 127.0.0.1. A server is brought up when the first test file asks for
 * it, and is the same for all.
 */
export const openEngineDesk = async (settings: DeskSettings): Promise<EngineDesk> => {
  const asked = new Map<Wanted, Promise<Engine | Missing>>()
  const notRun = new Set<string>()
  const answerTo = async (wanted: Wanted, suite: string): Promise<Answer> => {
    if (!asked.has(wanted)) asked.set(wanted, announced(settings, wanted))
    const found = await asked.get(wanted)!
    if (!('missing' in found)) return { address: found.address, provider: found.provider }
    const engine = wanted === 'compose' ? 'docker' : wanted.replace('own-', '')
    notRun.add(`NOT RUN: ${suite} needs ${engine}: ${found.missing}`)
    return { ...found, isRequired: settings.required.has(engine) }
  }
  const server = createServer((request, response) => void serve(answerTo, request, response))
  server.listen(0, '127.0.0.1').unref()
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    notRun: () => [...notRun].sort(),
    close: async () => {
      server.close()
      server.closeAllConnections()
      await Promise.all([...asked.values()].map(stopped))
    },
  }
}

const announced = async (settings: DeskSettings, wanted: Wanted): Promise<Engine | Missing> => {
  if (wanted === 'own-kafka') return permitted(kafkaProgram)
  if (wanted === 'own-redis') return permitted(redisProgram)
  if (wanted === 'docker') return permitted(pullImages)
  if (wanted === 'compose') return permitted(composeProgram)
  if (wanted === 'chromium') return permitted(chromiumProgram, (path) => path)
  const found = await settings.bringUp(wanted)
  if (!('missing' in found))
    settings.say(`${wanted}: ${found.provider} at ${withoutPassword(found.address)}`)
  return found
}

/** Makes sure that what is wanted is there, so that test files need not all fetch it. */
const permitted = async <T>(
  fetched: () => Promise<T>,
  addressOf: (found: T) => string = () => '',
): Promise<Engine | Missing> => {
  try {
    return { address: addressOf(await fetched()), provider: '', stop: async () => {} }
  } catch (error) {
    return { missing: (error as Error).message }
  }
}

const stopped = async (asked: Promise<Engine | Missing>): Promise<void> => {
  const found = await asked.catch(() => undefined)
  if (found !== undefined && 'stop' in found) await found.stop()
}

const serve = async (
  answerTo: (wanted: Wanted, suite: string) => Promise<Answer>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { pathname, searchParams } = new URL(request.url!, 'http://desk')
  try {
    const answer = await answerTo(pathname.slice(1) as Wanted, searchParams.get('suite') ?? '')
    response.end(JSON.stringify(answer))
  } catch (error) {
    response.writeHead(500).end((error as Error).message)
  }
}
