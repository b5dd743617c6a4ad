import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { words } from '../language/language.ts'
import { Card } from './card.tsx'
import { Icon } from './icon.tsx'

interface ChartCardProps {
  readonly title: string
  readonly hint?: string
  readonly class?: string
  readonly chart: () => ComponentChildren
  /** The same facts as a table. */
  readonly table: () => ComponentChildren
}

/** A chart that can be read as a table. */
export const ChartCard = ({ title, hint, class: extra, chart, table }: ChartCardProps) => {
  const [isTable, setTable] = useState(false)
  const { common } = words.value
  return (
    <Card
      title={title}
      {...(hint !== undefined && { hint })}
      class={extra ?? ''}
      aside={
        <button
          type="button"
          class="button is-small is-quiet"
          onClick={() => setTable(!isTable)}
          aria-label={`${title}: ${isTable ? common.asChart : common.asTable}`}
        >
          <Icon name={isTable ? 'chart' : 'table'} />
          {isTable ? common.asChart : common.asTable}
        </button>
      }
    >
      {isTable ? table() : chart()}
    </Card>
  )
}
