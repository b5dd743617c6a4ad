import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'

/** Keys and indexes that lead from the root to a place in a document. */
export type Path = readonly string[]

/** What is wrong at one place of a document, and how to mend it: sentences without a full stop. */
export interface Problem {
  readonly path: Path
  readonly what: string
  readonly fix: string
  /** Offset in the text; that of the place itself unless given. */
  readonly offset?: number
}

/** A document in YAML whose places can be shown. */
export interface YamlSource {
  /** Plain data; `undefined` where it could not be read. */
  readonly value: unknown
  /** What kept it from being read. */
  readonly problems: readonly Problem[]
  /** Offset in the text of a place: of its key or item, or of what would hold it. */
  offsetOf(path: Path): number
  /** Line and column, from 1. */
  lineAndColumn(offset: number): { readonly line: number; readonly column: number }
}

/** Reads one document of YAML 1.2. Throws nothing: what is wrong with it is a problem. */
export const readYaml = (text: string): YamlSource => {
  const lines = new LineCounter()
  const lineAndColumn = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'error',
    })
    const root = document.contents
    const offsetOf = (path: Path): number => offsetIn(path, root, document)
    // One fault of syntax makes many, for the parser has lost its way. A warning is an unknown tag.
    const faults = [...document.errors.slice(0, 1), ...document.warnings]
    const problems = faults.map(({ message, pos }) => notYaml(message, pos[0]))
    // Data with such faults in it would only be blamed for what follows from them.
    const value = problems.length === 0 ? document.toJS() : undefined
    return { value, problems, offsetOf, lineAndColumn }
  } catch (error) {
    // Aliases without end, or nested deeper than the stack.
    const problems = [notYaml((error as Error).message, 0)]
    return { value: undefined, problems, offsetOf: () => 0, lineAndColumn }
  }
}

const notYaml = (message: string, offset: number): Problem => ({
  path: [],
  what: `This is not YAML: ${message.replace(/\.?$/, '')}`,
  fix: 'Correct it here or right before',
  offset,
})

type Document = ReturnType<typeof parseDocument>

const offsetIn = (path: Path, root: unknown, document: Document): number => {
  let offset = 0
  let node = root
  for (const step of path) {
    const found = stepInto(resolved(node, document), step)
    if (found === undefined) break
    offset = startOf(found.place) ?? offset
    node = found.value
  }
  return path.length === 0 ? (startOf(root) ?? offset) : offset
}

interface Found {
  /** Key of a map, item of a list: what is shown. */
  readonly place: unknown
  readonly value: unknown
}

const stepInto = (node: unknown, step: string): Found | undefined => {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === step)
    return pair && { place: pair.key, value: pair.value }
  }
  const item = isSeq(node) ? node.items[Number(step)] : undefined
  return item === undefined ? undefined : { place: item, value: item }
}

const resolved = (node: unknown, document: Document): unknown =>
  isAlias(node) ? node.resolve(document) : node

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined)
