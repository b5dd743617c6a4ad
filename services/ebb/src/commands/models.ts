import { writeFileSync } from 'node:fs'
import { wallClock } from '@ebb/runtime/clock'
import { CodedError } from '@ebb/runtime/coded-error'
import { type ModelBook, modelBook } from '@ebb/scorer/training/model-book'
import { promotionBy, rollbackOf } from '@ebb/scorer/training/promotion'
import type { EventLog } from '@ebb/streaming/event-log'
import { HaltError } from '@ebb/streaming/faults'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import type { EbbConfig } from '../config.ts'
import { modelCard } from '../models/model-card.ts'
import { modelCardHtml } from '../models/model-card-html.ts'
import { modelCardLines } from '../models/model-card-lines.ts'
import { modelListLines } from '../models/model-list.ts'
import {
  installationThatLearns,
  type ModelAnswer,
  type ModelRequest,
  modelWorkOrAsk,
} from '../models/model-work.ts'
import { placeOf, withData } from './data-folder.ts'

type Mode = Pick<EbbConfig, 'training'>

interface ModelsOptions {
  readonly data: string
  readonly all?: true
  readonly json?: true
  readonly html?: string
  readonly visits?: true
}

const EXAMPLES = `
Examples:
  $ ebb models
  $ ebb models fit
  $ ebb models fit --visits
  $ ebb models show 20261123T020004Z-3fa2c1 --html card.html
  $ ebb models promote 20261123T020004Z-3fa2c1
  $ ebb models rollback
`

/** `ebb models`: with what customers are scored, and what else there is. */
export const modelsCommand = (context: CliContext, config: Mode): Command => {
  const models = new Command('models')
    .description("list the models fitted to the shop's own customers; fit, promote, go back")
    .addHelpText('after', EXAMPLES)
  const add = (name: string, isDefault = false): Command =>
    models
      .command(name, { isDefault })
      .option('--data <folder>', 'data folder', context.dataFolder)
      .option('--json', 'print one JSON object; instants in ms since 1970')
  add('list', true)
    .description('list models: data, grades on the slice held out, and which is in force')
    .option('--all', 'every one, not the last 20')
    .action((options: ModelsOptions) => list(context, options))
  add('show')
    .description('show the card of a model: data, dates, grades, limits')
    .argument('<version>', 'as `ebb models` lists it, or shipped-1')
    .option('--html <file>', 'write it as a page that opens offline')
    .action((version: string, options: ModelsOptions) => show(context, version, options))
  add('fit')
    .description('fit and grade a model now; it is promoted if the rule says so')
    .option('--visits', 'let visits bring light forward')
    .action((options: ModelsOptions) => change(context, config, { ...options, fit: true }))
  add('promote')
    .description('score customers with this model from now on')
    .argument('<version>', 'as `ebb models` lists it, or shipped-1')
    .action((version: string, options: ModelsOptions) =>
      change(context, config, { ...options, decide: (book) => promotionBy(book, version) }),
    )
  add('rollback')
    .description('go back to the model that was in force before')
    .action((options: ModelsOptions) => change(context, config, { ...options, decide: rollbackOf }))
  return models
}

interface Book {
  readonly book: ModelBook
  readonly timeZone: string
}

const bookOf = ({ data }: ModelsOptions, context: CliContext): Promise<Book> =>
  withData(context, data, async ({ log }, { timeZone }) => ({
    timeZone,
    book: await readBook(log),
  }))

/** Also while another process owns the folder: it need not be asked what it never does. */
const bookToChange = ({ data }: ModelsOptions, context: CliContext): Promise<ModelBook> =>
  withData(context, data, async ({ log }) => {
    await installationThatLearns(log)
    return readBook(log)
  })

const readBook = (log: Pick<EventLog, 'read'>): Promise<ModelBook> =>
  modelBook(log).readOn().catch(emptyWithoutTopic)

/** What an earlier version began has no such topic before this one has run. */
const emptyWithoutTopic = (error: unknown): ModelBook => {
  if (error instanceof HaltError && error.code === 'EBB_TOPIC_MISSING') return { models: new Map() }
  throw error
}

const list = async (context: CliContext, options: ModelsOptions): Promise<void> => {
  const { book, timeZone } = await bookOf(options, context)
  const { models, ...last } = book
  if (options.json) context.print(JSON.stringify({ ...last, models: [...models.values()] }))
  else
    for (const line of modelListLines(book, { timeZone, isAll: options.all === true }))
      context.print(line)
}

const show = async (
  context: CliContext,
  version: string,
  options: ModelsOptions,
): Promise<void> => {
  const { json, html } = options
  const { book, timeZone } = await bookOf(options, context)
  const card = modelCard(book, version)
  if (html !== undefined) {
    writePage(html, modelCardHtml(card, timeZone))
    context.tell(`Written: ${html}`)
  }
  if (json) context.print(JSON.stringify(card))
  else if (html === undefined)
    for (const line of modelCardLines(card, timeZone)) context.print(line)
}

const writePage = (file: string, page: string): void => {
  try {
    writeFileSync(file, page)
  } catch (error) {
    throw new CodedError('EBB_MODEL_FILE', {
      what: `The page cannot be written: ${(error as Error).message}`,
      where: file,
      fix: 'Name a file in a folder that is there and may be written to',
    })
  }
}

interface Change extends ModelsOptions {
  readonly fit?: true
  readonly decide?: (book: ModelBook) => ReturnType<typeof rollbackOf>
}

const change = async (
  context: CliContext,
  { training: mode }: Mode,
  wanted: Change,
): Promise<void> => {
  const { decide, json, data } = wanted
  const { interrupted, engines } = context
  const book = await bookToChange(wanted, context)
  const request: ModelRequest =
    decide === undefined
      ? { fit: true, knowsVisits: wanted.visits === true }
      : { decision: decide(book) }
  const asking = { place: placeOf(context, data), mode, now: wallClock.now, interrupted }
  const answer = await modelWorkOrAsk(engines, asking, request)
  if (answer === undefined) {
    context.tell('Interrupted; where `ebb up` runs it goes on there.')
    return context.exitCode(130)
  }
  if (json) context.print(JSON.stringify(answer))
  else for (const line of answerLines(answer)) context.print(line)
}

const SOON =
  'Customers are scored with it within seconds, as long as Ebb runs, or soon after it starts.'

const answerLines = (answer: ModelAnswer): string[] => {
  if ('promotion' in answer) return [`In force: ${answer.promotion.version}.`, SOON]
  const { version, why } = answer.training
  return version === undefined
    ? [`No model was fitted: ${why}.`]
    : [`Fitted: ${version}.`, `${why}.`, '`ebb models` says which one is in force.']
}
