import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Lab } from '../lab.ts'
import { runCommand } from '../run/command.ts'
import { makeOlder } from '../tree/age.ts'
import { writeContent } from '../tree/content.ts'

export interface PartedRpm {
  readonly name: string
  readonly version: string
  /** `noarch` among them. */
  readonly arch: string
  /** Of its content, which does not compress. */
  readonly bytes: number
}

/** A yum repository with packages of several architectures. */
export interface PartedYumRepository {
  readonly directory: string
  /** Path of a package in the repository. */
  pathOf(rpm: PartedRpm): string
  /** Adds packages, and writes the metadata again. */
  add(...rpms: readonly PartedRpm[]): Promise<void>
}

const builtAt = 1_704_067_200

export async function partedYumRepository(lab: Lab, first: readonly PartedRpm[]): Promise<PartedYumRepository> {
  const directory = lab.newDirectory('parted-yum')
  const pathOf = ({ name, version, arch }: PartedRpm): string => `Packages/${name}-${version}-1.${arch}.rpm`
  const repository: PartedYumRepository = {
    directory,
    pathOf,
    async add(...rpms) {
      await mkdir(join(directory, 'Packages'), { recursive: true })
      for (const rpm of rpms) await build(lab, join(directory, 'Packages'), rpm)
      await runCommand('createrepo_c', ['--quiet', '--update', directory])
    },
  }
  await repository.add(...first)
  await makeOlder(join(directory, 'repodata'))
  return repository
}

async function build(lab: Lab, into: string, { name, version, arch, bytes }: PartedRpm): Promise<void> {
  const home = lab.newDirectory('rpmbuild')
  const content = join(home, 'content')
  writeContent(content, { content: `${name} ${version} ${arch}`, bytes, mtime: builtAt })
  const spec = join(home, 'lab.spec')
  await writeFile(
    spec,
    `Name: ${name}
Version: ${version}
Release: 1
Summary: Made
License: Apache-2.0
${arch === 'noarch' ? 'BuildArch: noarch' : ''}
AutoReqProv: no
%global debug_package %{nil}
%global __os_install_post %{nil}
%description
Made.
%install
mkdir -p %{buildroot}/opt/${name}
cp ${content} %{buildroot}/opt/${name}/content
%files
/opt/${name}
`,
  )
  const defines = {
    _topdir: home,
    _rpmdir: into,
    _build_name_fmt: '%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm',
    _buildhost: 'lab.invalid',
    _binary_payload: 'w0.gzdio',
    use_source_date_epoch_as_buildtime: '1',
  }
  const options = Object.entries(defines).flatMap(([key, value]) => ['--define', `${key} ${value}`])
  const target = arch === 'noarch' ? [] : ['--target', arch]
  const env = { HOME: home, SOURCE_DATE_EPOCH: String(builtAt) }
  await runCommand('rpmbuild', ['-bb', '--nodeps', ...target, ...options, spec], { env })
  await rm(home, { recursive: true })
}
