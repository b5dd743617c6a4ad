import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { words } from '../language/language.ts'

interface ConfirmDialogProps {
  readonly question: string
  readonly yes: string
  readonly onYes: () => void
  readonly onCancel: () => void
  readonly children?: ComponentChildren
}

/** Asks before something is done; Escape and the first button leave everything as it is. */
export const ConfirmDialog = (props: ConfirmDialogProps) => {
  const { question, yes, onYes, onCancel, children } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useLayoutEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby={id} onClose={onCancel}>
      <h2 id={id}>{question}</h2>
      {children}
      <div class="dialog-foot">
        <button type="button" class="button" onClick={onCancel}>
          {words.value.common.cancel}
        </button>
        <button type="button" class="button is-main" onClick={onYes}>
          {yes}
        </button>
      </div>
    </dialog>
  )
}
