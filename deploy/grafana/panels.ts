import type * as cog from '@grafana/grafana-foundation-sdk/cog'
import * as common from '@grafana/grafana-foundation-sdk/common'
import {
  type Panel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries'

const SOURCE: common.DataSourceRef = { type: 'prometheus', uid: '$datasource' }

/** A question to Prometheus, and how its answers are called. */
export interface Query {
  readonly expr: string
  readonly legend: string
}

/** A curve over time. */
export interface CurvePanel {
  readonly title: string
  /** One sentence for whoever does not know it. */
  readonly what: string
  /** As Grafana calls it: s, bytes, percentunit, short, reqps. */
  readonly unit: string
  readonly queries: readonly Query[]
  readonly isStacked?: true
  /** Of 24 columns. */
  readonly span?: number
}

/** A panel with curves. */
export const curves = ({ title, what, unit, queries, ...look }: CurvePanel): cog.Builder<Panel> => {
  const panel = new TimeseriesBuilder()
    .title(title)
    .description(what)
    .unit(unit)
    .min(0)
    .datasource(SOURCE)
    .height(8)
    .span(look.span ?? 8)
    .drawStyle(common.GraphDrawStyle.Line)
    .fillOpacity(look.isStacked ? 30 : 0)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true),
    )
    .targets(queries.map(queryOf))
  return look.isStacked
    ? panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal))
    : panel
}

/** A number that is well below `warn`, and bad from `bad` on. */
export interface NumberPanel {
  readonly title: string
  readonly what: string
  readonly unit: string
  readonly query: Query
  readonly warn: number
  readonly bad: number
}

/** A panel with the number of now, in green, yellow or red. */
export const number = ({ title, what, unit, query, warn, bad }: NumberPanel): cog.Builder<Panel> =>
  new StatBuilder()
    .title(title)
    .description(what)
    .unit(unit)
    .datasource(SOURCE)
    .height(5)
    .span(4)
    .noValue('–')
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .thresholds(
      new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
        { value: null, color: 'green' },
        { value: warn, color: 'yellow' },
        { value: bad, color: 'red' },
      ]),
    )
    .targets([queryOf(query, 0)])

const queryOf = ({ expr, legend }: Query, nth: number): DataqueryBuilder =>
  new DataqueryBuilder()
    .expr(expr)
    .legendFormat(legend)
    .refId(String.fromCharCode('A'.charCodeAt(0) + nth))
    .datasource(SOURCE)
