/** Knows repositories: what kind one is, and which of its files are metadata. Pure. */
export { isVolatile, KindDetector } from './kind/detect.ts'
