/** Knows repositories: what kind one is, which of its files are metadata, and where a tree is broken. Pure. */

export { type CheckOptions, type CheckProgress, checkTree, defaultShrinkLimit } from './check/check-tree.ts'
export type { CheckContext } from './check/context.ts'
export type { Finding, Rule, Severity } from './check/finding.ts'
export { compareTrees, type FileChange, type LastSnapshot } from './check/last-snapshot.ts'
export { rules } from './check/rules.ts'
export type { SignatureVerdict, SignatureVerifier } from './check/signatures.ts'
export { type FindingGroup, FindingTally } from './check/tally.ts'
export type { TreeNode, TreeReader, WalkedNode } from './check/tree-reader.ts'
export type { Format, Unpacker } from './check/unpacker.ts'
export { unpacker } from './compression/unpacker.ts'
export { checkDeb } from './deb/check.ts'
export { checkDebTime } from './deb/check-time.ts'
export { type DebCode, type DebFinding, debRules } from './deb/rules.ts'
export { compareDebVersions } from './deb/version/compare.ts'
export { type ChosenFiles, chooseFiles } from './filter/choose-files.ts'
export type { ChooseOptions } from './filter/choose-options.ts'
export type { Filter, LeftOutReason } from './filter/filter.ts'
export { isRoot, isVolatile, KindDetector } from './kind/detect.ts'
export type { Algorithm } from './metadata/digests.ts'
export { openPgpVerifier } from './openpgp/verifier.ts'
export { diffPackages, type PackageChange } from './package-difference/difference.ts'
export { type PackageFamily, packageFamilies } from './package-difference/package-families.ts'
export type { ListedPackage, PackageList } from './package-difference/package-list.ts'
export { DigestsOfRun, type KnownDigests } from './snapshot/digests.ts'
export { type SnapshotObjects, SnapshotTree } from './snapshot/snapshot-tree.ts'
export { type TreeCode, type TreeFinding, treeRules } from './tree/rules.ts'
export { checkYum } from './yum/check.ts'
export { type YumCode, type YumFinding, yumRules } from './yum/rules.ts'
export {
  compareRpmParts,
  compareRpmVersions,
  formatRpmVersion,
  parseRpmVersion,
  type RpmVersion,
} from './yum/version/compare.ts'
