import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheDirectory } from '../paths.ts'
import { runCommand } from '../run/command.ts'
import { writeContent } from '../tree/content.ts'
import type { RpmPlan } from './packages.ts'

/** 2024-01-01 00:00:00 UTC, the time of everything in and about the packages. */
const builtAt = 1_704_067_200

/**
 * Builds the packages with rpmbuild, once: the same plans are taken from the cache later on.
 * @returns the directory that holds them as `NAME-VERSION-1.noarch.rpm`
 */
export async function buildRpms(plans: readonly RpmPlan[]): Promise<string> {
  const key = createHash('sha256')
    .update(JSON.stringify([specification(plans), plans]))
    .digest('hex')
    .slice(0, 16)
  const directory = join(cacheDirectory, 'rpms', key)
  if (existsSync(directory)) return directory
  await mkdir(join(cacheDirectory, 'rpms'), { recursive: true })
  const staging = await mkdtemp(`${directory}-`)
  try {
    const built = await build(staging, plans)
    // Another test may have been quicker: its result is as good.
    await rename(built, directory).catch(error => {
      if (!existsSync(directory)) throw error
    })
    return directory
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** File name of a package that was built. */
export function rpmFileName({ name, version }: RpmPlan): string {
  return `${name}-${version}-1.noarch.rpm`
}

async function build(staging: string, plans: readonly RpmPlan[]): Promise<string> {
  const payload = join(staging, 'payload')
  for (const { name, version, bytes } of plans) {
    await mkdir(join(payload, 'opt', name), { recursive: true })
    writeContent(join(payload, 'opt', name, 'content'), { content: `${name} ${version}`, bytes, mtime: builtAt })
  }
  const result = join(staging, 'rpms')
  const spec = join(staging, 'lab.spec')
  await writeFile(spec, specification(plans))
  const defines = {
    _topdir: staging,
    _rpmdir: result,
    _build_name_fmt: '%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm',
    _buildhost: 'lab.invalid',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
    payload,
  }
  const options = Object.entries(defines).flatMap(([name, value]) => ['--define', `${name} ${value}`])
  // Debian's rpm asks for `sh` and the like as packages, which are not there: nothing is built, only packed.
  const env = { HOME: staging, SOURCE_DATE_EPOCH: String(builtAt) }
  await runCommand('rpmbuild', ['-bb', '--nodeps', ...options, spec], { env })
  for (const name of await readdir(result)) await utimes(join(result, name), builtAt, builtAt)
  return result
}

/** One specification for all packages, because starting rpmbuild is what takes time. */
function specification(plans: readonly RpmPlan[]): string {
  const packages = plans.map(
    ({ name, version, requires = [] }) => `
%package -n ${name}
Version: ${version}
Summary: Package ${name} of the lab
${requires.map(required => `Requires: ${required}\n`).join('')}
%description -n ${name}
Made for the tests of repocast.

%files -n ${name}
/opt/${name}
`,
  )
  return `
Name: lab
Version: 1
Release: 1
Summary: Packages for the tests of repocast
License: Apache-2.0
BuildArch: noarch
AutoReqProv: no
%global debug_package %{nil}
%global __os_install_post %{nil}

%description
Made for the tests of repocast.

%install
mkdir -p %{buildroot}
cp -a %{payload}/. %{buildroot}
${packages.join('')}`
}
