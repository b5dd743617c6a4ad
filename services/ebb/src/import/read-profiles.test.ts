import { NO_ATTRIBUTES, valuesOf, withTraits } from '@ebb/insights/profiles/profile-fold'
import { describe, expect, test } from 'vitest'
import { fileOf } from '../replay/replay-fixture.ts'
import { type ProfileFile, readProfileFile } from './read-profiles.ts'

const AS_OF = Date.UTC(2026, 5, 1)
const read = (lines: readonly string[], map?: string): ProfileFile =>
  readProfileFile(fileOf(...lines), { map, asOf: AS_OF })

const CRM = [
  'Customer ID,E-Mail,Age,VIP,Zip',
  '1,ann@shop.example,35,yes,01234',
  '2,,41,no,50667',
  '3,zoe@shop.example,,,',
]

const traits = ({ events }: ProfileFile) => events.map(({ context }) => context['traits'])

describe('a file of profiles', () => {
  test('is read by its header: who, what, and of which type', () => {
    const file = read(CRM)
    expect(file.user).toBe('Customer ID')
    expect(file.columns.map(({ attribute, type }) => [attribute, type])).toEqual([
      ...[
        ['E-Mail', 'text'],
        ['Age', 'number'],
        ['VIP', 'boolean'],
        ['Zip', 'text'],
      ],
    ])
    expect(traits(file)).toEqual([
      { 'E-Mail': 'ann@shop.example', Age: 35, VIP: true, Zip: '01234' },
      { Age: 41, VIP: false, Zip: '50667' },
      { 'E-Mail': 'zoe@shop.example' },
    ])
    expect(file.events[0]).toMatchObject({
      ...{ type: 'identify', customer: { userId: '1' }, source: 'import', backfill: true },
      ...{ occurredAt: AS_OF, id: `${file.name}-000000001` },
    })
  })

  test('is read as --map says', () => {
    const file = read(CRM, 'user=Zip,email=E-Mail,age:text=Age')
    expect(traits(file)).toEqual([{ email: 'ann@shop.example', age: '35' }, { age: '41' }])
    expect(file.refused).toMatchObject([{ row: 3, code: 'EBB_ROW_NO_CUSTOMER' }])
  })

  test.each([
    ['a row of another length', '4,x', 'EBB_ROW_COLUMNS'],
    ['a row without a customer', ',a@b.example,1,yes,1', 'EBB_ROW_NO_CUSTOMER'],
    ['an id that is too long', `${'x'.repeat(300)},,1,yes,1`, 'EBB_EVENT_ID_INVALID'],
    ['a cell that is too long', `4,${'x'.repeat(500)},1,yes,1`, 'EBB_ROW_VALUE'],
  ])('refuses %s, and takes the others', (_what, row, code) => {
    const { refused, events } = read([...CRM, row])
    expect(refused).toMatchObject([{ row: 4, code, raw: row }])
    expect(events).toHaveLength(3)
  })

  test('keeps an attribute of whatever name', () => {
    const [said] = traits(read(['user,__proto__,constructor', '1,a,b'])) as [object]
    expect(Object.entries(said)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ])
  })

  test('refuses a cell that is not of the type that was asked for', () => {
    const { refused } = read(CRM, 'user=Customer ID,zip:number=Zip')
    expect(refused.map(({ row, code }) => [row, code])).toEqual([[1, 'EBB_ROW_VALUE']])
  })

  test('of two rows of a customer lets the later one hold', () => {
    const rows = Array.from({ length: 12 }, (_, i) => `1,v${i}`)
    const { events } = read(['user,plan', ...rows])
    const folded = events
      .toReversed()
      .reduce(
        (before, { id: eventId, occurredAt, context }) =>
          withTraits(before, { traits: context['traits'] as object as never, occurredAt, eventId }),
        NO_ATTRIBUTES,
      )
    expect(valuesOf(folded)).toEqual({ plan: 'v11' })
  })

  test('has one name for the same file and columns, whenever it is read', () => {
    const later = readProfileFile(fileOf(...CRM), { map: undefined, asOf: AS_OF + 1 })
    expect(later.name).toBe(read(CRM).name)
    expect(read(CRM, 'user=Customer ID,age=Age').name).not.toBe(read(CRM).name)
  })

  test.each([
    ['user=', 'does not name an attribute and a column'],
    ['plan', 'does not name an attribute and a column'],
    ['user=a,user=b', 'user is named twice'],
    ['user=Zip,age=Age,age=VIP', 'the attribute age is named twice'],
    ['user=Zip,age:date=Age', 'date is no type'],
    [`user=Zip,${'n'.repeat(101)}=Age`, 'at most 100 characters'],
  ])('cannot be read by --map %s', (map, message) => {
    expect(() => read(CRM, map)).toThrow(
      expect.objectContaining({
        code: 'EBB_IMPORT_OPTION',
        message: expect.stringContaining(message),
      }),
    )
  })

  test.each([
    ['EBB_IMPORT_OPTION', ['Name,Age', 'Ann,3']],
    ['EBB_IMPORT_OPTION', ['user', '1']],
    ['EBB_IMPORT_OPTION', [`user,${Array.from({ length: 51 }, (_, i) => `c${i}`)}`, '1']],
    ['EBB_IMPORT_OPTION', [`user,${Array.from({ length: 200_000 }, (_, i) => `c${i}`)}`, '1']],
    ['EBB_IMPORT_OPTION', ['user,plan,user', '1,gold,2']],
    ['EBB_FILE_EMPTY', ['user,plan']],
  ])('is refused with %s where it holds no profiles', (code, lines) => {
    expect(() => read(lines)).toThrow(expect.objectContaining({ code }))
  })

  test('without a column of --map is refused', () => {
    expect(() => read(CRM, 'user=Zip,age=Alter')).toThrow(
      expect.objectContaining({ code: 'EBB_FILE_COLUMN_MISSING' }),
    )
  })
})
