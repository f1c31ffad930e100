import { accessSync, constants, copyFileSync, linkSync, lstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { formatBytes } from '@repocast/daemon'
import { describeError, systemErrorCode } from '@repocast/errors'
import { diskSpace, lookAt } from '@repocast/files'
import type { Followed } from '../open-agent.ts'
import { broken, type Diagnosis, fine, worse } from './finding.ts'

/** Below this share, and this many bytes, a filesystem is nearly full. */
const nearlyFullShare = 0.05
const nearlyFullBytes = 2 * 1024 ** 3

/** Rights, room, and what the filesystem of the data directory can do. */
export function lookAtData(data: string): Diagnosis[] {
  let scratch: string
  try {
    scratch = mkdtempSync(join(data, 'doctor-'))
  } catch (error) {
    return [broken('data directory', `nothing can be made in ${data} (${describeError(error)})`, mendData(error))]
  }
  try {
    const room = lookAtRoom(data)
    try {
      const links = lookAtLinks(scratch)
      return [fine('data directory', `${data} can be written to`), room, links]
    } catch (error) {
      return [
        broken('data directory', `nothing can be written to ${data} (${describeError(error)})`, mendData(error)),
        room,
      ]
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function mendData(error: unknown): string {
  const code = systemErrorCode(error)
  if (code === 'EROFS') return 'its filesystem is read-only: look in the log of the kernel why, and mount it anew'
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'free space, or move the data directory'
  if (code === 'ENOENT') return 'make it, or name another by --data'
  return `let user ${process.getuid?.() ?? ''} write to it: chown, or run as the user that owns it`
}

function lookAtRoom(data: string): Diagnosis {
  const space = diskSpace(data)
  if (space === undefined)
    return worse('disk space', `${data} does not tell how much is free`, 'watch it by other means')
  const text = `${formatBytes(space.freeBytes)} of ${formatBytes(space.totalBytes)} are free`
  if (space.freeBytes === 0) return broken('disk space', text, 'free space, or move the data directory')
  const isLow = space.freeBytes < nearlyFullBytes && space.freeBytes < nearlyFullShare * space.totalBytes
  return isLow
    ? worse('disk space', text, 'free space: an update needs room for what is new')
    : fine('disk space', text)
}

function lookAtLinks(scratch: string): Diagnosis {
  const [file, link, clone] = ['file', 'link', 'clone'].map(name => join(scratch, name)) as [string, string, string]
  writeFileSync(file, 'repocast')
  const canLink = works(() => linkSync(file, link)) && lstatSync(link).ino === lstatSync(file).ino
  const canClone = works(() => copyFileSync(file, clone, constants.COPYFILE_FICLONE_FORCE))
  const clones = canClone ? 'copies share blocks' : 'copies do not share blocks'
  if (canLink) return fine('filesystem', `hard links work, ${clones}`)
  const cost = canClone ? 'they share blocks' : 'each generation needs its own space'
  return worse('filesystem', `hard links do not work: files are copied, ${cost}`, 'use a filesystem with hard links')
}

/** Whether the link to what is served can be made. */
export function lookAtServedPath({ link, path }: Followed): Diagnosis {
  const what = `${link.repository}: served path`
  const there = lookAt(path)
  if (there && !there.isSymbolicLink()) {
    const mend = 'move it away, or take it over by `repocast agent adopt --replace`'
    return broken(what, `${path} exists and is not a link of repocast`, mend)
  }
  const parent = nearestThere(dirname(path))
  try {
    accessSync(parent, constants.W_OK | constants.X_OK)
    return fine(what, `${path} can be replaced`)
  } catch (error) {
    const mend = `let user ${process.getuid?.() ?? ''} write to ${parent}; under systemd also name it in ReadWritePaths`
    return broken(what, `nothing can be made in ${parent} (${systemErrorCode(error)})`, mend)
  }
}

function nearestThere(path: string): string {
  return lookAt(path) === undefined && path !== '/' ? nearestThere(dirname(path)) : path
}

function works(act: () => void): boolean {
  try {
    act()
    return true
  } catch {
    return false
  }
}
