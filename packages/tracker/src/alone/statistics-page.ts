import type { TrackerStatsDocument } from '@repocast/api'
import { formatBytes, formatCount } from '@repocast/daemon'

/** `/stats` of a tracker as a page: plain HTML, readable in lynx, no script and nothing from elsewhere. */
export function renderTrackerPage({ generated, open, totals, requests, swarms }: TrackerStatsDocument): string {
  const facts: readonly (readonly [string, string])[] = [
    ['Torrents', open ? 'any' : formatCount(totals.torrents)],
    ['Swarms', formatCount(totals.swarms)],
    ['Peers', formatCount(totals.peers)],
    ['Seeders', formatCount(totals.seeders)],
    ['Leechers', formatCount(totals.leechers)],
    ['Over WebSocket', formatCount(totals.webConnections)],
    ['Announces', formatCount(requests.announces)],
    ['Announces per second', requests.announcesPerSecond.toFixed(1)],
    ['Refused', formatCount(requests.refused)],
    ['Too often', formatCount(requests.limited)],
  ]
  const rows = swarms.map(one => {
    const cells = [
      one.seeders,
      one.leechers,
      one.completed,
      formatBytes(one.uploadedBytes),
      formatBytes(one.downloadedBytes),
    ]
    return `<tr><td>${escapeHtml(one.name || one.infoHash)}</td>${cells.map(cell => `<td class="number">${cell}</td>`).join('')}</tr>`
  })
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="10">
<title>repocast tracker</title>
<style>${style}</style>
</head>
<body>
<h1>repocast tracker</h1>
<p>${escapeHtml(generated)}. The same as <a href="stats.json">JSON</a>.</p>
<dl>
${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('\n')}
</dl>
<h2>Swarms</h2>
${rows.length === 0 ? '<p>Nobody has announced yet.</p>' : table(rows)}
</body>
</html>
`
}

function table(rows: readonly string[]): string {
  const head = ['Torrent', 'Seeders', 'Leechers', 'Completed', 'Given', 'Taken']
  const headings = head.map((one, k) => `<th scope="col"${k > 0 ? ' class="number"' : ''}>${one}</th>`).join('')
  return `<div class="wide"><table><thead><tr>${headings}</tr></thead>\n<tbody>\n${rows.join('\n')}\n</tbody></table></div>`
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
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line) }
td:first-child { overflow-wrap: anywhere; min-width: 12rem }
th { color: var(--soft); font-weight: 500; font-size: .85rem }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
`
