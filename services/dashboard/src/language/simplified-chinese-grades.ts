import type { Catalogue } from './catalogue.ts'
import type { GradesTerms } from './terms.ts'

/** Words of the page *Grades* in Simplified Chinese. */
export const SIMPLIFIED_CHINESE_GRADES: Catalogue['grades'] = {
  model: '模型',
  inForce: '当时生效的模型',
  now: (model) => `生效中：${model}`,
  beaten: (rule, count, months) =>
    count === 1
      ? `在最近一个完整月份中，规则“${rule}”的判断优于模型`
      : `规则“${rule}”已连续 ${months} 个月优于模型`,
  beatenHint: '请查看这些月份的客户，并重新拟合模型：docs/grading.md。',
  months: '各月',
  monthsHint: '按给出风险的月份统计。预测期结束后才能评分，因此一个月份要在数月后才完整。',
  month: '月份',
  open: '尚不完整',
  scored: '已打分',
  graded: '已评分',
  meanRisk: '平均风险',
  quiet: '未再下单',
  auc: 'AUC',
  lift: '前 10 % 提升度',
  brier: 'Brier',
  off: '平均偏差',
  drift: 'PSI',
  ranking: '模型与简单规则',
  rankingHint: 'AUC：1 表示所有流失者都排在其他人之前，½ 相当于随机。',
  calibration: (month) => `校准，${month}`,
  calibrationHint: '按风险分成十组。落在线上表示实际未下单的比例与风险一致。',
  group: '组',
  said: '给出的风险',
  came: '未再下单',
  cases: '客户数',
  beside: (month) => `与简单规则比较，${month}`,
  rule: '规则',
  onSame: '同一批客户上的模型',
  better: '显著优于模型',
  alerts: (month) => `告警，${month}`,
  tier: '等级',
  told: '已发出',
  right: '判断正确',
  rightOf: (right, graded, share) => `${right} / ${graded}，${share}`,
  strata: (month) => `按下单天数，${month}`,
  orderDays: '复购天数',
  none: '尚未打分',
  noneHint: '每天对百分之一的客户打分，以便日后评分。',
}

/** Chinese words for values of grades. */
export const SIMPLIFIED_CHINESE_GRADES_TERMS: GradesTerms = {
  simpleRule: { silence: '沉默天数', gap: '沉默与自身间隔之比' },
  stratum: { none: '无', few: '1 至 4', many: '5 及以上' },
}
