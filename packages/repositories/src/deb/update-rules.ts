import type { Rule } from '../check/finding.ts'

/** The rules for suites that tell something about the snapshot before or the one to come. */
export const debUpdateRules = {
  DEB_VALID_UNTIL_SHORT: {
    severity: 'warning',
    rule: 'The Valid-Until of Release ends behind the next expected publish.',
    source: 'apt-secure(8), sources.list(5): Valid-Until-Max; behind it clients refuse the suite',
    hint: 'make Release valid for longer, or publish more often; publish-interval in origin.yaml says how often',
  },
  DEB_DATE_BACK: {
    severity: 'warning',
    rule: 'Release is not older than that of the last snapshot.',
    source: 'what clients do: apt ignores a Release that is older than the one that it has',
    hint: 'an old copy of the suite was published, or the clock of the host that made it was wrong: make Release again',
  },
  DEB_IDENTITY_CHANGED: {
    severity: 'error',
    rule: 'The fields Origin, Label, Suite and Codename of a Release stay what they were in the last snapshot.',
    source:
      'apt-secure(8): apt asks before it takes a suite whose information has changed, and fails where nobody answers',
    hint: 'look whether the right suite lies there; allow it when it is meant to be, as with a new stable release',
  },
  DEB_SIMPLE_NAMES: {
    severity: 'note',
    rule: 'Indices that change under the same name are there under their digests too: Acquire-By-Hash.',
    source: 'Debian wiki, DebianRepository/Format: a client in the middle of an update mixes old and new without it',
    hint: 'turn it on in the tool that makes the suite: APT::FTPArchive::DoByHash, aptly -acquire-by-hash',
  },
} as const satisfies Record<string, Rule>

export type DebUpdateCode = keyof typeof debUpdateRules
