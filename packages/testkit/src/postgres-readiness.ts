import { Client } from 'pg'

const PATIENCE_MS = 2000

/** Whether a PostgreSQL serves there and lets us in. Throws where it does not. */
export const postgresAnswers = async (url: string): Promise<boolean> => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: PATIENCE_MS })
  // A server that goes away between two words is only one that does not answer yet.
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('SELECT 1')
    return true
  } finally {
    await client.end()
  }
}
