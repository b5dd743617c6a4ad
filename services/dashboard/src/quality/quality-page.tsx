import type { QualityPage as Page, QualityDay } from '@ebb/contracts/dashboard-api'
import { withQuery } from '../api/api-client.ts'
import { useAnswer } from '../api/use-answer.ts'
import { Card } from '../components/card.tsx'
import { Select } from '../components/choice.tsx'
import { DateField } from '../components/date-field.tsx'
import { Empty, FaultNotice, Loading } from '../components/notice.tsx'
import { PageHead } from '../components/page-head.tsx'
import { words } from '../language/language.ts'
import { route, setQuery } from '../routing/location.ts'
import { QualityDayCards } from './quality-day-cards.tsx'
import { QualityDaysTable } from './quality-days-table.tsx'

const REFRESH_MS = 30_000

/** How good the events are that come: days of sources, and all that is measured of one of them. */
export const QualityPage = () => {
  const w = words.value
  const { from, to, source } = route.value.query
  const path = withQuery('/quality', { from, to, source })
  const { data, fault, isLoading, reload } = useAnswer<Page>(path, REFRESH_MS)
  return (
    <>
      <PageHead title={w.page.quality} />
      {fault && <FaultNotice fault={fault} onRetry={reload} />}
      {isLoading && !data && <Loading />}
      {data && <Filters page={data} />}
      {data && <Days days={data.days} />}
    </>
  )
}

const Filters = ({ page }: { readonly page: Page }) => {
  const { quality, common } = words.value
  const { source = '' } = route.value.query
  const options = page.sources.map((value) => ({ value, text: value }))
  return (
    <search class="filters">
      <Select
        label={quality.source}
        value={source}
        options={[{ value: '', text: common.all }, ...options]}
        onChoose={(source) => setQuery({ source, chosen: '' })}
      />
      <DateField
        label={quality.from}
        value={page.from}
        onChoose={(from) => setQuery({ from, chosen: '' })}
      />
      <DateField
        label={quality.to}
        value={page.to}
        onChoose={(to) => setQuery({ to, chosen: '' })}
      />
    </search>
  )
}

/** A day of a source, as the address names it. */
const nameOf = ({ day, source }: QualityDay): string => `${day} ${source}`

const Days = ({ days }: Pick<Page, 'days'>) => {
  const { quality } = words.value
  const { chosen } = route.value.query
  const shown = days.find((day) => nameOf(day) === chosen) ?? days[0]
  if (shown === undefined)
    return (
      <div class="card">
        <Empty title={quality.none}>
          <p>{quality.noneHint}</p>
        </Empty>
      </div>
    )
  return (
    <>
      <Card title={quality.days} hint={quality.hint}>
        <QualityDaysTable
          days={days}
          shown={shown}
          onChoose={(day) => setQuery({ chosen: nameOf(day) })}
        />
      </Card>
      <QualityDayCards day={shown} />
    </>
  )
}
