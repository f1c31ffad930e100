import { joinPath } from '@repocast/objects'
import { readWhole } from '../../check/read-whole.ts'
import { type Algorithm, algorithms, isBroken } from '../../metadata/digests.ts'
import { sameText, splitClearSigned } from '../../openpgp/clear-signed.ts'
import { readRelease, type Suite } from '../release/read.ts'
import { parseRelease, type Release } from '../release/release.ts'
import type { SuitePlace } from '../suites/suite-place.ts'
import { Examples } from './examples.ts'
import type { Scope } from './scope.ts'

/** Longest Release.gpg that is read, in bytes; a signature has less than 1 KB for each key. */
const maxSignatureBytes = 1024 * 1024
/** Seconds that clocks may differ, as in apt. */
const maxFutureSeconds = 10

/** Checks Release, InRelease and their signatures. @returns what clients go by, if it can be read */
export async function checkRelease(scope: Scope, place: SuitePlace): Promise<Suite | undefined> {
  const { inRelease, release, directory } = place
  if (inRelease === undefined && release === undefined)
    scope.report('DEB_RELEASE_MISSING', joinPath(directory, 'Release'), 'only its signature Release.gpg is there')
  if (inRelease !== undefined && release === undefined)
    scope.report('DEB_RELEASE_PLAIN_MISSING', joinPath(directory, 'Release'), `it is not there, only ${inRelease} is`)
  const texts: Texts = {
    signed: inRelease === undefined ? undefined : await tryRead(scope, inRelease),
    plain: release === undefined ? undefined : await tryRead(scope, release),
  }
  await checkSignatures(scope, place, texts)
  const suite = readSuite(scope, place, texts)
  if (suite !== undefined) checkFields(scope, suite)
  return suite
}

/** The bytes of InRelease and of Release, where they can be read. */
interface Texts {
  readonly signed: Buffer | undefined
  readonly plain: Buffer | undefined
}

function readSuite(scope: Scope, place: SuitePlace, { signed, plain }: Texts): Suite | undefined {
  const { inRelease, release } = place
  if (inRelease !== undefined && signed !== undefined) {
    const content = tryParse(scope, inRelease, () => splitClearSigned(signed).content)
    if (content !== undefined && plain !== undefined && !sameText(content, plain))
      scope.report('DEB_RELEASE_MISMATCH', inRelease, `its text is not that of ${release}`)
    const parsed = content && tryParse(scope, inRelease, () => parseRelease(content))
    if (parsed !== undefined) return { place, path: inRelease, release: parsed }
  }
  if (release === undefined || plain === undefined) return undefined
  const parsed = tryParse(scope, release, () => parseRelease(plain))
  return parsed && { place, path: release, release: parsed }
}

async function tryRead(scope: Scope, path: string): Promise<Buffer | undefined> {
  const { tree, signal } = scope.context
  try {
    return await readRelease(tree, path, signal)
  } catch (error) {
    scope.reportMalformed('DEB_RELEASE_MALFORMED', path, error)
    return undefined
  }
}

function tryParse<T>(scope: Scope, path: string, parse: () => T): T | undefined {
  try {
    return parse()
  } catch (error) {
    scope.reportMalformed('DEB_RELEASE_MALFORMED', path, error)
    return undefined
  }
}

async function checkSignatures(
  scope: Scope,
  { inRelease, signature, directory }: SuitePlace,
  { signed, plain }: Texts,
): Promise<void> {
  const { tree, signatures, signal } = scope.context
  if (signatures === undefined) return
  if (inRelease === undefined && signature === undefined) {
    const path = joinPath(directory, 'InRelease')
    scope.report('DEB_SIGNATURE_MISSING', path, 'neither it nor Release.gpg is there, so nobody can tell who made this')
  }
  if (inRelease !== undefined && signed !== undefined) {
    const verdict = await signatures.verifyClearSigned(signed)
    if (!verdict.valid) scope.report('DEB_SIGNATURE_BAD', inRelease, verdict.why)
  }
  if (signature === undefined || plain === undefined) return
  try {
    const bytes = await readWhole(tree, signature, maxSignatureBytes, signal)
    const verdict = await signatures.verifyDetached(only(plain), bytes)
    if (!verdict.valid) scope.report('DEB_SIGNATURE_BAD', signature, verdict.why)
  } catch (error) {
    scope.reportMalformed('DEB_SIGNATURE_BAD', signature, error)
  }
}

async function* only(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

function checkFields(scope: Scope, { path, release }: Suite): void {
  const now = scope.context.now.getTime() / 1000
  const { date } = release
  checkValidity(scope, path, release)
  if (date !== undefined && date > now + maxFutureSeconds)
    scope.report('DEB_DATE_FUTURE', path, `its date is ${toIso(date)}, and now is ${toIso(now)}`)
  if (release.files.size === 0) scope.report('DEB_RELEASE_MALFORMED', path, 'it names no indices with digests')
  const weak = weakFiles(release)
  if (weak.count > 0) scope.report('DEB_WEAK_CHECKSUM', path, `it has only digests that can be forged of ${weak}`)
}

/** Checks what time alone changes about a suite. */
export function checkValidity(scope: Scope, path: string, { validUntil }: Release): void {
  if (validUntil === undefined) return
  const { now, publishIntervalSeconds = 0 } = scope.context
  const seconds = now.getTime() / 1000
  const next = seconds + publishIntervalSeconds
  if (validUntil < seconds) scope.report('DEB_VALID_UNTIL_PAST', path, `it was valid until ${toIso(validUntil)}`)
  else if (validUntil < next)
    scope.report(
      'DEB_VALID_UNTIL_SHORT',
      path,
      `it is valid until ${toIso(validUntil)}, and the next publish is expected at ${toIso(next)}`,
    )
}

function weakFiles(release: Release): Examples {
  const weak = new Examples()
  for (const { path, digests } of release.files.values())
    if (algorithms.every((one: Algorithm) => isBroken(one) || digests[one] === undefined)) weak.add(path)
  return weak
}

/** To the second. */
export function toIso(seconds: number): string {
  return new Date(Math.floor(seconds) * 1000).toISOString().replace('.000', '')
}
