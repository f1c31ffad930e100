/*
 * Pages of plain HTML: readable in lynx, no script and nothing from elsewhere. For what people look at without the
 * dashboard: statistics, and listings of directories.
 */

/** Text that is HTML already. Everything else is escaped. */
export interface Html {
  readonly html: string
}

export type Cell = string | number | Html

/** A column of a table; numbers stand on the right. */
export interface PageColumn {
  readonly title: string
  readonly isNumber?: boolean
}

export interface PlainPage {
  readonly title: string
  /** HTML below the heading. */
  readonly body: string
  /** The page is loaded again after so many seconds. */
  readonly refreshSeconds?: number
}

export const plainPageType = 'text/html; charset=utf-8'

/** A whole page. Pure. */
export function renderPlainPage(page: PlainPage): string {
  return plainPageStart(page) + page.body + plainPageEnd
}

/** A page up to its body, for those that send it in parts. Pure. */
export function plainPageStart({ title, refreshSeconds }: Omit<PlainPage, 'body'>): string {
  const refresh = refreshSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${refreshSeconds}">\n`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refresh}<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
`
}

export const plainPageEnd = '</body>\n</html>\n'

/** A table, or the sentence `empty` when there are no rows. Pure. */
export function pageTable(columns: readonly PageColumn[], rows: readonly (readonly Cell[])[], empty: string): string {
  if (rows.length === 0) return `<p>${escapeHtml(empty)}</p>\n`
  return pageTableStart(columns) + rows.map(row => pageTableRow(columns, row)).join('') + pageTableEnd
}

export function pageTableStart(columns: readonly PageColumn[]): string {
  const head = columns.map(({ title, isNumber }) => `<th scope="col"${numberClass(isNumber)}>${escapeHtml(title)}</th>`)
  return `<div class="wide"><table><thead><tr>${head.join('')}</tr></thead>\n<tbody>\n`
}

export function pageTableRow(columns: readonly PageColumn[], cells: readonly Cell[]): string {
  const row = cells.map((cell, k) => `<td${numberClass(columns[k]?.isNumber)}>${toHtml(cell)}</td>`)
  return `<tr>${row.join('')}</tr>\n`
}

export const pageTableEnd = '</tbody></table></div>\n'

/** Names with their values, such as totals. Pure. */
export function pageFacts(facts: readonly (readonly [name: string, value: Cell])[]): string {
  const items = facts.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${toHtml(value)}</dd></div>`)
  return `<dl>\n${items.join('\n')}\n</dl>\n`
}

/** A link; `address` is a URL reference, with escapes where they are needed. */
export function pageLink(address: string, text: string): Html {
  return { html: `<a href="${escapeHtml(address)}">${escapeHtml(text)}</a>` }
}

function toHtml(cell: Cell): string {
  return typeof cell === 'object' ? cell.html : escapeHtml(String(cell))
}

function numberClass(isNumber: boolean | undefined): string {
  return isNumber ? ' class="number"' : ''
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text for HTML, also inside of quoted attributes. Pure. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => entities[character] ?? '')
}

const style = `
:root { color-scheme: light dark; --line: light-dark(#d8dce2, #3a404a); --soft: light-dark(#5b6472, #9aa4b2) }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; overflow-wrap: anywhere } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: .5rem 1.5rem }
dt { color: var(--soft); font-size: .85rem } dd { margin: 0; font-size: 1.2rem; font-variant-numeric: tabular-nums }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .35rem 1rem .35rem 0; border-bottom: 1px solid var(--line); white-space: nowrap }
td:first-child { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 12rem }
th { color: var(--soft); font-weight: 500; font-size: .85rem }
.number { text-align: right; font-variant-numeric: tabular-nums }
`
