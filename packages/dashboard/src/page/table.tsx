import type { ComponentChildren } from 'preact'
import { Scroller } from './scroller.tsx'

/** The name of a column; one of numbers is told apart. */
type Column = string | { readonly number: string }

interface TableProps {
  /** What is in it, as in "Table of packs". */
  readonly label: string
  /** Of its own looks. */
  readonly name?: string
  readonly columns: readonly Column[]
  /** Whether it scrolls down as well, with its head line staying. */
  readonly isTall?: boolean
  /** Its rows: `<tr>`, one cell for each column. */
  readonly children: ComponentChildren
}

/** A table of a page, in a box that it may be wider than. */
export function Table({ label, name, columns, isTall = false, children }: TableProps) {
  return (
    <Scroller label={label} isTall={isTall}>
      <table class={name === undefined ? 'list' : `list ${name}`}>
        <thead>
          <tr>
            {columns.map(column =>
              typeof column === 'string' ? (
                <th key={column} scope="col">
                  {column}
                </th>
              ) : (
                <th key={column.number} scope="col" class="number">
                  {column.number}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </Scroller>
  )
}
