import type { MonthGrade, GradesPage as Page } from '@ebb/contracts/dashboard-api'
import { useAnswer } from '../api/use-answer.ts'
import { Card } from '../components/card.tsx'
import { Select } from '../components/choice.tsx'
import { Empty, FaultNotice, Loading } from '../components/notice.tsx'
import { PageHead } from '../components/page-head.tsx'
import { format, words } from '../language/language.ts'
import { route, setQuery } from '../routing/location.ts'
import { CalibrationCard } from './calibration-card.tsx'
import { MonthCards } from './month-cards.tsx'
import { MonthsTable } from './months-table.tsx'
import { RankingCard } from './ranking-card.tsx'

const REFRESH_MS = 60_000

/** What risks and alerts were worth, month by month, beside rules that any shop can work out. */
export const GradesPage = () => {
  const w = words.value
  const { data, fault, isLoading, reload } = useAnswer<Page>('/grades', REFRESH_MS)
  return (
    <>
      <PageHead title={w.page.grades} aside={data && <p>{w.grades.now(data.model)}</p>} />
      {fault && <FaultNotice fault={fault} onRetry={reload} />}
      {isLoading && !data && <Loading />}
      {data && <Beaten page={data} />}
      {data && <Versions page={data} />}
      {data && <Months page={data} />}
    </>
  )
}

const Beaten = ({ page: { beaten } }: { readonly page: Page }) => {
  const { grades, simpleRule } = words.value
  return (
    <>
      {beaten.map(({ rule, months }) => (
        <div key={rule} class="notice is-fault">
          <p class="notice-title">
            {grades.beaten(simpleRule[rule], months, format.value.number(months))}
          </p>
          <p>{grades.beatenHint}</p>
        </div>
      ))}
    </>
  )
}

const Versions = ({ page: { versions } }: { readonly page: Page }) => {
  const { grades } = words.value
  const { model = '' } = route.value.query
  const names = [...new Set(versions.flatMap((grade) => grade.model ?? []))]
  const options = names.map((value) => ({ value, text: value }))
  return (
    <search class="filters">
      <Select
        label={grades.model}
        value={model}
        options={[{ value: '', text: grades.inForce }, ...options]}
        onChoose={(model) => setQuery({ model, month: '' })}
      />
    </search>
  )
}

const Months = ({ page }: { readonly page: Page }) => {
  const { grades } = words.value
  const { model, month } = route.value.query
  const months =
    model === undefined ? page.months : page.versions.filter((grade) => grade.model === model)
  const shown = months.find((grade) => grade.month === month) ?? lastGraded(months)
  if (shown === undefined)
    return (
      <div class="card">
        <Empty title={grades.none}>
          <p>{grades.noneHint}</p>
        </Empty>
      </div>
    )
  return (
    <>
      <RankingCard months={months} />
      <Card title={grades.months} hint={grades.monthsHint}>
        <MonthsTable months={months} shown={shown} onChoose={({ month }) => setQuery({ month })} />
      </Card>
      <CalibrationCard grade={shown} />
      <MonthCards grade={shown} />
    </>
  )
}

/** The last one that is complete; before there is one, the last that is graded in part, or any. */
const lastGraded = (months: readonly MonthGrade[]): MonthGrade | undefined =>
  months.find(({ isComplete }) => isComplete) ??
  months.find(({ graded }) => graded > 0) ??
  months[0]
