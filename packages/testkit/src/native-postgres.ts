import { chownSync } from 'node:fs'
import { join } from 'node:path'
import { findPostgres, preparePostgres } from '@ebb/embedded/postgres-program'
import { type NativeEngine, startNativeEngine, temporaryFolder } from './native-engine.ts'
import { freePort, withFreePorts } from './ports.ts'
import { postgresAnswers } from './postgres-readiness.ts'
import { runProgram } from './programs.ts'

/** A PostgreSQL server of one's own. */
export interface NativePostgres extends NativeEngine {
  readonly url: string
  readonly version: string
}

// PostgreSQL refuses to run as root, and initdb wants a user that has a name.
const NOBODY = 65_534

/**
 * Starts a PostgreSQL server on 127.0.0.1, which trusts whoever connects as `postgres`. Resolves when
 * it answers. Throws where npm has no PostgreSQL for this platform.
 */
export const startNativePostgres = (): Promise<NativePostgres> => {
  const found = findPostgres()
  const isRoot = process.getuid?.() === 0
  return withFreePorts(async () => {
    const programs = await preparePostgres(found, { asOther: isRoot })
    const port = await freePort()
    const folder = temporaryFolder('postgres')
    const user = isRoot ? { uid: NOBODY, gid: NOBODY } : {}
    const data = join(folder, 'data')
    const prepare = async (): Promise<void> => {
      if (user.uid !== undefined) chownSync(folder, user.uid, user.gid)
      const init = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N']
      await runProgram(programs.initdb, init, { cwd: folder, ...user })
    }
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`
    const engine = await startNativeEngine({
      name: 'PostgreSQL',
      program: programs.postgres,
      args: ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', ''],
      folder,
      // After SIGKILL its shared memory would stay behind.
      lastSignal: 'SIGINT',
      ...(user.uid === undefined ? {} : { uid: user.uid }),
      prepare,
      isReady: () => postgresAnswers(url),
    })
    return Object.assign(engine, { url, version: found.version })
  })
}
