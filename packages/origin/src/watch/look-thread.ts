import { parentPort, workerData } from 'node:worker_threads'
import { lookAtTree } from './look.ts'

parentPort?.postMessage(lookAtTree(String(workerData)))
