import type { MirrorStatistics, PublicMirrorStatistics, StatsDocument, WatchStatistics } from '@repocast/api'
import { formatBytes, formatDuration } from '@repocast/daemon'

/** `/stats` as a page: plain HTML, readable in lynx, no script and nothing from elsewhere. */
export function renderStatsPage(stats: StatsDocument): string {
  const { totals } = stats
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="10">
<title>repocast: ${escapeHtml(stats.origin)}</title>
<style>${style}</style>
</head>
<body>
<h1>repocast</h1>
<p>${escapeHtml(stats.origin)}, ${escapeHtml(stats.generated)}. The same as <a href="/stats.json">JSON</a>.</p>
<dl>
${fact('Mirrors', totals.mirrors)}${fact('Swarms', totals.swarms)}${fact('Peers', totals.peers)}
${fact('Seeders', totals.seeders)}${fact('Leechers', totals.leechers)}${fact('Completed', totals.completed)}
${fact('The origin gave', formatBytes(totals.originUploadedBytes))}
${fact('Mirrors gave', formatBytes(totals.mirrorsUploadedBytes))}
</dl>
<h2>Repositories</h2>
${table(
  ['Name', 'Kind', 'Serial', 'Published', 'Files', 'Size', 'Packs'],
  stats.repositories.map(one => [
    one.name,
    one.kind,
    one.serial,
    one.created,
    one.files,
    formatBytes(one.bytes),
    one.packs,
  ]),
  'Nothing is published yet.',
)}
${watched(stats.watched)}<h2>Mirrors</h2>
${table(
  ['Name', 'Repository', 'Serves', 'Newest', 'Behind', 'State', 'Taken', 'Given', 'Last report'],
  stats.mirrors.flatMap(mirrorRows),
  'No mirror has reported yet.',
)}
${publicMirrors(stats.publicMirrors)}<h2>Packs</h2>
${table(
  ['Name', 'Info-hash', 'Size', 'Seeders', 'Leechers', 'Completed'],
  stats.packs.map(one => [one.name, one.infoHash, formatBytes(one.bytes), one.seeders, one.leechers, one.completed]),
  'There are no packs yet.',
)}
</body>
</html>
`
}

function watched(trees: readonly WatchStatistics[]): string {
  if (trees.length === 0) return ''
  const rows = trees.map(one => [
    one.name,
    one.step === null ? one.state : `${one.state}: ${one.step}`,
    one.unpublishedSeconds === 0 ? '' : formatDuration(one.unpublishedSeconds),
    one.error === null ? '' : `${one.error.code}: ${one.error.message}`,
  ])
  return `<h2>Watched trees</h2>\n${table(['Name', 'State', 'Not published for', 'Error'], rows, '')}\n`
}

function publicMirrors(mirrors: readonly PublicMirrorStatistics[]): string {
  if (mirrors.length === 0) return ''
  const rows = mirrors.map(one => [one.repository, one.url, one.state, one.since, one.why])
  return `<h2>Public mirrors</h2>\n${table(['Repository', 'Address', 'State', 'Since', 'Why'], rows, '')}\n`
}

function mirrorRows(mirror: MirrorStatistics): Cell[][] {
  return mirror.repositories.map(one => [
    mirror.name,
    one.name,
    one.serial ?? 'nothing',
    one.newestSerial ?? '',
    one.lagSerials === 0 ? 'no' : `${one.lagSerials} (${formatDuration(one.lagSeconds)})`,
    one.state,
    formatBytes(mirror.downloadedBytes),
    formatBytes(mirror.uploadedBytes),
    mirror.lastReport,
  ])
}

type Cell = string | number

function table(headings: readonly string[], rows: readonly Cell[][], empty: string): string {
  if (rows.length === 0) return `<p>${escapeHtml(empty)}</p>`
  const head = headings.map(heading => `<th scope="col">${escapeHtml(heading)}</th>`).join('')
  const body = rows.map(row => `<tr>${row.map(cell).join('')}</tr>`).join('\n')
  return `<div class="wide"><table><thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody></table></div>`
}

function cell(value: Cell): string {
  return `<td${typeof value === 'number' ? ' class="number"' : ''}>${escapeHtml(String(value))}</td>`
}

function fact(name: string, value: Cell): string {
  return `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(String(value))}</dd></div>`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => entities[character] ?? '')
}

const style = `
:root { color-scheme: light dark; --line: light-dark(#d8dce2, #3a404a); --soft: light-dark(#5b6472, #9aa4b2) }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem; margin: 0 } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: .5rem 1.5rem }
dt { color: var(--soft); font-size: .85rem } dd { margin: 0; font-size: 1.2rem; font-variant-numeric: tabular-nums }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); white-space: nowrap }
th { color: var(--soft); font-weight: 500; font-size: .85rem } .number { font-variant-numeric: tabular-nums }
`
