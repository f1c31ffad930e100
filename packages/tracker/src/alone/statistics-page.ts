import type { TrackerStatsDocument } from '@repocast/api'
import { formatBytes, formatCount, type PageColumn, pageFacts, pageTable, renderPlainPage } from '@repocast/daemon'

/** `/stats` of a tracker as a page: plain HTML, readable in lynx. */
export function renderTrackerPage({ generated, open, totals, requests, swarms }: TrackerStatsDocument): string {
  const facts = pageFacts([
    ['Torrents', open ? 'any' : formatCount(totals.torrents)],
    ['Swarms', formatCount(totals.swarms)],
    ['Peers', formatCount(totals.peers)],
    ['Seeders', formatCount(totals.seeders)],
    ['Partial seeds', formatCount(totals.partialSeeds)],
    ['Leechers', formatCount(totals.leechers)],
    ['Over WebSocket', formatCount(totals.webConnections)],
    ['Announces', formatCount(requests.announces)],
    ['Announces per second', requests.announcesPerSecond.toFixed(1)],
    ['Refused', formatCount(requests.refused)],
    ['Too often', formatCount(requests.limited)],
  ])
  const rows = swarms.map(one => [
    one.name || one.infoHash,
    one.seeders,
    one.partialSeeds,
    one.leechers,
    one.completed,
    formatBytes(one.uploadedBytes),
    formatBytes(one.downloadedBytes),
  ])
  return renderPlainPage({
    title: 'repocast tracker',
    refreshSeconds: 10,
    body: `<p>${generated}. The same as <a href="stats.json">JSON</a>.</p>
${facts}<h2>Swarms</h2>
${pageTable(columns, rows, 'Nobody has announced yet.')}`,
  })
}

const columns: readonly PageColumn[] = [
  { title: 'Torrent' },
  { title: 'Seeders', isNumber: true },
  { title: 'Partial seeds', isNumber: true },
  { title: 'Leechers', isNumber: true },
  { title: 'Completed', isNumber: true },
  { title: 'Given', isNumber: true },
  { title: 'Taken', isNumber: true },
]
