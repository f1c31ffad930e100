import { posix } from 'node:path'
import type { SourceFile } from './workspace.ts'

/** Which file of the same package an import means; undefined for a package or what lies outside of `src`. */
export function targetOf(file: SourceFile, from: string): string | undefined {
  if (!from.startsWith('.')) return undefined
  const path = posix.join(posix.dirname(file.path), from)
  return path.startsWith('../') ? undefined : path
}

/**
 * Files that only tests and the `testing` entry use: `*.test.ts`, `testing.ts`, and what nobody else imports.
 * A file that no file imports at all is a program or a thread, not a test's.
 */
export function testSide(files: readonly SourceFile[]): ReadonlySet<string> {
  const importers = new Map<string, string[]>()
  for (const file of files) {
    for (const { from } of file.imports) {
      const target = targetOf(file, from)
      if (target !== undefined) importers.set(target, [...(importers.get(target) ?? []), file.path])
    }
  }
  const tests = new Set(files.map(({ path }) => path).filter(path => /(\.test\.tsx?|^testing\.ts)$/.test(path)))
  for (let before = -1; before !== tests.size; ) {
    before = tests.size
    for (const [target, by] of importers) if (by.every(path => tests.has(path))) tests.add(target)
  }
  return tests
}

/**
 * Circles of imports, each as its files in order; at least one of every knot of files.
 * Imports of types count: they tie files together as well.
 */
export function importCircles(files: readonly SourceFile[]): string[][] {
  const targets = new Map(
    files.map(file => [file.path, file.imports.flatMap(({ from }) => targetOf(file, from) ?? [])] as const),
  )
  const circles: string[][] = []
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) circles.push(trail.slice(start))
    if (start >= 0 || done.has(path)) return
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const path of targets.keys()) visit(path, [])
  return circles
}
