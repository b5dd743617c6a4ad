import type { Exclusion } from '@ebb/contracts/winback-api'
import { useId, useState } from 'preact/hooks'
import { iMay } from '../access/session.ts'
import { ask } from '../api/api-client.ts'
import type { ApiFault } from '../api/api-fault.ts'
import { useAnswer } from '../api/use-answer.ts'
import { Card } from '../components/card.tsx'
import { DataTable } from '../components/data-table.tsx'
import { Empty, FaultNotice, Loading } from '../components/notice.tsx'
import { format, words } from '../language/language.ts'

/** Customers whom nothing is ever sent. */
export const ExclusionsView = () => {
  const { winbacks, exclusions } = words.value
  const { data, fault, isLoading, reload } = useAnswer<{
    readonly exclusions: readonly Exclusion[]
  }>('/winbacks/exclusions')
  const [failure, setFailure] = useState<ApiFault>()
  const remove = async ({ customerId }: Exclusion): Promise<void> => {
    const path = `/winbacks/exclusions/${encodeURIComponent(customerId)}`
    const answer = await ask(path, { method: 'DELETE' })
    setFailure(answer.fault)
    reload()
  }
  const list = data?.exclusions
  return (
    <Card title={winbacks.exclusions} hint={exclusions.hint}>
      {iMay('edit winbacks') && <AddForm onAdded={reload} onFault={setFailure} />}
      {failure && <FaultNotice fault={failure} />}
      {isLoading && list === undefined && <Loading />}
      {fault && <FaultNotice fault={fault} onRetry={reload} />}
      {list?.length === 0 && (
        <Empty title={exclusions.none}>
          <p>{exclusions.noneHint}</p>
        </Empty>
      )}
      {list !== undefined && list.length > 0 && <ExclusionsTable list={list} onRemove={remove} />}
    </Card>
  )
}

interface AddFormProps {
  readonly onAdded: () => void
  readonly onFault: (fault: ApiFault | undefined) => void
}

const AddForm = ({ onAdded, onFault }: AddFormProps) => {
  const { exclusions } = words.value
  const [customerId, setCustomerId] = useState('')
  const [note, setNote] = useState('')
  const id = useId()
  const add = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    const body = { customerId: customerId.trim(), note: note.trim() }
    const answer = await ask('/winbacks/exclusions', { method: 'POST', body })
    onFault(answer.fault)
    if (answer.fault) return
    setCustomerId('')
    setNote('')
    onAdded()
  }
  return (
    <form class="filters" onSubmit={add}>
      <div class="field">
        <label for={`${id}-customer`}>{exclusions.customer}</label>
        <input
          id={`${id}-customer`}
          required
          placeholder="u:42"
          value={customerId}
          onInput={(event) => setCustomerId(event.currentTarget.value)}
        />
      </div>
      <div class="field is-wide">
        <label for={`${id}-note`}>{exclusions.note}</label>
        <input
          id={`${id}-note`}
          value={note}
          onInput={(event) => setNote(event.currentTarget.value)}
        />
      </div>
      <button type="submit" class="button is-main">
        {exclusions.add}
      </button>
    </form>
  )
}

interface ExclusionsTableProps {
  readonly list: readonly Exclusion[]
  readonly onRemove: (exclusion: Exclusion) => void
}

const ExclusionsTable = ({ list, onRemove }: ExclusionsTableProps) => {
  const { exclusions, winbacks } = words.value
  return (
    <DataTable
      label={winbacks.exclusions}
      isCards
      rows={list}
      keyOf={({ customerId }) => customerId}
      columns={[
        { key: 'customer', head: exclusions.customer, cell: ({ customerId }) => customerId },
        { key: 'note', head: exclusions.note, cell: ({ note }) => note },
        { key: 'since', head: exclusions.since, cell: ({ since }) => format.value.date(since) },
        ...(iMay('edit winbacks') ? [removeColumn(onRemove)] : []),
      ]}
    />
  )
}

const removeColumn = (onRemove: ExclusionsTableProps['onRemove']) => ({
  key: 'remove',
  head: words.value.exclusions.remove,
  cell: (exclusion: Exclusion) => (
    <button
      type="button"
      class="button is-small"
      aria-label={words.value.exclusions.removeOf(exclusion.customerId)}
      onClick={() => onRemove(exclusion)}
    >
      {words.value.exclusions.remove}
    </button>
  ),
})
