import { useEffect, useRef, useState } from 'preact/hooks'
import { ask } from './api-client.ts'
import type { ApiFault } from './api-fault.ts'

/** A list that comes page by page. */
export interface Pages<Page, Item> {
  readonly items: readonly Item[]
  readonly first: Page | undefined
  readonly fault: ApiFault | undefined
  readonly isLoading: boolean
  /** Asks for the next page; undefined where there is none. */
  readonly more: (() => void) | undefined
  readonly reload: () => void
}

interface State<Page, Item> {
  readonly path: string
  readonly items: readonly Item[]
  readonly first: Page | undefined
  readonly next: string | undefined
  readonly fault: ApiFault | undefined
  readonly isLoading: boolean
}

const NOTHING = { items: [], first: undefined, next: undefined, fault: undefined }

/**
 * A list by pages. Another first path begins it anew; what was shown stays until its answer is
 * there.
 *
 * @param pathOf the path of the page behind a mark, below `/api`.
 */
export const usePages = <Page, Item>(
  pathOf: (after: string | undefined) => string,
  read: (page: Page) => { readonly items: readonly Item[]; readonly next: string | undefined },
): Pages<Page, Item> => {
  const path = pathOf(undefined)
  const [state, setState] = useState<State<Page, Item>>({ ...NOTHING, path, isLoading: true })
  const wanted = useRef('')
  const load = async (before: State<Page, Item>, after: string | undefined): Promise<void> => {
    wanted.current = pathOf(after)
    const asked = wanted.current
    setState({ ...before, path, isLoading: true, fault: undefined })
    const answer = await ask<Page>(asked)
    // Somebody typed on: the answer of the last question alone counts.
    if (wanted.current !== asked) return
    if (!('data' in answer)) {
      return setState({ ...before, path, isLoading: false, fault: answer.fault })
    }
    const { items, next } = read(answer.data)
    const first = after === undefined ? answer.data : before.first
    const all = after === undefined ? items : [...before.items, ...items]
    setState({ path, items: all, first, next, fault: undefined, isLoading: false })
  }
  // The path says all that matters.
  useEffect(() => {
    load(state, undefined)
    return () => {
      wanted.current = ''
    }
  }, [path])
  const { items, first, next, fault, isLoading } = state
  const more = next === undefined ? undefined : () => load(state, next)
  return { items, first, fault, isLoading, more, reload: () => load(state, undefined) }
}
