import { expect, test } from 'vitest'
import { htmlText, type Plot, svgPlot } from './svg-plot.ts'

const axis = { title: 'n', from: 0, to: 100, text: String }
const plot = (over: Partial<Plot> = {}): Plot => ({
  ...{ title: 'Plot', x: axis, y: { ...axis, title: 'm' }, series: [] },
  ...over,
})
const placesOf = (svg: string): string[][] =>
  [...svg.matchAll(/cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [x!, y!])

test('places points between the axes, the greatest y on top', () => {
  const points = [
    { x: 0, y: 0 },
    { x: 100, y: 100 },
  ]
  const svg = svgPlot(plot({ series: [{ name: 'a', colour: 1, points }] }))
  expect(placesOf(svg)).toEqual([
    ['52.0', '216.0'],
    ['386.0', '12.0'],
  ])
  expect(svg).toContain('d="M52.0 216.0L386.0 12.0"')
})

test('leaves out what is no number or lies outside, and a line of nothing', () => {
  const points = [
    { x: 10, y: Number.NaN },
    { x: 101, y: 1 },
    { x: -1, y: 1 },
    { x: 1, y: -1 },
  ]
  const svg = svgPlot(plot({ series: [{ name: 'a', colour: 1, points }] }))
  expect(placesOf(svg)).toEqual([])
  expect(svg).not.toContain('class="line')
  expect(svg).not.toContain('NaN')
})

test.each([
  [1, ['0', '0.2', '0.4', '0.6', '0.8', '1']],
  [37, ['0', '10', '20', '30']],
  [2_400, ['0', '500', '1000', '1500', '2000']],
])('marks an axis up to %s at round numbers', (to, marks) => {
  const text = (value: number) => String(Math.round(value * 10) / 10)
  const svg = svgPlot(plot({ x: { ...axis, to, text } }))
  const found = [...svg.matchAll(/<text x="[\d.]+" y="232">([^<]*)</g)].map(([, mark]) => mark)
  expect(found).toEqual(marks)
})

test('lets no text become a tag', () => {
  const points = [{ x: 1, y: 1, label: '<script>' }]
  const svg = svgPlot(plot({ title: '"<b>', series: [{ name: '</p>', colour: 1, points }] }))
  expect(svg).not.toMatch(/<script|<b>|<\/p><\/span>|""/)
  expect(htmlText(`a<b>&"'`)).toBe('a&#60;b&#62;&#38;&#34;&#39;')
})
