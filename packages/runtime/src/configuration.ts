import { readFileSync } from 'node:fs'
import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { CodedError } from './coded-error.ts'

/** One setting that a process takes from its environment. */
export interface Setting<S extends TSchema = TSchema> {
  /** Name of the environment variable. */
  readonly env: string
  /** What it decides. */
  readonly what: string
  /** The values it takes, as they complete "Set it to …". */
  readonly takes: string
  readonly schema: S
  /** Without a default the variable has to be set. */
  readonly default?: Static<S>
  /** Its value is shown nowhere, and may stand in a file: see `readConfiguration`. */
  readonly secret?: boolean
}

/** The settings of a process by the name that the code gives them. */
export type Settings = Readonly<Record<string, Setting>>

/** The values of settings. */
export type Configuration<T extends Settings> = {
  readonly [K in keyof T]: Static<T[K]['schema']>
}

/** Environment variables as Node gives them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Declares one setting; keeps the type of its schema. */
export const setting = <S extends TSchema>(declared: Setting<S>): Setting<S> => declared

/**
 * Reads every setting from `env`: the text itself where the schema takes it, else the JSON it
 * holds. A variable that is empty counts as not set. A secret is also read from the file that the
 * variable with `_FILE` behind its name says, without the line break at its end. Throws
 * `EBB_CONFIG_INVALID` with all problems at once.
 */
export const readConfiguration = <T extends Settings>(
  settings: T,
  env: Environment,
): Configuration<T> => {
  const problems: string[] = []
  const values = Object.entries(settings).map(([name, declared]) => {
    const outcome = readSetting(declared, env)
    if ('problem' in outcome) problems.push(outcome.problem)
    return [name, 'value' in outcome ? outcome.value : undefined]
  })
  if (problems.length > 0) throw invalidConfiguration(problems)
  return Object.fromEntries(values) as Configuration<T>
}

/** The configuration as lines `NAME=value  # what it decides`, secrets masked. */
export const printConfiguration = <T extends Settings>(
  settings: T,
  configuration: Configuration<T>,
): string =>
  Object.entries(settings)
    .map(([name, declared]) => {
      const { env, what } = declared
      return `${env}=${shown(declared, asText(configuration[name]))}  # ${what}`
    })
    .join('\n')

type Outcome = { readonly value: unknown } | { readonly problem: string }

const readSetting = (declared: Setting, env: Environment): Outcome => {
  const text = env[declared.env]
  const variable = fileVariable(declared.env)
  const file = declared.secret ? env[variable] : undefined
  if (file === undefined || file === '') return readText(declared, text)
  if (text !== undefined && text !== '')
    return { problem: `${declared.env} and ${variable} are both set. Keep one of them.` }
  const content = readSecret(file)
  if ('value' in content) return readText(declared, content.value)
  // The secret itself may stand there by mistake: it is not shown.
  return {
    problem: `The file of ${variable} ${content.problem}. It takes a path, to a file of one line.`,
  }
}

/** Names the file of a secret, so that its value need not stand in the environment. */
export const fileVariable = (env: string): string => `${env}_FILE`

const readSecret = (file: string): { readonly value: string } | { readonly problem: string } => {
  try {
    const value = readFileSync(file, 'utf8')
      .replace(/^\uFEFF/, '')
      .replace(/\r?\n$/, '')
    if (value === '') return { problem: 'is empty' }
    return /[\r\n]/.test(value) ? { problem: 'has several lines' } : { value }
  } catch (error) {
    return { problem: `cannot be read (${(error as NodeJS.ErrnoException).code})` }
  }
}

const readText = (declared: Setting, text: string | undefined): Outcome => {
  const { env, takes } = declared
  if (text === undefined || text === '') {
    if (declared.default !== undefined) return { value: declared.default }
    return { problem: `${env} is not set. Set it to ${takes}.` }
  }
  const check = Compile(declared.schema)
  if (check.Check(text)) return { value: text }
  const parsed = parseJson(text)
  if (parsed !== undefined && check.Check(parsed)) return { value: parsed }
  return { problem: `${env}=${shown(declared, text)} cannot be used. Set it to ${takes}.` }
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const MASK = '********'

const shown = ({ secret }: Setting, text: string): string => (secret ? MASK : text)

const asText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '')

const invalidConfiguration = (problems: readonly string[]): CodedError =>
  new CodedError('EBB_CONFIG_INVALID', {
    what: `${problems.length} of the settings cannot be used: ${problems.join(' ')}`,
    where: 'environment variables',
    fix: 'Correct these variables and start again',
  })
