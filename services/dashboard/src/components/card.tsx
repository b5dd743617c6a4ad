import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface CardProps {
  readonly title: string
  /** Beside the title: a control or a short fact. */
  readonly aside?: ComponentChildren
  readonly hint?: string
  readonly class?: string
  readonly children: ComponentChildren
}

/** A part of a page under its heading. */
export const Card = ({ title, aside, hint, class: extra = '', children }: CardProps) => {
  const id = useId()
  return (
    <section class={`card ${extra}`} aria-labelledby={id}>
      <header class="card-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {hint && <p class="card-hint">{hint}</p>}
      {children}
    </section>
  )
}
