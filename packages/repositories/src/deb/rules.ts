import type { Finding, Rule } from '../check/finding.ts'
import { debUpdateRules } from './update-rules.ts'

/** The rules for deb trees. A code never changes its meaning. */
export const debRules = {
  DEB_RELEASE_MISSING: {
    severity: 'error',
    rule: 'Each suite has a Release or an InRelease file that names its indices.',
    source: 'apt-secure(8): apt refuses repositories without one',
    hint: 'publish when the tool that makes the repository has ended: Release is what it writes last',
  },
  DEB_RELEASE_PLAIN_MISSING: {
    severity: 'warning',
    rule: 'Beside each InRelease lies a Release.',
    source: 'Debian wiki, DebianRepository/Format: "Release" files; old clients and simple tools read only that',
    hint: 'let the tool that makes the repository write both',
  },
  DEB_RELEASE_MALFORMED: {
    severity: 'error',
    rule: 'Release and InRelease are one paragraph of control data each, which names indices with their sizes and digests, with dates in UTC; nothing stands around the signed text of InRelease.',
    source: 'Debian wiki, DebianRepository/Format: "Release" files; RFC 9580, section 7',
    hint: 'make the metadata of the suite again',
  },
  DEB_RELEASE_MISMATCH: {
    severity: 'error',
    rule: 'InRelease signs the same text that Release has.',
    source: 'Debian wiki, DebianRepository/Format: clients read either of them',
    hint: 'one of them is of another update: publish when the tool that makes the repository has ended, or sign again',
  },
  DEB_SIGNATURE_BAD: {
    severity: 'error',
    rule: 'InRelease and Release.gpg hold signatures by one of the given keys.',
    source: 'apt-secure(8); RFC 9580',
    hint: 'sign again after the last change of Release, with a key that clients know',
  },
  DEB_SIGNATURE_MISSING: {
    severity: 'warning',
    rule: 'Where keys are given, each suite has an InRelease or a Release.gpg.',
    source: 'apt-secure(8): apt refuses repositories without a signature',
    hint: 'sign it: gpg --clearsign --output InRelease Release; or configure no keys',
  },
  DEB_VALID_UNTIL_PAST: {
    severity: 'error',
    rule: 'Valid-Until of a Release is not past.',
    source: 'apt.conf(5): Acquire::Check-Valid-Until; apt refuses a Release that has expired',
    hint: 'make the metadata of the suite again; an old archive may be published with this code allowed',
  },
  DEB_DATE_FUTURE: {
    severity: 'warning',
    rule: 'Date of a Release is not in the future.',
    source: 'apt.conf(5): Acquire::Max-FutureTime; apt refuses a Release from the future',
    hint: 'set the clocks of the machine that makes the repository and of this one',
  },
  DEB_INDEX_MISSING: {
    severity: 'error',
    rule: 'Of each Packages and Sources that a Release names, and whose directory is there, one form at least is there.',
    source: 'what clients do: apt update fails without it',
    hint: 'make the metadata of the suite again, or bring the file back',
  },
  DEB_PART_MISSING: {
    severity: 'warning',
    rule: 'Each component has Packages for each architecture that the Release names, and all of them are there.',
    source: 'Debian wiki, DebianRepository/Format: Architectures, Components',
    hint: 'clients that want these parts fail; a mirror of a part of an archive is right not to have them',
  },
  DEB_EXTRA_MISSING: {
    severity: 'warning',
    rule: 'Of each other file that a Release names (Contents, Translation, DEP-11, …) one form at least is there.',
    source: 'Debian wiki, DebianRepository/Format: MD5Sum, SHA1, SHA256',
    hint: 'clients that ask for them fail; a mirror of a part of an archive is right not to have them',
  },
  DEB_INDEX_SIZE: {
    severity: 'error',
    rule: 'Each index has the size that Release says.',
    source: 'Debian wiki, DebianRepository/Format: MD5Sum, SHA1, SHA256; apt refuses others',
    hint: 'Release and the index are of different updates, or the index was cut off: publish when all is written',
  },
  DEB_INDEX_CHECKSUM: {
    severity: 'error',
    rule: 'Each index has the digest that Release says.',
    source: 'Debian wiki, DebianRepository/Format: MD5Sum, SHA1, SHA256; apt refuses others (“Hash Sum mismatch”)',
    hint: 'Release and the index are of different updates, or the index is damaged: publish when all is written',
  },
  DEB_INDEX_FORMS_DIFFER: {
    severity: 'error',
    rule: 'All forms of an index, plain and compressed, hold the same text.',
    source: 'Debian wiki, DebianRepository/Format: Compression of indices; apt verifies the text too',
    hint: 'compress the index again from its plain form, and make Release again',
  },
  DEB_INDEX_MALFORMED: {
    severity: 'error',
    rule: 'Each index can be unpacked, and is control data whose entries say name, version, file, size and digests.',
    source: 'deb822(5); Debian wiki, DebianRepository/Format: "Packages" and "Sources" indices',
    hint: 'make the metadata of the suite again',
  },
  DEB_INDEX_UNREAD: {
    severity: 'warning',
    rule: 'One form of each Packages and Sources is plain or compressed by gzip, xz, bzip2 or zstd.',
    source: 'repocast reads no others, and so cannot check the packages',
    hint: 'let the tool that makes the repository write gzip or xz as well',
  },
  DEB_INDEX_UNNAMED: {
    severity: 'warning',
    rule: 'Each Packages and Sources below a suite is named by its Release.',
    source: 'what clients do: apt reads only what Release names',
    hint: 'make the Release again; remove the index if it is not wanted any more',
  },
  DEB_PATH_UNSAFE: {
    severity: 'error',
    rule: 'Paths in Release, Packages and Sources lead to files inside the tree.',
    source: 'mirrors carry nothing else, and no client should follow them',
    hint: 'find out who wrote the path; make the metadata again from a directory that holds all packages',
  },
  DEB_BY_HASH_MISSING: {
    severity: 'warning',
    rule: 'Where a Release says Acquire-By-Hash, each index lies in by-hash under its strongest digest.',
    source: 'Debian wiki, DebianRepository/Format: Acquire-By-Hash; older apt fails, newer apt asks for the plain name',
    hint: 'let the tool that makes the repository write by-hash, or leave Acquire-By-Hash out',
  },
  DEB_BY_HASH_WRONG: {
    severity: 'error',
    rule: 'Each file in by-hash/SHA256 and by-hash/SHA512 has the digest that is its name.',
    source: 'Debian wiki, DebianRepository/Format: Acquire-By-Hash',
    hint: 'remove the file, and make the metadata of the suite again',
  },
  DEB_PDIFF_BROKEN: {
    severity: 'warning',
    rule: 'The Index of a .diff directory leads to the index that Release names, by patches that are there and are what it says.',
    source: 'Debian wiki, DebianRepository/Format: diffs; apt fetches the whole index when one is broken',
    hint: 'make the patches again, or remove the .diff directory and make Release again',
  },
  DEB_PACKAGE_MISSING: {
    severity: 'error',
    rule: 'Each package that a Packages names is there.',
    source: 'what clients do: an installation that needs it fails',
    hint: 'bring the package back, or make the metadata again without it',
  },
  DEB_PACKAGE_SIZE: {
    severity: 'error',
    rule: 'Each package has the size that Packages says.',
    source: 'Debian wiki, DebianRepository/Format: Size; apt refuses others',
    hint: 'the package was replaced after the metadata was made, or is still being copied: make the metadata again when all is there',
  },
  DEB_PACKAGE_CHECKSUM: {
    severity: 'error',
    rule: 'Each package has the digest that Packages says.',
    source: 'Debian wiki, DebianRepository/Format: MD5sum, SHA1, SHA256; apt refuses others (“Hash Sum mismatch”)',
    hint: 'the package was replaced after the metadata was made: make it again, or bring the old package back',
  },
  DEB_SOURCE_FILE_MISSING: {
    severity: 'error',
    rule: 'Each file of a source package that a Sources names is there.',
    source: 'what clients do: apt source fails without it',
    hint: 'bring the file back, or make the metadata again without the source package',
  },
  DEB_SOURCE_FILE_SIZE: {
    severity: 'error',
    rule: 'Each file of a source package has the size that Sources says.',
    source: 'deb-src-files(5), Checksums-Sha256; apt refuses others',
    hint: 'the file was replaced after the metadata was made, or is still being copied: make the metadata again when all is there',
  },
  DEB_SOURCE_FILE_CHECKSUM: {
    severity: 'error',
    rule: 'Each file of a source package has the digest that Sources says.',
    source: 'deb-src-files(5), Checksums-Sha256; apt refuses others',
    hint: 'the file was replaced after the metadata was made: make it again, or bring the old file back',
  },
  DEB_INSTALLER_MALFORMED: {
    severity: 'error',
    rule: 'Each line of the SHA256SUMS of an installer is a digest and the path of a file below.',
    source: 'sha256sum(1)',
    hint: 'bring the file back as the distribution made it',
  },
  DEB_INSTALLER_MISSING: {
    severity: 'error',
    rule: 'Each file that the SHA256SUMS of an installer names is there.',
    source: 'what installers do: they load it over the net',
    hint: 'copy the tree of the installer again when it is complete',
  },
  DEB_INSTALLER_CHECKSUM: {
    severity: 'error',
    rule: 'Each file of an installer has the digest that its SHA256SUMS says.',
    source: 'sha256sum(1); those who boot it verify it',
    hint: 'SHA256SUMS and the file are of different updates: copy the tree of the installer again when it is complete',
  },
  DEB_WEAK_CHECKSUM: {
    severity: 'error',
    rule: 'All that Release, Packages and Sources name has a SHA-256 or SHA-512 digest.',
    source: 'what clients do: apt since 1.2 takes MD5 and SHA-1 for no digest at all, and refuses',
    hint: 'let the tool that makes the repository write SHA256; an old archive may be published with this code allowed',
  },
  DEB_DUPLICATE_PACKAGE: {
    severity: 'warning',
    rule: 'Suites that share a pool have one package of the same name, version and architecture.',
    source: 'Debian policy, 3.2.2; clients take either, and apt installs the other one anew',
    hint: 'give the one that was built later a higher version',
  },
  DEB_POOL_UNNAMED: {
    severity: 'note',
    rule: 'Each package in the tree, and each file in a pool, is named by an index.',
    source: 'what clients do: they see only what indices name',
    hint: 'make the metadata again if they are new; remove them if they are not wanted any more',
  },
  ...debUpdateRules,
} as const satisfies Record<string, Rule>

export type DebCode = keyof typeof debRules
export type DebFinding = Finding<DebCode>
