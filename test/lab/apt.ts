import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { architecture } from './deb/metadata.ts'
import type { Lab } from './lab.ts'
import { type CommandOutput, runCommand } from './run/command.ts'

export interface AptSource {
  /** Address of the repository, the directory that holds `dists/`. */
  readonly url: string
  readonly suite: string
  /** File with the key that signs the suite. */
  readonly keyring: string
  readonly component?: string
}

/** The real apt with a system of its own: an empty root that knows one repository. The host is not touched. */
export interface AptClient {
  /** The root that packages are installed into. */
  readonly root: string
  /** `apt-get update`; every warning is an error. */
  update(): Promise<void>
  /** `apt-get install`: fetches, unpacks and configures packages with what they depend on. */
  install(...names: string[]): Promise<void>
  /** `apt-get upgrade`. */
  upgrade(): Promise<void>
  /** Versions of what is installed and configured, by name. */
  installed(): Promise<ReadonlyMap<string, string>>
  /** Version that `install` would take, undefined when the repository has no such package. */
  candidate(name: string): Promise<string | undefined>
  /** Any other command, for example `run('apt-cache', 'search', '.')`. */
  run(command: string, ...args: string[]): Promise<CommandOutput>
}

/** Makes an empty system for apt. It must run as root, because dpkg gives files to root. */
export async function aptClient(lab: Lab, { url, suite, keyring, component = 'main' }: AptSource): Promise<AptClient> {
  const root = lab.newDirectory('apt-root')
  const directories = ['etc/apt/apt.conf.d', 'etc/apt/preferences.d', 'etc/apt/sources.list.d', 'var/log/apt']
  const state = [
    'var/lib/apt/lists/partial',
    'var/cache/apt/archives/partial',
    'var/lib/dpkg/info',
    'var/lib/dpkg/updates',
  ]
  for (const path of [...directories, ...state]) await mkdir(join(root, path), { recursive: true })
  await writeFile(join(root, 'var/lib/dpkg/status'), '')
  await cp(keyring, join(root, 'etc/apt/repocast.gpg'))
  const sources = `deb [signed-by=${root}/etc/apt/repocast.gpg] ${url} ${suite} ${component}\n`
  await writeFile(join(root, 'etc/apt/sources.list'), sources)
  const configuration = join(root, 'etc/apt/lab.conf')
  await writeFile(configuration, aptConfiguration(root))

  const run = (command: string, ...args: string[]): Promise<CommandOutput> =>
    runCommand(command, args, {
      // The file that this names is read before everything else, and says that there is nothing else.
      env: { APT_CONFIG: configuration, DEBIAN_FRONTEND: 'noninteractive', DPKG_MAINTSCRIPT_DEBUG: '' },
      timeoutSeconds: 180,
    })
  const get = async (...args: string[]): Promise<void> => void (await run('apt-get', '-q', '-y', ...args))

  return {
    root,
    run,
    update: () => get('--error-on=any', 'update'),
    install: (...names) => get('--no-install-recommends', 'install', ...names),
    upgrade: () => get('upgrade'),
    async installed() {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: these are placeholders of dpkg-query
      const format = '${Status}\t${Package}\t${Version}\n'
      const { stdout } = await run('dpkg-query', `--admindir=${root}/var/lib/dpkg`, '--show', `--showformat=${format}`)
      const rows = stdout.split('\n').map(line => line.split('\t'))
      return new Map(
        rows.flatMap(([status, name, version]) =>
          status === 'install ok installed' && name && version ? [[name, version] as const] : [],
        ),
      )
    },
    async candidate(name) {
      const { stdout } = await run('apt-cache', 'policy', name)
      const version = /^ {2}Candidate: (.*)$/m.exec(stdout)?.[1]
      return version === '(none)' ? undefined : version
    },
  }
}

function aptConfiguration(root: string): string {
  return `
Dir "${root}/";
Dir::Etc::main "";
Dir::Etc::parts "apt.conf.d";
Dir::State::status "${root}/var/lib/dpkg/status";
Dir::Bin::dpkg "/usr/bin/dpkg";
Dir::Log "${root}/var/log/apt";
APT::Architecture "${architecture}";
APT::Architectures { "${architecture}"; };
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "0";
Acquire::http::Proxy "DIRECT";
DPkg::Options {
  "--root=${root}";
  "--log=${root}/var/log/dpkg.log";
  "--force-unsafe-io";
};
`
}
