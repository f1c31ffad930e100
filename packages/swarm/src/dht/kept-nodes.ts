import { readFile } from 'node:fs/promises'
import { writeFileDurably } from '@repocast/files'

const mostNodes = 200
const nodePattern = /^\d{1,3}(\.\d{1,3}){3}:\d{1,5}$/

/** The nodes (`host:port`) in a file of an earlier run, one a line; none when it is not there or not readable. */
export async function readKeptNodes(path: string): Promise<string[]> {
  const text = await readFile(path, 'latin1').catch(() => '')
  return text
    .split('\n')
    .filter(line => nodePattern.test(line))
    .slice(0, mostNodes)
}

/** @throws RepocastError REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED */
export async function writeKeptNodes(path: string, nodes: readonly string[]): Promise<void> {
  await writeFileDurably(
    path,
    nodes
      .slice(0, mostNodes)
      .map(node => `${node}\n`)
      .join(''),
  )
}
