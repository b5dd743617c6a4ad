import { join } from 'node:path'
import { ROLES, type Role } from '@ebb/contracts/dashboard-api'
import { SCOPE_CUSTOMERS_READ } from '@ebb/features/customer-routes'
import { SCOPE_COUPONS_REDEEM } from '@ebb/retention/http/coupon-operations'
import { SCOPE_WINBACKS_READ, SCOPE_WINBACKS_WRITE } from '@ebb/retention/http/winback-routes'
import { SCOPE_EVENTS_WRITE } from '@ebb/runtime/access-keys'
import { CodedError } from '@ebb/runtime/coded-error'
import { type KeyListing, type KeyRequest, openKeysFile } from '@ebb/runtime/keys-file'
import { Command, Option } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { shopOf } from './data-folder.ts'
import { shopMinute } from './shop-time.ts'
import { textTable } from './text-table.ts'

interface KeysOptions {
  readonly data: string
  readonly json?: true
}

interface CreateOptions extends KeysOptions {
  readonly source: string
  readonly secret?: true
  readonly scope?: readonly string[]
  readonly role?: Role
}

const EXAMPLES = `
Examples:
  $ ebb keys create --source storefront
  $ ebb keys create --source erp --secret --scope ${SCOPE_EVENTS_WRITE} ${SCOPE_CUSTOMERS_READ}
  $ ebb keys create --source alice --role marketer
  $ ebb keys revoke key_0123456789ab
`

const SCOPES = [
  SCOPE_EVENTS_WRITE,
  SCOPE_CUSTOMERS_READ,
  SCOPE_COUPONS_REDEEM,
  SCOPE_WINBACKS_READ,
  SCOPE_WINBACKS_WRITE,
]

const CREATE_EXAMPLES = `
Standard output is the key alone.

Examples:
  $ ebb keys create --source storefront
  $ ebb keys create --source crm --secret --scope ${SCOPE_CUSTOMERS_READ}
  $ ebb keys create --source alice --role analyst
`

const LIST_EXAMPLES = `
Examples:
  $ ebb keys list
  $ ebb keys list --json | jq -r 'select(.kind == "write") | .key'
`

const REVOKE_EXAMPLES = `
Running services refuse the key a second later at the latest.

Example:
  $ ebb keys revoke key_0123456789ab
`

/** Where the access keys of a data folder stand: those of another folder than usual are in it. */
export const keysFileOf = (
  { keysFile, dataFolder }: Pick<CliContext, 'keysFile' | 'dataFolder'>,
  folder: string,
): string =>
  keysFile !== undefined && folder === dataFolder ? keysFile : join(folder, 'keys.json')

/** `ebb keys`: who may send events, ask for customers and coupons, and see the dashboard. */
export const keysCommand = (context: CliContext): Command => {
  const keys = new Command('keys')
    .description('create, list and revoke access keys; services need not be restarted')
    .addHelpText('after', EXAMPLES)
  withFolder(keys.command('create'), context)
    .description('make a write key, with --secret a secret key, or with --role a dashboard token')
    .requiredOption('--source <name>', 'where its events come from; of a person the name')
    .option('--secret', 'for a back end: shown once, limited by its scopes')
    .addOption(new Option('--scope <scope...>', 'what a secret key may do').choices(SCOPES))
    .addOption(
      new Option('--role <role>', 'who a person is to the dashboard')
        .choices(ROLES)
        .conflicts(['secret', 'scope']),
    )
    .addHelpText('after', CREATE_EXAMPLES)
    .action((options: CreateOptions) => createKey(context, options))
  withFolder(keys.command('list'), context)
    .description('list all keys, those revoked too')
    .addHelpText('after', LIST_EXAMPLES)
    .action((options: KeysOptions) => listKeys(context, options))
  withFolder(keys.command('revoke'), context)
    .description('end a key for good')
    .argument('<id>', 'id of the key, as `ebb keys list` shows it')
    .addHelpText('after', REVOKE_EXAMPLES)
    .action((id: string, options: KeysOptions) => revokeKey(context, id, options))
  return keys
}

const withFolder = (command: Command, { dataFolder }: CliContext): Command =>
  command
    .option('--data <folder>', 'data folder', dataFolder)
    .option('--json', 'print JSON, one line a key')

const createKey = async (context: CliContext, options: CreateOptions): Promise<void> => {
  const { key, listing } = await openKeysFile(keysFileOf(context, options.data)).create(
    requestOf(options),
  )
  const { id, kind, source } = listing
  if (options.json) return context.print(JSON.stringify({ ...listing, key }))
  context.tell(
    kind === 'person'
      ? `Made the dashboard token ${id} of ${source}:`
      : `Made the ${kind} key ${id} of the source ${source}:`,
  )
  context.print(key)
  context.tell(adviceOn(listing))
}

const adviceOn = ({ kind, scopes, role }: KeyListing): string => {
  if (kind === 'write')
    return 'Put it into the storefront. It is public: whoever has it may send events, no more.'
  const may = kind === 'person' ? `sign in as ${role}` : scopes.join(', ')
  return `Store it now: it is shown this once, for Ebb keeps only its hash. It may: ${may}.`
}

const requestOf = ({ source, secret, scope = [], role }: CreateOptions): KeyRequest => {
  if (role !== undefined) return { kind: 'person', source, role }
  const isSecret = secret === true
  if (isSecret === scope.length > 0)
    return isSecret ? { kind: 'secret', source, scopes: scope } : { kind: 'write', source }
  throw new CodedError('EBB_KEYS_REQUEST', {
    what: isSecret
      ? 'A secret key without a scope may do nothing'
      : 'Only secret keys have scopes: a write key may send events as a storefront, no more',
    fix: isSecret
      ? `Add --scope and one of ${SCOPES.join(', ')}`
      : 'Add --secret, or leave --scope away',
  })
}

const listKeys = async (context: CliContext, { data, json }: KeysOptions): Promise<void> => {
  const keys = openKeysFile(keysFileOf(context, data)).list()
  if (json) {
    for (const key of keys) context.print(JSON.stringify(key))
    return
  }
  if (keys.length === 0)
    return context.tell('No keys yet. Make one: ebb keys create --source storefront')
  const { timeZone } = await shopOf(context, data)
  const columns = ['id', 'kind', 'source', 'made', 'may'].map((title) => ({ title }))
  const rows = keys.map((key) => [
    key.id,
    key.kind,
    key.source,
    shopMinute(key.createdAt, timeZone),
    rightsOf(key, timeZone),
  ])
  for (const line of textTable(columns, rows)) context.print(line)
  context.tell('Write keys are public: `ebb keys list --json` shows them in full.')
}

const rightsOf = (key: KeyListing, timeZone: string): string => {
  const { kind, scopes, role, revokedAt } = key
  if (revokedAt !== undefined) return `nothing: revoked ${shopMinute(revokedAt, timeZone)}`
  if (kind === 'person') return `sign in as ${role}`
  return kind === 'write' ? 'send events' : scopes.join(', ')
}

const revokeKey = async (
  context: CliContext,
  id: string,
  { data, json }: KeysOptions,
): Promise<void> => {
  const revoked = await openKeysFile(keysFileOf(context, data)).revoke(id)
  if (json) return context.print(JSON.stringify(revoked))
  context.tell(`Revoked ${revoked.id} of the source ${revoked.source}.`)
}
