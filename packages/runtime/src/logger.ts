import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino'

/** The part of pino that services use. */
export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>

/** Levels of a log, from the most talkative to none. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** How a log is written. */
export interface LoggerSettings {
  /** Stands in every line. */
  readonly service: string
  readonly level: (typeof LOG_LEVELS)[number]
  /** Standard output unless given. */
  readonly destination?: DestinationStream
}

/**
 * A log of JSON lines. Fields that carry personal data or keys are taken out wherever they stand
 * at the first or second level of a line; code is to leave them out in the first place.
 */
export const createLogger = ({ service, level, destination }: LoggerSettings): Logger => {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: PRIVATE_FIELDS.flatMap((name) => [name, `*.${name}`]), remove: true },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}

const PRIVATE_FIELDS = [
  'email',
  'phone',
  'address',
  'ip',
  'userId',
  'anonymousId',
  'customerId',
  'properties',
  'context',
  'traits',
  'payload',
  'body',
  'headers',
  'authorization',
  'writeKey',
  'key',
]
