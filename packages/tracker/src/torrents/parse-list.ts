import { RepocastError } from '@repocast/errors'

/**
 * A list of torrents: on each line an info-hash (40 hexadecimal digits), and a name if you like; empty lines and what
 * follows `#` do not count. `path` is for messages.
 * @throws RepocastError REPOCAST_TRACKER_LIST_WRONG
 */
export function parseTorrentList(text: string, path: string): Map<string, string> {
  const names = new Map<string, string>()
  for (const [k, line] of text.split('\n').entries()) {
    const [, infoHash = '', name = ''] = /^\s*(\S+)?\s*(.*?)\s*$/.exec(line.replace(/#.*/s, '')) ?? []
    if (infoHash === '') continue
    if (!/^[0-9a-fA-F]{40}$/.test(infoHash)) {
      throw new RepocastError('REPOCAST_TRACKER_LIST_WRONG', {
        message: `${path}:${k + 1}: ${JSON.stringify(infoHash.slice(0, 60))} is no info-hash`,
        hint: 'begin each line with 40 hexadecimal digits, or with # for a comment',
      })
    }
    names.set(infoHash.toLowerCase(), name)
  }
  return names
}
