import { describe, expect, test } from 'vitest'
import { modelCard } from './model-card.ts'
import { modelCardHtml } from './model-card-html.ts'
import { modelCardLines } from './model-card-lines.ts'
import { BOOK, MODEL } from './model-fixture.ts'
import { modelListLines } from './model-list.ts'

const card = modelCard(BOOK, MODEL.version)
const look = { timeZone: 'Europe/Berlin', isAll: false }

describe('a model card', () => {
  test('says that dropout was set, and that nothing is known of values', () => {
    expect(card.isInForce).toBe(true)
    expect(card.limits.join('\n')).toContain('a mean chance of 5 % after each order was set')
    expect(card.limits.join('\n')).toContain('nothing of what they are worth')
    const identified = { ...MODEL, dropoutIdentified: true }
    const other = modelCard({ models: new Map([[MODEL.version, identified]]) }, MODEL.version)
    expect(other.isInForce).toBe(false)
    expect(other.limits.join('\n')).not.toContain('5 %')
  })

  test('has data, grades of all that were compared, by stratum, and limits in a terminal', () => {
    const lines = modelCardLines(card, look.timeZone)
    expect(lines[0]).toBe('20260601T120000Z-abc123, in force')
    expect(lines[2]).toBe('  model      mbg-nbd: r 0.788412, alpha 8.6275, a 0.5, b 9.5')
    expect(lines[3]).toContain('4,339 customers, 2,845 with orders on two days or more')
    expect(lines[3]).toContain('until 2026-06-01 14:00')
    expect(lines).toContain('  dropout    not identified: set to 5 % an order')
    const grades = lines.filter((line) => /^ {2}(all|one|two|six)/.test(line))
    expect(grades.map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['all', 'this kind of model', '2,725', '1,390', '0.7445', '0.2021', '0.0400'],
      ['all', 'shipped-1', '2,725', '1,390', '0.7441', '0.2369', '0.0400'],
      ['all', 'recency', '2,725', '1,390', '0.6650', '–', '–'],
      ['one order day', 'this kind of model', '1,500', '950', '–', '0.2021', '0.0400'],
      ['one order day', 'shipped-1', '1,500', '950', '–', '0.2369', '0.0400'],
      ['one order day', 'recency', '1,500', '950', '–', '–', '–'],
      ['two to five', 'this kind of model', '1,000', '400', '0.6645', '0.2021', '0.0400'],
      ['two to five', 'shipped-1', '1,000', '400', '0.6641', '0.2369', '0.0400'],
      ['two to five', 'recency', '1,000', '400', '0.5850', '–', '–'],
      ['six or more', 'this kind of model', '225', '40', '0.8245', '0.2021', '0.0400'],
      ['six or more', 'shipped-1', '225', '40', '0.8241', '0.2369', '0.0400'],
      ['six or more', 'recency', '225', '40', '0.7450', '–', '–'],
    ])
  })

  test('is a page that fetches nothing, with a dot a group, and takes no markup from data', () => {
    const why = '<script>alert(1)</script>'
    const models = new Map([[MODEL.version, { ...MODEL, why }]])
    const page = modelCardHtml(modelCard({ models }, MODEL.version), look.timeZone)
    expect(page.match(/<circle /g)).toHaveLength(10)
    expect(page).not.toMatch(/<script|https?:|@import|url\(|src=/)
    expect(page).toContain('&lt;script&gt;')
    expect(page).toContain('<td class="number">0.2021</td>')
  })

  test('says how customers visit, where that has a say, and that it is not graded', () => {
    const visits = { shape: 1.8712345, rate: 16.5 }
    const models = new Map([[MODEL.version, { ...MODEL, visits }]])
    const knowing = modelCard({ models }, MODEL.version)
    const lines = modelCardLines(knowing, look.timeZone)
    expect(lines[3]).toBe('  visits     gamma-poisson, in days: shape 1.87123, rate 16.5')
    expect(lines.join('\n')).toContain('Days with a visit only bring light forward')
    expect(modelCardHtml(knowing, look.timeZone)).toContain('shape 1.87123, rate 16.5')
    expect(modelCardLines(card, look.timeZone).join('\n')).not.toContain('visit')
  })

  test('the shipped model has one as well', () => {
    const lines = modelCardLines(modelCard(BOOK, 'shipped-1'), look.timeZone)
    expect(lines[0]).toBe('shipped-1')
    expect(lines.join('\n')).toContain('2,357 customers of CDNOW')
  })
})

describe('the list of models', () => {
  test('marks the one in force, and says since when and why', () => {
    const lines = modelListLines(BOOK, look)
    expect(lines[0]).toBe(
      'In force: 20260601T120000Z-abc123, since 2026-06-01 14:00, by rule (Brier score 0.2021 against 0.2369, 14.7 % lower)',
    )
    expect(lines[1]).toBe('Customers are scored with it as soon as the scorer runs.')
    expect(lines.filter((line) => line.startsWith('*'))).toEqual([
      '*  20260601T120000Z-abc123  2026-06-01       4,339  0.2021  0.7445       0.8245  shipped-1  0.2369',
    ])
  })

  test('of a shop without a model has the shipped one, in force', () => {
    const lines = modelListLines({ models: new Map() }, look)
    expect(lines.slice(0, 2)).toEqual([
      'In force: shipped-1, the shipped one',
      'No training has ended yet.',
    ])
    expect(lines.at(-1)).toMatch(/^\* +shipped-1 +CDNOW, 1997/)
  })

  test('ends behind twenty, unless all are wanted', () => {
    const models = new Map(
      Array.from({ length: 25 }, (_, i) => [`v${i}`, { ...MODEL, version: `v${i}` }] as const),
    )
    expect(modelListLines({ models }, look).at(-1)).toBe('5 more: --all')
    const all = modelListLines({ models }, { ...look, isAll: true })
    expect(all.filter((line) => /^ +v\d/.test(line))).toHaveLength(25)
  })
})
