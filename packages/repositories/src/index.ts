/** Knows repositories: what kind one is, and which of its files are metadata. Pure. */

export { compareDebVersions } from './deb/version/compare.ts'
export { isVolatile, KindDetector } from './kind/detect.ts'
export {
  compareRpmParts,
  compareRpmVersions,
  formatRpmVersion,
  parseRpmVersion,
  type RpmVersion,
} from './yum/version/compare.ts'
