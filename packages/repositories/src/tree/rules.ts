import type { Finding, Rule } from '../check/finding.ts'

/** The rules that trees of yum and of deb share, most of them about what an update may change. */
export const treeRules = {
  TREE_KIND_CHANGED: {
    severity: 'error',
    rule: 'A repository of yum or deb stays one: its metadata does not vanish.',
    source: 'what clients do: without repomd.xml or Release they see no repository at all',
    hint: 'look whether the tree is complete and its disk is mounted; allow it when it is meant to be',
  },
  TREE_SHRUNK: {
    severity: 'error',
    rule: 'An update removes no more than a share of the files, metadata and replaced versions of packages not counted. Of a plain tree it does not remove all.',
    source: 'what happens: a directory that was emptied or not mounted looks like a great clean-up, and mirrors follow',
    hint: 'if this many files are meant to go, publish with --allow-shrink, or raise shrink-limit in origin.yaml',
  },
  TREE_PACKAGE_REPLACED: {
    severity: 'warning',
    rule: 'A package keeps its bytes as long as it keeps its name.',
    source:
      'Debian policy 3.2.2; caches, and clients with the metadata of yesterday, have the old bytes under this name',
    hint: 'give what is built or signed anew another release or version',
  },
  TREE_ROOT_AHEAD: {
    severity: 'warning',
    rule: 'repomd.xml and Release change behind the files that they name, not before them.',
    source: 'what mirrors of Debian do: they copy pool/ first, and dists/ when all that it names is there',
    hint: 'the tree was looked at in the middle of an update, or not all was copied: publish when all is there',
  },
  TREE_ROOT_BEHIND: {
    severity: 'warning',
    rule: 'A file that repomd.xml or Release names changes or goes only with a repomd.xml or Release that says so.',
    source: 'what mirrors of Debian do: they remove files behind the metadata that named them',
    hint: 'run the tool that makes the metadata, and remove old packages behind it',
  },
  TREE_NAMES_DIFFER_BY_CASE: {
    severity: 'warning',
    rule: 'No two names in one directory differ only by upper and lower case.',
    source: 'what filesystems of Windows and macOS do, and some object stores: one of both is lost',
    hint: 'rename one of them, if anybody keeps a copy on such a filesystem',
  },
} as const satisfies Record<string, Rule>

export type TreeCode = keyof typeof treeRules
export type TreeFinding = Finding<TreeCode>
