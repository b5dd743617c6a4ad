import { readFileSync } from 'node:fs'
// biome-ignore lint/style/noRestrictedImports: the totals are computed again by SQL, beside Ebb.
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

/** UCI Online Retail as it came, outside the project. */
export const ONLINE_RETAIL = fileURLToPath(
  new URL('../../../../../shared/data/online_retail.csv.gz', import.meta.url),
)

/**
 * All lines of the file in a table `lines (invoice, quantity, at, price, customer)` of texts, by a
 * reader of its own, so that totals can be computed by SQL alone.
 */
export const onlineRetailTable = (): DatabaseSync => {
  const database = new DatabaseSync(':memory:')
  database.exec('CREATE TABLE lines (invoice, quantity, at, price, customer)')
  const insert = database.prepare('INSERT INTO lines VALUES (?, ?, ?, ?, ?)')
  database.exec('BEGIN')
  const text = gunzipSync(readFileSync(ONLINE_RETAIL)).toString('utf8')
  const [, ...lines] = text.trimEnd().split('\n')
  for (const line of lines) {
    const [invoice, , , quantity, at, price, customer] = fieldsOf(line.trimEnd())
    insert.run(invoice!, quantity!, at!, price!, customer!)
  }
  database.exec('COMMIT')
  return database
}

/** Fields between commas, each bare or in quotes that are doubled inside. */
const fieldsOf = (line: string): string[] =>
  line.includes('"')
    ? [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, bare]) =>
        quoted === undefined ? bare! : quoted.replaceAll('""', '"'),
      )
    : line.split(',')

/**
 * Clean lines: quantity, and price in 1/10,000 of a pound, as integers; pence rounded half-up line
 * by line; the customer without its decimals.
 */
export const CLEAN_LINES = `
  CREATE TEMP VIEW parsed AS
    SELECT invoice, at,
      CAST(quantity AS INTEGER) AS quantity,
      CASE WHEN instr(price, '.') = 0 THEN CAST(price AS INTEGER) * 10000
        ELSE CAST(substr(price, 1, instr(price, '.') - 1) AS INTEGER) * 10000
          + CAST(substr(substr(price, instr(price, '.') + 1) || '0000', 1, 4) AS INTEGER)
      END AS price10000,
      price LIKE '-%' AS isNegative,
      replace(customer, '.0', '') AS customer,
      customer NOT IN ('', 'nan') AS hasCustomer,
      invoice LIKE 'C%' AS isCancellation
    FROM lines;
  CREATE TEMP TABLE clean AS
    SELECT invoice, at, customer, quantity, (quantity * price10000 + 50) / 100 AS pence
    FROM parsed
    WHERE hasCustomer AND NOT isCancellation AND quantity > 0 AND price10000 > 0
      AND NOT isNegative`
