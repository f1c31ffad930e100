import type { Finding, Rule } from '../check/finding.ts'

/** The rules for yum and dnf trees. A code never changes its meaning. */
export const yumRules = {
  YUM_REPOMD_MALFORMED: {
    severity: 'error',
    rule: 'A repomd.xml is well-formed XML in UTF-8 without a DOCTYPE, and says where each file is and what it hashes to.',
    source: 'createrepo_c(8); libsolv ext/repo_repomdxml.c',
    hint: 'run createrepo_c again, and publish when it has ended',
  },
  YUM_PRIMARY_UNNAMED: {
    severity: 'error',
    rule: 'A repomd.xml names the list of packages, the data of type primary.',
    source: 'what clients do: without it dnf fails',
    hint: 'run createrepo_c again',
  },
  YUM_UPDATE_UNFINISHED: {
    severity: 'warning',
    rule: 'No .repodata, in which createrepo_c prepares new metadata, lies beside repodata.',
    source: 'createrepo_c(8): it is renamed to repodata at the end',
    hint: 'publish when createrepo_c has ended; if none runs, it was killed: remove .repodata and run it again',
  },
  YUM_METADATA_MISSING: {
    severity: 'error',
    rule: 'Each file that a repomd.xml names is there.',
    source: 'librepo librepo/yum.c: dnf downloads what it needs and fails without it',
    hint: 'run createrepo_c again, or bring the file back',
  },
  YUM_METADATA_SIZE: {
    severity: 'error',
    rule: 'Each file that a repomd.xml names has the size that it says.',
    source: 'createrepo_c(8): the size; a file of another size has another checksum',
    hint: 'repomd.xml and the file are of different updates, or the file was cut off: run createrepo_c again',
  },
  YUM_METADATA_CHECKSUM: {
    severity: 'error',
    rule: 'Each file that a repomd.xml names has the checksum that it says.',
    source: 'librepo librepo/yum.c: dnf refuses others',
    hint: 'repomd.xml and the file are of different updates, or the file is damaged: run createrepo_c again',
  },
  YUM_METADATA_HEADER_CHECKSUM: {
    severity: 'error',
    rule: 'The header of each zchunk file has the size and the checksum that repomd.xml says.',
    source: 'librepo librepo/downloader.c: dnf picks chunks by the header',
    hint: 'run createrepo_c --zck again',
  },
  YUM_METADATA_DAMAGED: {
    severity: 'error',
    rule: 'Each compressed file that a repomd.xml names can be unpacked.',
    source: 'createrepo_c(8): the ending of the name tells the compression',
    hint: 'run createrepo_c again; if it comes back, the disk or the memory of the machine may be bad',
  },
  YUM_METADATA_OPEN_CHECKSUM: {
    severity: 'error',
    rule: 'Each file that a repomd.xml names has, when unpacked, the size and the checksum that it says.',
    source: 'createrepo_c(8): open-size and open-checksum',
    hint: 'run createrepo_c again; do not compress metadata anew without modifyrepo_c',
  },
  YUM_METADATA_SIMPLE_NAME: {
    severity: 'warning',
    rule: 'The names of metadata files hold their checksum, so that a new file never takes the name of an old one.',
    source: 'createrepo_c(8): --unique-md-filenames, the default',
    hint: 'without --simple-md-filenames, clients that hold the last repomd.xml still find what it names',
  },
  YUM_METADATA_STALE: {
    severity: 'note',
    rule: 'The files in repodata are those that repomd.xml names.',
    source: 'createrepo_c(8): --retain-old-md',
    hint: 'old metadata helps clients that are late; remove it when they are not',
  },
  YUM_PRIMARY_MALFORMED: {
    severity: 'error',
    rule: 'A primary.xml is well-formed XML in UTF-8 without a DOCTYPE, and tells of each package its name, version, architecture, checksum, size and location.',
    source: 'createrepo_c(8); libsolv ext/repo_rpmmd.c',
    hint: 'run createrepo_c again',
  },
  YUM_PACKAGE_COUNT: {
    severity: 'warning',
    rule: 'A primary.xml has as many packages as it says in its first line.',
    source: 'createrepo_c(8): the attribute `packages`',
    hint: 'the file was edited by hand or by a tool that forgot it: run createrepo_c again',
  },
  YUM_PACKAGE_MISSING: {
    severity: 'error',
    rule: 'Each package that a primary.xml names is there.',
    source: 'what clients do: an installation that needs it fails',
    hint: 'bring the package back, or run createrepo_c again without it',
  },
  YUM_PACKAGE_SIZE: {
    severity: 'error',
    rule: 'Each package has the size that primary.xml says.',
    source: 'createrepo_c(8): the size; a file of another size has another checksum',
    hint: 'the package was replaced after createrepo_c, or is still being copied: run createrepo_c again when all is there',
  },
  YUM_PACKAGE_CHECKSUM: {
    severity: 'error',
    rule: 'Each package has the checksum that primary.xml says.',
    source: 'librepo librepo/package_downloader.c: dnf refuses others',
    hint: 'the package was replaced after createrepo_c (signed anew?): run createrepo_c again, or bring the old one back',
  },
  YUM_DUPLICATE_PACKAGE: {
    severity: 'warning',
    rule: 'A repository has one package of the same name, epoch, version, release and architecture.',
    source: 'what clients do: libsolv tells packages apart by these five, and takes either',
    hint: 'remove one of them, or give the newer one a higher release, and run createrepo_c again',
  },
  YUM_PACKAGE_UNNAMED: {
    severity: 'note',
    rule: 'Each rpm in the tree is named by the metadata of a repository.',
    source: 'createrepo_c(8): clients see only what primary.xml names',
    hint: 'run createrepo_c if it is new; remove it if it is not wanted any more',
  },
  YUM_LOCATION_OUTSIDE: {
    severity: 'error',
    rule: 'Locations lead to files inside the tree; an xml:base is a whole address.',
    source: 'mirrors carry nothing else; librepo takes another xml:base for the name of a host',
    hint: 'publish the tree from a directory that holds both, or run createrepo_c where the packages are',
  },
  YUM_LOCATION_ELSEWHERE: {
    severity: 'note',
    rule: 'Metadata names files of its own tree, and none at addresses of other servers.',
    source: 'createrepo_c(8): --baseurl, written as xml:base',
    hint: 'clients fetch these from there and not from mirrors; leave --baseurl out if that is not meant',
  },
  YUM_LOCATION_ENCODED: {
    severity: 'error',
    rule: 'Locations of packages are names of files as they are, without percent escapes.',
    source: 'libdnf: dnf escapes the location itself (RhBug:1817130), and finds nothing where it was escaped before',
    hint: 'write the name as it is: createrepo_c does',
  },
  YUM_WEAK_CHECKSUM: {
    severity: 'warning',
    rule: 'Checksums are SHA-224 or longer.',
    source: 'RFC 6151, RFC 6194; systems in FIPS mode refuse md5',
    hint: 'run createrepo_c with --checksum sha256',
  },
  YUM_SIGNATURE_BAD: {
    severity: 'error',
    rule: 'A repomd.xml.asc is a signature over repomd.xml by one of the given keys.',
    source: 'dnf.conf(5): repo_gpgcheck; RFC 9580',
    hint: 'sign after createrepo_c has ended: gpg --detach-sign --armor repodata/repomd.xml',
  },
  YUM_SIGNATURE_MISSING: {
    severity: 'warning',
    rule: 'Where keys are given, each repomd.xml has a signature in repomd.xml.asc.',
    source: 'dnf.conf(5): repo_gpgcheck',
    hint: 'sign it: gpg --detach-sign --armor repodata/repomd.xml; or configure no keys',
  },
  YUM_TREEINFO_MALFORMED: {
    severity: 'error',
    rule: 'A .treeinfo is an INI file with a section general, header or tree.',
    source: 'productmd, treeinfo 1.2',
    hint: 'bring the file back as the distribution made it',
  },
  YUM_TREEINFO_IMAGE_MISSING: {
    severity: 'error',
    rule: 'Each image that a .treeinfo names is there.',
    source: 'productmd, treeinfo 1.2: checksums, images-*, stage2; installers load them',
    hint: 'bring the image back, or leave it out of the .treeinfo',
  },
  YUM_TREEINFO_IMAGE_CHECKSUM: {
    severity: 'error',
    rule: 'Each image has the checksum that .treeinfo says.',
    source: 'productmd, treeinfo 1.2: checksums',
    hint: '.treeinfo and the image are of different updates: copy the tree again when it is complete',
  },
  YUM_TREEINFO_REPOMD: {
    severity: 'warning',
    rule: 'Each repomd.xml has the checksum that .treeinfo says.',
    source: 'productmd, treeinfo 1.2: checksums',
    hint: 'packages were changed after the tree was composed, or half of an update is missing: see that all of it is there',
  },
  YUM_TREEINFO_VARIANT_MISSING: {
    severity: 'warning',
    rule: 'The repositories and packages of each variant of a .treeinfo lie in the tree.',
    source: 'productmd, treeinfo 1.2: variant-*; installers offer what they find',
    hint: 'publish the trees of all variants as one repository, so that they stay together',
  },
} as const satisfies Record<string, Rule>

export type YumCode = keyof typeof yumRules
export type YumFinding = Finding<YumCode>
