import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Import, importsOf } from './imports.ts'

export interface SourceFile {
  /** Inside of `src`, with `/`: `http/server.ts`. */
  readonly path: string
  readonly imports: readonly Import[]
}

export interface WorkspacePackage {
  /** Of its directory, without `@repocast/`. */
  readonly name: string
  /** As package.json names it. */
  readonly publishedName: string
  readonly dependencies: readonly string[]
  readonly devDependencies: readonly string[]
  /** Project references of tsconfig.json, as written: `../errors`. */
  readonly references: readonly string[]
  readonly files: readonly SourceFile[]
}

/** All of `packages/`, by name. Whatever cannot be read throws. */
export async function readWorkspace(root: string): Promise<WorkspacePackage[]> {
  const entries = await readdir(join(root, 'packages'), { withFileTypes: true })
  const names = entries.filter(entry => entry.isDirectory()).map(entry => entry.name)
  return await Promise.all(names.sort().map(name => readPackage(join(root, 'packages', name), name)))
}

interface Manifest {
  readonly name: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

async function readPackage(directory: string, name: string): Promise<WorkspacePackage> {
  const manifest = (await readJson(join(directory, 'package.json'))) as Manifest
  const project = (await readJson(join(directory, 'tsconfig.json'))) as { references?: { path: string }[] }
  const paths = await readdir(join(directory, 'src'), { recursive: true })
  const sources = paths.filter(path => /\.(ts|tsx)$/.test(path)).sort()
  return {
    name,
    publishedName: manifest.name,
    dependencies: Object.keys(manifest.dependencies ?? {}),
    devDependencies: Object.keys(manifest.devDependencies ?? {}),
    references: (project.references ?? []).map(({ path }) => path),
    files: await Promise.all(
      sources.map(async path => ({ path, imports: importsOf(await readFile(join(directory, 'src', path), 'utf8')) })),
    ),
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new Error(`cannot read ${path}`, { cause })
  }
}
