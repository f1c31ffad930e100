import type { SyncSettings } from '@repocast/agent'

/** Options that may be given more than once. */
const repeated = { type: 'string', array: true, nargs: 1 } as const
const once = { type: 'string', requiresArg: true } as const

/** Lists of names, which may also stand behind one another with commas; patterns may have commas in them. */
const nameLists = ['suites', 'components', 'architectures'] as const
const names = 'more than one: again, or with commas'

/** The settings of agent.yaml that `sync` takes, by the same names. */
export const syncSettingOptions = {
  include: { ...repeated, group: 'Filter:', describe: 'Mirror only files whose path matches; more than one: again' },
  exclude: { ...repeated, group: 'Filter:', describe: 'Leave out files whose path matches; more than one: again' },
  suites: { ...repeated, group: 'Filter:', describe: `Of deb repositories: directories below dists/; ${names}` },
  components: { ...repeated, group: 'Filter:', describe: `Of deb repositories; ${names}` },
  architectures: { ...repeated, group: 'Filter:', describe: `Of packages; ${names}` },
  sources: { type: 'boolean', group: 'Filter:', describe: '--no-sources leaves source packages out' },
  debug: { type: 'boolean', group: 'Filter:', describe: '--no-debug leaves debug packages out' },
  newest: { type: 'number', requiresArg: true, group: 'Filter:', describe: 'So many versions of each package' },
  'upload-limit': { ...once, describe: 'What all peers together are given, at most, such as 50Mbit/s' },
  'download-limit': { ...once, describe: 'What is fetched, at most, such as 200Mbit/s' },
  'bind-address': { ...once, describe: 'Address of this host to listen on for peers, and to call others from' },
  site: { ...once, describe: 'Name of the place whose mirrors share a line' },
  peers: {
    ...repeated,
    describe: 'HOST:PORT of a peer that is called when something is missing; more than one: again',
  },
} as const satisfies Readonly<Record<keyof SyncSettings, object>>

/** What is given of them, as in agent.yaml. */
export function settingsOf(args: Readonly<Record<string, unknown>>): object {
  const given = Object.keys(syncSettingOptions).flatMap(key => {
    const value = args[key]
    if (value === undefined) return []
    const isNames = nameLists.some(name => name === key)
    return [[key, isNames && Array.isArray(value) ? value.flatMap(list => String(list).split(',')) : value]]
  })
  return Object.fromEntries(given)
}
