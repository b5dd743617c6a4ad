import type { ComponentChildren } from 'preact'

/** One column: its heading, and what stands in it. */
export interface Column<Row> {
  readonly key: string
  readonly head: string
  readonly cell: (row: Row) => ComponentChildren
  readonly isNumeric?: boolean
  /** By which the rows are sorted. */
  readonly sorted?: 'ascending' | 'descending' | undefined
  readonly onSort?: (() => void) | undefined
}

interface DataTableProps<Row> {
  /** What the table is of, for those who cannot see what stands around it. */
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  /** Rows become cards on a phone; else the table scrolls inside its box. */
  readonly isCards?: boolean
}

/** A table whose first column names the row. */
export const DataTable = <Row,>(props: DataTableProps<Row>) => {
  const { label, columns, rows, keyOf, isCards = false } = props
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="table-box" aria-label={label} tabIndex={0}>
      <table class={isCards ? 'table is-cards' : 'table'}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.key} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column, index) => (
                <Cell key={column.key} column={column} isName={index === 0}>
                  {column.cell(row)}
                </Cell>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const Heading = <Row,>({ column }: { readonly column: Column<Row> }) => (
  <th
    scope="col"
    class={column.isNumeric ? 'is-numeric' : ''}
    {...(column.sorted && { 'aria-sort': column.sorted })}
  >
    {column.onSort ? (
      <button type="button" class="sort" onClick={column.onSort}>
        {column.head}
        <span aria-hidden="true">{ARROWS[column.sorted ?? 'none']}</span>
      </button>
    ) : (
      column.head
    )}
  </th>
)

const ARROWS = { ascending: '↑', descending: '↓', none: '' } as const

interface CellProps<Row> {
  readonly column: Column<Row>
  readonly isName: boolean
  readonly children: ComponentChildren
}

const Cell = <Row,>({ column, isName, children }: CellProps<Row>) =>
  isName ? (
    <th scope="row">{children}</th>
  ) : (
    <td class={column.isNumeric ? 'is-numeric' : ''} data-head={column.head}>
      <div>{children}</div>
    </td>
  )
