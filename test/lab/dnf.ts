import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Lab } from './lab.ts'
import { type CommandOutput, runCommand } from './run/command.ts'

/** The real dnf with a system of its own: an empty root that knows one repository. The host is not touched. */
export interface DnfClient {
  /** The root that packages are installed into. */
  readonly root: string
  /** `dnf makecache`; metadata is always looked at anew. */
  makecache(): Promise<void>
  /** Packages of the repository as `NAME-VERSION`, sorted. */
  repoquery(...args: string[]): Promise<string[]>
  /** `dnf install`: fetches, verifies and installs packages with what they depend on. */
  install(...names: string[]): Promise<void>
  /** `dnf upgrade`. */
  upgrade(): Promise<void>
  /** Versions of what is installed, by name, as the rpm database of the root tells. */
  installed(): Promise<ReadonlyMap<string, string>>
  /** Any other subcommand of dnf. */
  run(...args: string[]): Promise<CommandOutput>
}

/** How dnf finds a repository: its directory, which holds `repodata/`, or a list of mirrors that have it. */
export interface DnfSource {
  readonly url: string
  readonly by?: 'baseurl' | 'mirrorlist' | 'metalink'
}

/** Makes an empty system for dnf. It must run as root. */
export async function dnfClient(lab: Lab, source: DnfSource): Promise<DnfClient> {
  const home = lab.newDirectory('dnf')
  const root = join(home, 'root')
  await mkdir(root)
  const configuration = join(home, 'dnf.conf')
  await writeFile(configuration, dnfConfiguration(home, source))

  const run = async (...args: string[]): Promise<CommandOutput> =>
    await runCommand(
      'dnf',
      [`--config=${configuration}`, `--installroot=${root}`, '--releasever=1', '--assumeyes', '--quiet', ...args],
      // Debian's rpm keeps its database in the home directory of the user.
      { env: { HOME: home, TMPDIR: home }, timeoutSeconds: 180 },
    )
  const format = '%{name}-%{version}'

  return {
    root,
    run,
    makecache: async () => void (await run('makecache', '--refresh')),
    async repoquery(...args) {
      const { stdout } = await run('--refresh', 'repoquery', '--queryformat', format, ...args)
      return stdout.split('\n').filter(Boolean).sort()
    },
    install: async (...names) => void (await run('install', ...names)),
    upgrade: async () => void (await run('--refresh', 'upgrade')),
    async installed() {
      const query = ['--query', '--all', '--queryformat', '%{NAME}\t%{VERSION}\n']
      const { stdout } = await runCommand('rpm', [`--root=${root}`, ...query], { env: { HOME: home } })
      const rows = stdout.split('\n').map(line => line.split('\t'))
      return new Map(rows.flatMap(([name, version]) => (name && version ? [[name, version] as const] : [])))
    },
  }
}

function dnfConfiguration(home: string, { url, by = 'baseurl' }: DnfSource): string {
  return `[main]
gpgcheck=0
plugins=0
reposdir=/nowhere
varsdir=/nowhere
cachedir=${home}/cache
persistdir=${home}/persist
logdir=${home}/log
proxy=
retries=1
timeout=30
zchunk=0
install_weak_deps=0
best=1

[lab]
name=repocast lab
${by}=${url}
enabled=1
`
}
