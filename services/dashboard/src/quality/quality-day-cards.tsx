import type { QualityDay } from '@ebb/contracts/dashboard-api'
import { Card } from '../components/card.tsx'
import { type Column, DataTable } from '../components/data-table.tsx'
import { format, words } from '../language/language.ts'
import { rejectName } from '../rejects/reject-name.ts'

type Fault = QualityDay['measures'][number]

/** All that is measured of one source on one day: what each fault means, and how to mend it. */
export const QualityDayCards = ({ day }: { readonly day: QualityDay }) => {
  const { quality } = words.value
  const title = quality.ofDay(day.source, format.value.civilDate(day.day))
  return (
    <>
      <Card title={title} class="quality-day">
        <FaultsTable faults={day.measures} />
      </Card>
      {day.refusedBy.length > 0 && (
        <Card title={quality.refusedBy}>
          <RefusedTable refusedBy={day.refusedBy} />
        </Card>
      )}
    </>
  )
}

const FaultsTable = ({ faults }: { readonly faults: readonly Fault[] }) => {
  const { quality, measure, measureMeans, measureMend } = words.value
  const written = format.value
  const columns: readonly Column<Fault>[] = [
    {
      ...{ key: 'measure', head: quality.measure },
      cell: (fault) => (
        <span class="quality-fault">
          {measure[fault.measure]}
          {fault.isBad && <span class="state is-bad">{quality.bad}</span>}
        </span>
      ),
    },
    {
      ...{ key: 'share', head: quality.share, isNumeric: true },
      cell: ({ faulty, of }) => written.percent(faulty / of),
    },
    {
      ...{ key: 'count', head: quality.count, isNumeric: true },
      cell: ({ faulty, of }) => quality.countOf(written.number(faulty), written.number(of)),
    },
    { key: 'means', head: quality.means, cell: (fault) => measureMeans[fault.measure] },
    { key: 'mend', head: quality.mend, cell: (fault) => measureMend[fault.measure] },
  ]
  return (
    <DataTable
      label={quality.measure}
      columns={columns}
      rows={faults}
      keyOf={(fault) => fault.measure}
      isCards
    />
  )
}

type Refused = QualityDay['refusedBy'][number]

const RefusedTable = ({ refusedBy }: { readonly refusedBy: readonly Refused[] }) => {
  const { quality, rejects } = words.value
  const columns: readonly Column<Refused>[] = [
    { key: 'code', head: rejects.code, cell: ({ code }) => rejectName(code) },
    {
      ...{ key: 'count', head: quality.count, isNumeric: true },
      cell: ({ count }) => format.value.number(count),
    },
  ]
  return (
    <DataTable
      label={quality.refusedBy}
      columns={columns}
      rows={refusedBy}
      keyOf={({ code }) => code}
    />
  )
}
