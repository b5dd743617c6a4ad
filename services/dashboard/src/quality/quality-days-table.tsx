import type { QualityDay } from '@ebb/contracts/dashboard-api'
import { type Column, DataTable } from '../components/data-table.tsx'
import { format, words } from '../language/language.ts'

interface QualityDaysTableProps {
  readonly days: readonly QualityDay[]
  /** Whose faults are shown below. */
  readonly shown: QualityDay
  readonly onChoose: (day: QualityDay) => void
}

/** A row a source and day, in the order given. */
export const QualityDaysTable = ({ days, shown, onChoose }: QualityDaysTableProps) => {
  const { quality, common } = words.value
  const written = format.value
  const span = (ms: number | undefined): string =>
    ms === undefined ? common.none : written.span(ms)
  const columns: readonly Column<QualityDay>[] = [
    {
      ...{ key: 'source', head: quality.source },
      cell: (day) => (
        <button
          type="button"
          class="link"
          aria-pressed={day === shown}
          onClick={() => onChoose(day)}
        >
          {day.source}
        </button>
      ),
    },
    { key: 'day', head: quality.day, cell: ({ day }) => written.civilDate(day) },
    {
      ...{ key: 'accepted', head: quality.accepted, isNumeric: true },
      cell: ({ accepted }) => written.number(accepted),
    },
    {
      ...{ key: 'refused', head: quality.refused, isNumeric: true },
      cell: ({ refused }) => written.number(refused),
    },
    {
      ...{ key: 'half', head: quality.half, isNumeric: true },
      cell: ({ lateness }) => span(lateness?.p50Ms),
    },
    {
      ...{ key: 'most', head: quality.most, isNumeric: true },
      cell: ({ lateness }) => span(lateness?.p95Ms),
    },
    { key: 'faults', head: quality.faults, cell: (day) => <Faults day={day} /> },
  ]
  return (
    <DataTable
      label={quality.days}
      columns={columns}
      rows={days}
      keyOf={({ day, source }) => `${day} ${source}`}
      isCards
    />
  )
}

const Faults = ({ day: { measures } }: { readonly day: QualityDay }) => {
  const { quality, measure } = words.value
  const bad = measures.filter(({ isBad }) => isBad)
  if (bad.length === 0) return <span class="state is-good">{quality.fine}</span>
  return (
    <span class="quality-faults">
      {bad.map((fault) => (
        <span key={fault.measure} class="state is-bad">
          {measure[fault.measure]} {format.value.percent(fault.faulty / fault.of)}
        </span>
      ))}
    </span>
  )
}
