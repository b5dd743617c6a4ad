import { useCallback, useEffect, useState } from 'preact/hooks'
import { ask } from './api-client.ts'
import type { ApiFault } from './api-fault.ts'

/** An answer as it comes: nothing at first, then data or a fault. */
export interface Pending<T> {
  /** Of the last answer that had data, also beside a later fault or while another is awaited. */
  readonly data: T | undefined
  readonly fault: ApiFault | undefined
  readonly isLoading: boolean
  readonly reload: () => void
}

interface Known<T> {
  readonly path: string
  readonly data?: T | undefined
  readonly fault?: ApiFault | undefined
}

/**
 * Asks for a path below `/api`, nothing where there is none; again when it changes, at `reload`, and every so often while the
 * page is in sight.
 */
export const useAnswer = <T>(path: string | undefined, everyMs?: number): Pending<T> => {
  const [known, setKnown] = useState<Known<T>>()
  const [round, setRound] = useState(0)
  // Another round asks again.
  useEffect(() => {
    if (path === undefined) return
    const leaving = new AbortController()
    ask<T>(path, { signal: leaving.signal }).then((answer) => {
      if (leaving.signal.aborted) return
      setKnown((before) =>
        'data' in answer
          ? { path, data: answer.data }
          : { path, fault: answer.fault, data: before?.data },
      )
    })
    return () => leaving.abort()
  }, [path, round])
  const reload = useCallback(() => setRound((before) => before + 1), [])
  useEffect(() => {
    if (everyMs === undefined) return
    const timer = setInterval(() => !document.hidden && reload(), everyMs)
    return () => clearInterval(timer)
  }, [everyMs, reload])
  const isLoading = known?.path !== path
  const fault = isLoading ? undefined : known?.fault
  return { data: known?.data, fault, isLoading, reload }
}
