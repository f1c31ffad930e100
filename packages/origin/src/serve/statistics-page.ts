import type { MirrorStatistics, PublicMirrorStatistics, StatsDocument, WatchStatistics } from '@repocast/api'
import {
  type Cell,
  escapeHtml,
  formatBytes,
  formatDuration,
  type PageColumn,
  pageFacts,
  pageTable,
  renderPlainPage,
} from '@repocast/daemon'

/** `/stats` as a page: plain HTML, readable in lynx. */
export function renderStatsPage(stats: StatsDocument): string {
  const { totals } = stats
  const facts = pageFacts([
    ['Mirrors', totals.mirrors],
    ['Swarms', totals.swarms],
    ['Peers', totals.peers],
    ['Seeders', totals.seeders],
    ['Partial seeds', totals.partialSeeds],
    ['Leechers', totals.leechers],
    ['Completed', totals.completed],
    ['The origin gave', formatBytes(totals.originUploadedBytes)],
    ['Mirrors gave', formatBytes(totals.mirrorsUploadedBytes)],
  ])
  const repositories = stats.repositories.map(one => [
    one.name,
    one.kind,
    one.serial,
    one.created,
    one.files,
    formatBytes(one.bytes),
    one.packs,
  ])
  const packs = stats.packs.map(one => [
    one.name,
    one.infoHash,
    formatBytes(one.bytes),
    one.seeders,
    one.partialSeeds,
    one.leechers,
    one.completed,
  ])
  return renderPlainPage({
    title: 'repocast',
    refreshSeconds: 10,
    body: `<p>${escapeHtml(stats.origin)}, ${escapeHtml(stats.generated)}. The same as <a href="/stats.json">JSON</a>.</p>
${facts}<h2>Repositories</h2>
${pageTable(repositoryColumns, repositories, 'Nothing is published yet.')}${watched(stats.watched)}<h2>Mirrors</h2>
${pageTable(mirrorColumns, stats.mirrors.flatMap(mirrorRows), 'No mirror has reported yet.')}${publicMirrors(stats.publicMirrors)}<h2>Packs</h2>
${pageTable(packColumns, packs, 'There are no packs yet.')}`,
  })
}

const text = (title: string): PageColumn => ({ title })
const number = (title: string): PageColumn => ({ title, isNumber: true })

const repositoryColumns = [
  text('Name'),
  text('Kind'),
  number('Serial'),
  text('Published'),
  number('Files'),
  number('Size'),
  number('Packs'),
]
const watchColumns = [text('Name'), text('State'), text('Not published for'), text('Error')]
const mirrorColumns = [
  text('Name'),
  text('Repository'),
  number('Serves'),
  number('Newest'),
  text('Behind'),
  text('State'),
  number('Taken'),
  number('Given'),
  text('Last report'),
]
const publicColumns = [text('Repository'), text('Address'), text('State'), text('Since'), text('Why')]
const packColumns = [
  text('Name'),
  text('Info-hash'),
  number('Size'),
  number('Seeders'),
  number('Partial seeds'),
  number('Leechers'),
  number('Completed'),
]

function watched(trees: readonly WatchStatistics[]): string {
  if (trees.length === 0) return ''
  const rows = trees.map(one => [
    one.name,
    one.step === null ? one.state : `${one.state}: ${one.step}`,
    one.unpublishedSeconds === 0 ? '' : formatDuration(one.unpublishedSeconds),
    one.error === null ? '' : `${one.error.code}: ${one.error.message}`,
  ])
  return `<h2>Watched trees</h2>\n${pageTable(watchColumns, rows, '')}`
}

function publicMirrors(mirrors: readonly PublicMirrorStatistics[]): string {
  if (mirrors.length === 0) return ''
  const rows = mirrors.map(one => [one.repository, one.url, one.state, one.since, one.why])
  return `<h2>Public mirrors</h2>\n${pageTable(publicColumns, rows, '')}`
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
